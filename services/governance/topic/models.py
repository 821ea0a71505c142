"""The tables of topics. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

topic = sa.Table(
    "topic",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("raised_by", UUID, nullable=False),
    sa.Column("raised_as", sa.Text, nullable=False),
    sa.Column("raised_at", _TIME, nullable=False),
    sa.Column("hearing_required", sa.Boolean, nullable=False),
    sa.Column("case_id", UUID),
    sa.Column("hearing_id", UUID),
    sa.Column("reason", sa.Text),
    sa.Column("supporters", sa.Integer, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    # Whatever the code does: what is listed is never decided unheard.
    sa.CheckConstraint(
        "state <> 'decided' OR hearing_id IS NOT NULL OR NOT hearing_required", name="topic_heard_first"
    ),
    sa.Index("topic_newest", sa.text("raised_at DESC"), sa.text("id DESC")),
)

topic_support = sa.Table(
    "topic_support",
    metadata,
    sa.Column("topic_id", UUID, sa.ForeignKey("topic.id"), primary_key=True),
    sa.Column("account_id", UUID, primary_key=True),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("stands", sa.Boolean, nullable=False),
)
