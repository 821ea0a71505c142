"""Work orders, their results and timelines, the responsibility matrix, the chassis's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

from chassis.data.schema import create_chassis_tables

revision = "0001"
down_revision = None

_TIME = TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_chassis_tables(op)
    _orders()
    _what_belongs_to_orders()
    _memory_of_cases_and_replies()
    _mirror()


def _orders() -> None:
    op.create_table(
        "work_order",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("co_handlers", JSONB, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("signed_at", _TIME),
        sa.Column("completed_at", _TIME),
        sa.Column("result_id", UUID),
        sa.Column("emitted", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("work_order_of_case", "work_order", ["case_id", "cycle"])
    op.create_index("work_order_newest", "work_order", ["offered_at", "id"])
    op.create_index(
        "work_order_open",
        "work_order",
        ["offered_at", "id"],
        postgresql_where=sa.text("completed_at IS NULL"),
    )


def _what_belongs_to_orders() -> None:
    op.create_table(
        "work_order_part",
        sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), primary_key=True),
        sa.Column("department", sa.Text, primary_key=True),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("offered_at", _TIME, nullable=False),
    )
    op.create_index("work_order_part_newest", "work_order_part", ["department", "offered_at", "order_id"])
    op.create_table(
        "work_order_result",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("contact", JSONB, nullable=False),
        sa.Column("evidence", JSONB, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("handed_in_at", _TIME, nullable=False),
        sa.Column("handed_in_by", UUID),
    )
    op.create_index("work_order_result_of_order", "work_order_result", ["order_id"])
    op.create_table(
        "work_order_timeline",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("order_id", UUID, sa.ForeignKey("work_order.id"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("detail", JSONB, nullable=False),
    )
    op.create_index("work_order_timeline_of_order", "work_order_timeline", ["order_id", "position"])


def _memory_of_cases_and_replies() -> None:
    op.create_table(
        "work_order_case",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("reporter_id", UUID),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("co_handlers", JSONB, nullable=False),
    )
    op.create_table(
        "refused_reply",
        sa.Column("command_id", UUID, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("refused_at", _TIME, nullable=False),
    )


def _mirror() -> None:
    op.create_table(
        "responsibility",
        sa.Column("category", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("limit", sa.Text, nullable=False),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
    )
