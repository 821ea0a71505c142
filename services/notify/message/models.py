"""The tables of the messages, and of the people behind the cases."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

messages = sa.Table(
    "message",
    metadata,
    sa.Column("message_id", UUID, primary_key=True),
    # Tells messages of the same moment apart in a list; never a cursor by itself.
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("person", UUID, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("category", sa.Text),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("read_at", _TIME),
    sa.UniqueConstraint("event_id", "person", "template", name="message_once"),
)

# Ids alone: an order's event names its case and not who reported it.
circles = sa.Table(
    "case_circle",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("reporter", UUID),
    sa.Column("supporters", JSONB, nullable=False),
)
