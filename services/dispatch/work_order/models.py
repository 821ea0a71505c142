"""The tables of work orders. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

work_order = sa.Table(
    "work_order",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("redirect", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lead", sa.Text, nullable=False),
    # With the order, so that whoever has locked it has them as they are.
    sa.Column("parties", JSONB, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("limit", sa.Text, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("designated", sa.Boolean, nullable=False),
    sa.Column("sandbox", sa.Boolean, nullable=False),
    sa.Column("offered_at", _TIME, nullable=False),
    sa.Column("again", sa.Integer, nullable=False),
    sa.Column("again_at", _TIME),
    sa.Column("signed_at", _TIME),
    sa.Column("completed_at", _TIME),
    sa.Column("ended_at", _TIME),
    sa.Column("followed", sa.Boolean, nullable=False),
    sa.Column("result_id", UUID),
    sa.Column("request", JSONB),
    sa.Column("extension_asked", sa.Boolean, nullable=False),
    sa.Column("review_on", sa.Date),
    sa.Column("review_at", _TIME),
    sa.Column("denied_text", sa.Text),
    sa.Column("ending", JSONB),
    sa.Column("waits", sa.Text),
    sa.Column("emitted", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Index("work_order_of_case", "case_id", "cycle"),
    sa.Index("work_order_newest", "offered_at", "id"),
    # These name no state, so that signing in time touches no index.
    sa.Index("work_order_open", "offered_at", "id", postgresql_where=sa.text("ended_at IS NULL")),
    sa.Index(
        "work_order_waiting", "waits", "offered_at", "id", postgresql_where=sa.text("waits IS NOT NULL")
    ),
)

# Which departments an order concerns, which of them have something to do yet, and until when while
# the clock runs: a department's lists and the overdue ones are read by it.
work_order_part = sa.Table(
    "work_order_part",
    metadata,
    sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), primary_key=True),
    sa.Column("department", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("offered_at", _TIME, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("runs_to", _TIME),
    sa.Index("work_order_part_newest", "department", "offered_at", "order_id"),
    sa.Index(
        "work_order_part_open", "department", "offered_at", "order_id", postgresql_where=sa.text("open")
    ),
    sa.Index("work_order_part_running", "runs_to", postgresql_where=sa.text("runs_to IS NOT NULL")),
)

work_order_result = sa.Table(
    "work_order_result",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("contact", JSONB, nullable=False),
    sa.Column("evidence", JSONB, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("handed_in_at", _TIME, nullable=False),
    sa.Column("handed_in_by", UUID),
    sa.Index("work_order_result_of_order", "order_id"),
)

work_order_statement = sa.Table(
    "work_order_statement",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("handed_in_at", _TIME, nullable=False),
    sa.Column("handed_in_by", UUID),
)

work_order_case = sa.Table(
    "work_order_case",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("reporter_id", UUID),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("limit", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("order_id", UUID, nullable=False),
    sa.Column("redirects", sa.Integer, nullable=False),
    sa.Column("lead", sa.Text, nullable=False),
    sa.Column("co_handlers", JSONB, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("designated", sa.Boolean, nullable=False),
    sa.Column("returned_by", JSONB, nullable=False),
    sa.Column("merged", sa.Boolean, nullable=False),
)

# The sequence of a case's line: its orders' events, all of them.
work_order_told = sa.Table(
    "work_order_told",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("emitted", sa.BigInteger, nullable=False),
)

work_order_timeline = sa.Table(
    "work_order_timeline",
    metadata,
    # Rows of one order are in their order, because its row is locked meanwhile; never a cursor.
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), nullable=False),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("detail", JSONB, nullable=False),
    sa.Index("work_order_timeline_of_order", "order_id", "position"),
)

# A department's message that was refused, so that its repeat gets the same answer.
refused_reply = sa.Table(
    "refused_reply",
    metadata,
    sa.Column("command_id", UUID, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("refused_at", _TIME, nullable=False),
)
