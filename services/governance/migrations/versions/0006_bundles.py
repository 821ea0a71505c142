"""Signed bundles of votes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), primary_key=True),
        sa.Column("audience", sa.Text, primary_key=True),
        sa.Column("counted_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("ballots_root", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
    )
    op.create_table(
        "bundle_part",
        sa.Column("vote_id", UUID, primary_key=True),
        sa.Column("audience", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("what was signed has no place in the tables before")
