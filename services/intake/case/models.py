"""The tables of the case."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, DOUBLE_PRECISION, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()


class XID8(sa.types.UserDefinedType[int]):
    """PostgreSQL's id of a transaction, in 64 bits: it never comes round."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name."""
        return "XID8"


_TIME = TIMESTAMP(timezone=True)

# No index knows of the state: most steps change no indexed column and leave every index alone.
cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("longitude_deg", DOUBLE_PRECISION),
    sa.Column("latitude_deg", DOUBLE_PRECISION),
    sa.Column("occurred_at", _TIME, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("reported_by", sa.Text, nullable=False),
    sa.Column("reporter_id", UUID),
    sa.Column("reported_at", _TIME, nullable=False),
    sa.Column("updated_at", _TIME, nullable=False),
    sa.Column("state_since", _TIME, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("escalation", sa.Integer, nullable=False),
    sa.Column("category", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("urgency", sa.Text),
    sa.Column("lead", sa.Text),
    sa.Column("co_handlers", JSONB, nullable=False),
    sa.Column("order_id", UUID),
    sa.Column("handler_id", UUID),
    sa.Column("documents", JSONB, nullable=False),
    sa.Column("attempts", JSONB, nullable=False),
    sa.Column("due_at", _TIME),
    sa.Column("due_provisional", sa.Boolean, nullable=False),
    sa.Column("question", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("master_id", UUID),
    sa.Column("refusal", sa.Text),
    sa.Column("lawful_channel", sa.Text),
    sa.Column("cancelled_for", sa.Text),
    sa.Column("conferences", sa.Integer, nullable=False),
    sa.Column("closure", sa.Text),
    sa.Column("score", sa.Integer),
    sa.Column("resolved", sa.Boolean),
    sa.Column("seal", sa.Text),
    sa.Column("closed_at", _TIME),
    sa.Column("archived_at", _TIME),
    sa.Column("aside_at", _TIME),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("emitted", sa.Integer, nullable=False),
)

# What leads to a case, apart from its row: no step copies it, and no step touches its index.
words = sa.Table(
    "case_words",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("reported_at", _TIME, nullable=False),
    sa.Column("keys", ARRAY(sa.Text(collation="C")), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
)

timeline = sa.Table(
    "case_timeline",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("actor", UUID),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("detail", JSONB, nullable=False),
    # Which transaction wrote it: the figures read on from there.
    sa.Column("txid", XID8, nullable=False, server_default=sa.text("pg_current_xact_id()")),
)

numbers = sa.Table(
    "case_number",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

seals = sa.Table(
    "case_seal",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("sealed_at", _TIME, nullable=False),
    sa.Column("commitments", JSONB, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
    # Its place in the archive's log, from 0; None until the timer has put it there.
    sa.Column("log_index", sa.BigInteger, unique=True),
)

# Apart from the seals, so that a salt can be shredded while the seal stands.
salts = sa.Table(
    "case_salt",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("salt", BYTEA, nullable=False),
)

# Whose own case `from_case` goes on as this one. The rows of a case that is merged itself stay, so
# that its supporters can follow it to where it goes on.
supporters = sa.Table(
    "case_supporter",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("account_id", UUID, primary_key=True),
    sa.Column("since", _TIME, nullable=False),
    sa.Column("from_case", UUID, nullable=False),
)

# At most one row a case: what limits the state that it is in. Gone when the state is left.
waits = sa.Table(
    "case_wait",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("waits_for", sa.Text, nullable=False),
    sa.Column("since", _TIME, nullable=False),
    sa.Column("due_at", _TIME, nullable=False),
    sa.Column("yellow_at", _TIME, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("calendar_version", sa.Text, nullable=False),
    sa.Column("card", sa.Text),
)
