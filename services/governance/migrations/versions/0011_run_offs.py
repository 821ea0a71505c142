"""Who is voted on again after an election, and in which vote: once, until that decides nothing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("vote", sa.Column("run_off_of", UUID, sa.ForeignKey("vote.id")))
    op.add_column("vote", sa.Column("run_off", JSONB))
    op.create_index(
        "vote_run_off",
        "vote",
        ["run_off_of"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('failed_quorum', 'rejected', 'voided')"),
    )


def downgrade() -> None:
    raise RuntimeError("a run-off has no place in the tables before")
