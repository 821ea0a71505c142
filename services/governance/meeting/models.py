"""The tables of the conference. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

meeting = sa.Table(
    "meeting",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("convened_at", _TIME, nullable=False),
    sa.Column("convened_by", sa.Text, nullable=False),
)

agenda_item = sa.Table(
    "agenda_item",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("conference", sa.Integer, nullable=False),
    sa.Column("escalated_at", _TIME, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id")),
    sa.Column("resolution_id", UUID),
    sa.Column("emitted", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("case_id", "conference", name="agenda_item_once"),
    sa.Index("agenda_item_of_meeting", "meeting_id"),
    sa.Index("agenda_item_waiting", "id", postgresql_where=sa.text("state = 'waiting'")),
)

resolution = sa.Table(
    "resolution",
    metadata,
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
        "(outcome = 'adopted') = (lead IS NOT NULL AND due_on IS NOT NULL)", name="resolution_names_both"
    ),
)

conference_attendance = sa.Table(
    "conference_attendance",
    metadata,
    sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id"), primary_key=True),
    sa.Column("members", sa.Integer, nullable=False),
    sa.Column("present", sa.Integer, nullable=False),
    sa.Column("departments", JSONB, nullable=False),
    sa.Column("recorded_at", _TIME, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
)

certification = sa.Table(
    "certification",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("meeting_id", UUID, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("recorded_at", _TIME, nullable=False),
    sa.Column("recorded_by", UUID, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Index("certification_of_meeting", "meeting_id", "recorded_at"),
)

agenda_timeline = sa.Table(
    "agenda_timeline",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("item_id", UUID, sa.ForeignKey("agenda_item.id"), nullable=False),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Index("agenda_timeline_of_item", "item_id", "position"),
)
