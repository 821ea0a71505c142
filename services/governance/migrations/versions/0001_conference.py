"""Meetings, agenda items, resolutions, the departments' mirror, the chassis's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

from chassis.data.schema import create_chassis_tables

revision = "0001"
down_revision = None

_TIME = TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_chassis_tables(op)
    _meetings()
    _items()
    _resolutions()
    op.create_table(
        "department",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
    )


def _meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("convened_at", _TIME, nullable=False),
        sa.Column("convened_by", sa.Text, nullable=False),
    )


def _items() -> None:
    op.create_table(
        "agenda_item",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("escalated_at", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id")),
        sa.Column("resolution_id", UUID),
        sa.Column("emitted", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("case_id", "cycle", name="agenda_item_once"),
    )
    op.create_index("agenda_item_of_meeting", "agenda_item", ["meeting_id"])
    op.create_index(
        "agenda_item_waiting", "agenda_item", ["id"], postgresql_where=sa.text("state = 'waiting'")
    )


def _resolutions() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("item_id", UUID, sa.ForeignKey("agenda_item.id"), nullable=False),
        sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("lead", sa.Text),
        sa.Column("due_on", sa.Date),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.UniqueConstraint("item_id", name="resolution_once"),
        sa.CheckConstraint(
            "(outcome = 'adopted') = (lead IS NOT NULL AND due_on IS NOT NULL)",
            name="resolution_names_both",
        ),
    )
    op.create_table(
        "agenda_timeline",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("item_id", UUID, sa.ForeignKey("agenda_item.id"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
    )
    op.create_index("agenda_timeline_of_item", "agenda_timeline", ["item_id", "position"])
