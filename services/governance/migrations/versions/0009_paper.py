"""Slips of paper ballots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "paper_slip",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("entitlement_id", UUID),
        sa.Column("first", JSONB, nullable=False),
        sa.Column("second", JSONB),
        sa.Column("third", JSONB),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.CheckConstraint(
            "(number IS NULL) <> (entitlement_id IS NULL)", name="paper_slip_is_one_or_the_other"
        ),
        sa.UniqueConstraint("vote_id", "number", name="paper_slip_number"),
        sa.UniqueConstraint("vote_id", "entitlement_id", name="paper_slip_entitlement"),
    )


def downgrade() -> None:
    raise RuntimeError("what came on paper has no place in the tables before")
