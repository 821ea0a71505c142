"""The tables of hearings. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

hearing = sa.Table(
    "hearing",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("topic_id", UUID, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("speech_minutes", sa.Integer, nullable=False),
    sa.Column("notice_days", sa.Integer, nullable=False),
    sa.Column("drafted_by", UUID, nullable=False),
    sa.Column("drafted_at", _TIME, nullable=False),
    sa.Column("sitting", sa.Integer, nullable=False),
    sa.Column("venue", sa.Text, nullable=False),
    sa.Column("noticed_at", _TIME),
    sa.Column("held_at", _TIME),
    sa.Column("registration_until", _TIME),
    sa.Column("draw_source", sa.Text, nullable=False),
    sa.Column("public_value", sa.Text),
    sa.Column("seed", sa.Text),
    sa.Column("opened_at", _TIME),
    sa.Column("closed_at", _TIME),
    sa.Column("minutes", sa.Text),
    sa.Column("minutes_sha256", sa.Text),
    sa.Column("report", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("led_to", sa.Text),
    sa.Column("speeches", JSONB, nullable=False),
    sa.Column("opinions", JSONB, nullable=False),
    sa.Column("evidence", JSONB, nullable=False),
    sa.Column("notes", JSONB, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    # One hearing of a topic at a time.
    sa.Index(
        "hearing_under_way",
        "topic_id",
        unique=True,
        postgresql_where=sa.text("state NOT IN ('archived', 'cancelled')"),
    ),
    sa.Index("hearing_newest", sa.text("drafted_at DESC"), sa.text("id DESC")),
)

hearing_registration = sa.Table(
    "hearing_registration",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("hearing_id", UUID, sa.ForeignKey("hearing.id"), nullable=False),
    sa.Column("capacity", sa.Text, nullable=False),
    sa.Column("side", sa.Text, nullable=False),
    sa.Column("account_id", UUID),
    # Of those alone who came to the window: never in an event, an answer to the public or a log.
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("registered_at", _TIME, nullable=False),
    sa.Column("seat", sa.Integer),
    sa.Column("present", sa.Boolean, nullable=False),
    sa.Column("signed", sa.Boolean),
    sa.Column("signed_at", _TIME),
    sa.Column("refusal", sa.Text),
    sa.UniqueConstraint("hearing_id", "account_id", name="hearing_registration_once"),
    sa.UniqueConstraint("hearing_id", "code", name="hearing_registration_code"),
    sa.CheckConstraint("(account_id IS NULL) = (name <> '')", name="hearing_registration_by_one_of_two"),
    sa.Index(
        "hearing_registration_name",
        "hearing_id",
        "name",
        unique=True,
        postgresql_where=sa.text("account_id IS NULL"),
    ),
)
