"""Candidates of elections, and who is elected."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("vote", sa.Column("candidates", JSONB, nullable=False, server_default="[]"))
    op.alter_column("vote", "candidates", server_default=None)
    op.add_column("vote", sa.Column("elected", JSONB))


def downgrade() -> None:
    raise RuntimeError("an election has no place in the tables before")
