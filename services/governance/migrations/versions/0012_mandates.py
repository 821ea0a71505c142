"""Mandates: who votes in whose name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("vote_id", UUID, primary_key=True),
        sa.Column("giver", UUID, primary_key=True),
        sa.Column("holder", UUID, nullable=False),
        sa.Column("giver_name", sa.Text, nullable=False),
        sa.Column("holder_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("a mandate has no place in the tables before")
