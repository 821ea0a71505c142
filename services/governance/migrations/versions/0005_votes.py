"""Rolls, votes, ballots, objections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

revision = "0005"
down_revision = "0004"

_TIME = TIMESTAMP(timezone=True)


def upgrade() -> None:
    _rolls()
    _votes()
    _ballots()
    _objections()


def _rolls() -> None:
    op.create_table(
        "roll",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("vote_id", UUID, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("chunks", sa.Integer),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("count", sa.BigInteger),
        sa.Column("area_hundredths_m2", sa.BigInteger),
        sa.Column("root", sa.Text),
        sa.Column("fault", sa.Text),
        sa.Column("answered_at", _TIME),
        sa.Column("frozen_at", _TIME),
    )
    op.create_index("roll_of_vote", "roll", ["vote_id"])
    op.create_table(
        "roll_entry",
        sa.Column("roll_id", UUID, sa.ForeignKey("roll.id"), primary_key=True),
        sa.Column("entitlement_id", UUID, primary_key=True),
        sa.Column("electors", ARRAY(UUID), nullable=False),
        sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
    )
    op.create_index("roll_entry_electors", "roll_entry", ["electors"], postgresql_using="gin")


def _votes() -> None:
    op.create_table(
        "vote",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("roll_kind", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("options", ARRAY(sa.Text), nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("important", sa.Boolean, nullable=False),
        sa.Column("drafted_at", _TIME, nullable=False),
        sa.Column("drafted_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("topic_id", UUID),
        sa.Column("repeats", UUID, sa.ForeignKey("vote.id")),
        sa.Column("studied_on", sa.Date),
        sa.Column("study", sa.Text),
        sa.Column("rule", JSONB),
        sa.Column("rule_hash", sa.Text),
        sa.Column("roll_id", UUID),
        sa.Column("rolls", sa.Integer, nullable=False),
        sa.Column("opens_at", _TIME),
        sa.Column("closes_at", _TIME),
        sa.Column("extended_until", _TIME),
        sa.Column("counted_at", _TIME),
        sa.Column("totals", JSONB),
        sa.Column("counts", JSONB),
        sa.Column("outcome", JSONB),
        sa.Column("published_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("void_reason", sa.Text),
        sa.Column("swept", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("vote_newest", "vote", [sa.text("drafted_at DESC"), sa.text("id DESC")])
    running = sa.text("state IN ('noticed', 'open', 'extended') OR NOT swept")
    op.create_index("vote_running", "vote", ["id"], postgresql_where=running)
    op.create_table(
        "vote_timeline",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("vote_timeline_of", "vote_timeline", ["vote_id", "position"])


def _ballots() -> None:
    op.create_table(
        "participation",
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), primary_key=True),
        sa.Column("entitlement_id", UUID, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
    )
    for name in ("ballot_box", "ballot"):
        op.create_table(
            name,
            sa.Column("id", UUID, primary_key=True),
            sa.Column("vote_id", UUID, nullable=False),
            sa.Column("choice", ARRAY(sa.Text), nullable=False),
            sa.Column("nonce", sa.Text, nullable=False),
        )
    op.create_index("ballot_of_vote", "ballot", ["vote_id"])
    op.create_table(
        "open_ballot",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
        sa.Column("entitlement_id", UUID, nullable=False),
        sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
        sa.Column("choice", ARRAY(sa.Text), nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("cast_by", UUID, nullable=False),
        sa.Column("cast_at", _TIME, nullable=False),
        sa.Column("conflicting", sa.Boolean, nullable=False),
        sa.UniqueConstraint("vote_id", "entitlement_id", "conflicting", name="open_ballot_once"),
    )


def _objections() -> None:
    op.create_table(
        "objection",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("raised_by", UUID, nullable=False),
        sa.Column("upheld", sa.Boolean),
        sa.Column("reason", sa.Text),
        sa.Column("answered_at", _TIME),
        sa.Column("answered_by", UUID),
    )
    op.create_index("objection_of_vote", "objection", ["vote_id", "raised_at"])


def downgrade() -> None:
    raise RuntimeError("what was decided has no place in the tables before")
