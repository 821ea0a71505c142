"""Assemblies of residents and of their representatives, and tasks that departments ask of committees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0007"
down_revision = "0006"

_TIME = TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assembly",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("rule_hash", sa.Text, nullable=False),
        sa.Column("publication_days", sa.Integer, nullable=False),
        sa.Column("notice_days", sa.Integer, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("convened_by", UUID, nullable=False),
        sa.Column("convened_at", _TIME, nullable=False),
        sa.Column("sitting", sa.Integer, nullable=False),
        sa.Column("held_at", _TIME, nullable=False),
        sa.Column("venue", sa.Text, nullable=False),
        sa.Column("present", sa.BigInteger),
        sa.Column("agenda", JSONB, nullable=False),
        sa.Column("objections", JSONB, nullable=False),
        sa.Column("published_at", _TIME),
        sa.Column("reason", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("assembly_newest", "assembly", [sa.text("convened_at DESC"), sa.text("id DESC")])
    op.create_table(
        "committee_task",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("funding_fen", sa.BigInteger, nullable=False),
        sa.Column("proposed_at", _TIME, nullable=False),
        sa.Column("proposed_by", UUID, nullable=False),
    )
    op.create_index(
        "committee_task_newest", "committee_task", [sa.text("proposed_at DESC"), sa.text("id DESC")]
    )


def downgrade() -> None:
    raise RuntimeError("what assemblies have decided has no place in the tables before")
