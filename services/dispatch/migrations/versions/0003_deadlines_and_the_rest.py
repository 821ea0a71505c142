"""Everything else that an order goes through: parts, returns, requests, deadlines and what falls due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

revision = "0003"
down_revision = "0002"

_TIME = TIMESTAMP(timezone=True)

_NEVER_CHANGES = """
CREATE FUNCTION deadline_never_changes() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a row of the deadline ledger never changes'; END $$;
CREATE TRIGGER deadline_never_changes BEFORE UPDATE OR DELETE ON deadline
FOR EACH ROW EXECUTE FUNCTION deadline_never_changes();
"""
# An order from before there were deadlines has the longest limit of its urgency, on the wall clock.
_TERMS_OF_OLD_ORDERS = """
WITH given(urgency, "limit", lasts) AS (
    VALUES ('U', '24h', interval '1 day'), ('N', '5wd', '7 days'), ('X', '15wd', '21 days'),
           ('M', '30d', '30 days'), ('P', '60d', '60 days')
)
UPDATE work_order o SET "limit" = given."limit", ended_at = completed_at, parties = (
    SELECT jsonb_agg(jsonb_build_object(
        'department', p.department, 'part', p.part, 'result_id', NULL,
        'state', CASE WHEN o.completed_at IS NULL THEN 'open' ELSE 'done' END,
        'term', jsonb_build_object('due_at', o.offered_at + lasts, 'provisional', true,
                                   'yellow_at', o.offered_at + lasts * 0.75, 'card', NULL, 'left_s', NULL)
    ) ORDER BY p.part = 'lead' DESC, p.department)
    FROM work_order_part p WHERE p.order_id = o.id
) FROM given WHERE given.urgency = o.urgency
"""
_PARTS_OF_OLD_ORDERS = """
UPDATE work_order_part p SET open = true, runs_to = (party -> 'term' ->> 'due_at')::timestamptz
FROM work_order o, jsonb_array_elements(o.parties) AS party
WHERE o.id = p.order_id AND o.ended_at IS NULL AND party ->> 'department' = p.department
"""
_MEMORIES_OF_OLD_CASES = """
UPDATE work_order_case c SET "limit" = o."limit", order_id = o.id FROM work_order o
WHERE o.case_id = c.case_id AND o.cycle = c.cycle
"""


def upgrade() -> None:
    _orders()
    _memory_of_cases()
    _parts_and_statements()
    _deadlines()
    for statement in (_TERMS_OF_OLD_ORDERS, _PARTS_OF_OLD_ORDERS, _MEMORIES_OF_OLD_CASES):
        op.execute(statement)
    for table, column in (
        ("work_order", "limit"),
        ("work_order", "parties"),
        ("work_order_case", "limit"),
        ("work_order_case", "order_id"),
    ):
        op.alter_column(table, column, nullable=False)
    op.drop_column("work_order", "co_handlers")


def _orders() -> None:
    for name in ("redirect", "again"):
        _added("work_order", sa.Column(name, sa.Integer, nullable=False), default="0")
    for name in ("designated", "sandbox", "followed", "extension_asked"):
        _added("work_order", sa.Column(name, sa.Boolean, nullable=False), default="false")
    for column in (
        sa.Column("limit", sa.Text),
        sa.Column("parties", JSONB),
        sa.Column("again_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("request", JSONB),
        sa.Column("review_on", sa.Date),
        sa.Column("review_at", _TIME),
        sa.Column("denied_text", sa.Text),
        sa.Column("ending", JSONB),
        sa.Column("waits", sa.Text),
    ):
        op.add_column("work_order", column)
    op.drop_index("work_order_open", "work_order")
    op.create_index(
        "work_order_open", "work_order", ["offered_at", "id"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "work_order_waiting",
        "work_order",
        ["waits", "offered_at", "id"],
        postgresql_where=sa.text("waits IS NOT NULL"),
    )


def _memory_of_cases() -> None:
    op.add_column("work_order_case", sa.Column("limit", sa.Text))
    op.add_column("work_order_case", sa.Column("order_id", UUID))
    op.add_column("work_order_case", sa.Column("due_on", sa.Date))
    _added("work_order_case", sa.Column("redirects", sa.Integer, nullable=False), default="0")
    _added("work_order_case", sa.Column("reason", sa.Text, nullable=False), default="'initial'")
    _added("work_order_case", sa.Column("returned_by", JSONB, nullable=False), default="'[]'")
    for name in ("designated", "merged"):
        _added("work_order_case", sa.Column(name, sa.Boolean, nullable=False), default="false")


def _parts_and_statements() -> None:
    _added("work_order_part", sa.Column("open", sa.Boolean, nullable=False), default="false")
    op.add_column("work_order_part", sa.Column("runs_to", _TIME))
    op.create_index(
        "work_order_part_open",
        "work_order_part",
        ["department", "offered_at", "order_id"],
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "work_order_part_running",
        "work_order_part",
        ["runs_to"],
        postgresql_where=sa.text("runs_to IS NOT NULL"),
    )
    op.create_table(
        "work_order_statement",
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


def _deadlines() -> None:
    op.create_table(
        "deadline",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("order_id", UUID, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("calendar_version", sa.Text, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
    )
    op.create_index("deadline_of_case", "deadline", ["case_id", "seq"])
    op.execute(_NEVER_CHANGES)
    op.create_table(
        "due",
        sa.Column("order_id", UUID, primary_key=True),
        sa.Column("party", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("due_next", "due", ["at"])


def _added(table: str, column: sa.Column[object], *, default: str) -> None:
    """Add a column that rows of before have by a default, which is then taken away again."""
    column.server_default = sa.DefaultClause(sa.text(default))
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)
