"""The table of tasks. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

metadata = sa.MetaData()

committee_task = sa.Table(
    "committee_task",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("funding_fen", sa.BigInteger, nullable=False),
    sa.Column("proposed_at", TIMESTAMP(timezone=True), nullable=False),
    sa.Column("proposed_by", UUID, nullable=False),
    sa.Index("committee_task_newest", sa.text("proposed_at DESC"), sa.text("id DESC")),
)
