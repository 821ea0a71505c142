"""What people did with messages that could not be handled: a record that only grows."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, TIMESTAMP

metadata = sa.MetaData()

message_settled = sa.Table(
    "message_settled",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("settled_at", TIMESTAMP(timezone=True), nullable=False),
    sa.Column("settled_by", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("message_key", sa.Text, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("aggregate", sa.Text),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("type", sa.Text),
    # Why it had been put aside.
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body_sha256", BYTEA, nullable=False),
    # Over this row and the hash of the row before: a row that was changed or taken out shows.
    sa.Column("hash", BYTEA, nullable=False),
    sa.CheckConstraint("action IN ('replayed', 'skipped')", name="message_settled_action"),
)

STANDS = """
CREATE FUNCTION message_settled_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what was settled stays on record'; END $$
"""
NEVER_CHANGES = """
CREATE TRIGGER message_settled_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON message_settled
FOR EACH STATEMENT EXECUTE FUNCTION message_settled_stands()
"""
