"""The table of assemblies. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

assembly = sa.Table(
    "assembly",
    metadata,
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
    sa.Index("assembly_newest", sa.text("convened_at DESC"), sa.text("id DESC")),
)
