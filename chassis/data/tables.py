"""The chassis's own tables, alike in every service's database."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)
_REAL_NOW = sa.text("clock_timestamp()")

outbox = sa.Table(
    "outbox",
    metadata,
    # The order of insertion for one aggregate, whose row is locked meanwhile; never a cursor.
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("id", UUID, nullable=False),
    sa.Column("exchange", sa.Text, nullable=False),
    sa.Column("routing_key", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("ordering_key", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", BYTEA, nullable=False),
    sa.Column("created_at", _TIME, nullable=False, server_default=_REAL_NOW),
    sa.Column("sent_at", _TIME),
    sa.Index("outbox_unsent", "position", postgresql_where=sa.text("sent_at IS NULL")),
)

inbox = sa.Table(
    "inbox",
    metadata,
    # What was applied, in the order in which it was: `position` proves it.
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("applied_at", _TIME, nullable=False, server_default=_REAL_NOW),
    sa.UniqueConstraint("source", "aggregate", "sequence", name="inbox_once"),
)

inbox_cursor = sa.Table(
    "inbox_cursor",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("aggregate", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
)

inbox_waiting = sa.Table(
    "inbox_waiting",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("aggregate", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("body", BYTEA, nullable=False),
    sa.Column("since", _TIME, nullable=False, server_default=_REAL_NOW),
)

inbox_parked = sa.Table(
    "inbox_parked",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    # The event id, or a name made of the body's hash where there is no readable id.
    sa.Column("message_key", sa.Text, nullable=False, unique=True),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("routing_key", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("aggregate", sa.Text),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("ordering_key", sa.Text),
    sa.Column("type", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("body", BYTEA, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="parked"),
    sa.Column("parked_at", _TIME, nullable=False, server_default=_REAL_NOW),
    sa.Column("settled_at", _TIME),
    sa.Column("settled_by", sa.Text),
    sa.CheckConstraint("state IN ('parked', 'replayed', 'skipped')", name="inbox_parked_state"),
    sa.Index("inbox_parked_open", "source", "aggregate", postgresql_where=sa.text("state = 'parked'")),
)

inbox_attempt = sa.Table(
    "inbox_attempt",
    metadata,
    sa.Column("message_key", sa.Text, primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
)

command_log = sa.Table(
    "command_log",
    metadata,
    sa.Column("command_id", UUID, primary_key=True),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("fingerprint", BYTEA, nullable=False),
    sa.Column("reply", BYTEA, nullable=False),
    sa.Column("done_at", _TIME, nullable=False, server_default=_REAL_NOW),
)

cell_clock = sa.Table(
    "cell_clock",
    metadata,
    sa.Column("sole", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("ahead", sa.Interval, nullable=False),
    sa.CheckConstraint("sole", name="cell_clock_one_row"),
)

CELL_NOW = """
CREATE FUNCTION cell_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT clock_timestamp() + ahead FROM cell_clock $$
"""
