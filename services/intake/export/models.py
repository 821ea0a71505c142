"""The tables of exports."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

exports = sa.Table(
    "case_export",
    metadata,
    sa.Column("export_id", UUID, primary_key=True),
    sa.Column("account_id", UUID, nullable=False),
    sa.Column("principal", JSONB, nullable=False),
    sa.Column("filters", JSONB),
    sa.Column("encoding", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("expires_at", _TIME, nullable=False),
    sa.Column("worked_at", _TIME, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("chunks", sa.Integer, nullable=False),
    sa.Column("sha256", sa.Text),
    sa.Column("behind_at", _TIME),
    sa.Column("behind_id", UUID),
)

chunks = sa.Table(
    "case_export_chunk",
    metadata,
    sa.Column("export_id", UUID, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("content", BYTEA, nullable=False),
)
