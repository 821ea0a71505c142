"""The table of the log's heads; its leaves are the seals that have an index."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = sa.MetaData()

heads = sa.Table(
    "archive_head",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("district", sa.Text, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("time", TIMESTAMP(timezone=True), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("peaks", JSONB, nullable=False),
)
