"""The tables of votes. Areas in 0.01 m2; times are aware UTC.

What was cast secretly stands in `ballot_box` until the end, and in `ballot`, shuffled, from then on. Neither
has a time, a serial number, a weight, or anything that leads to whoever cast it.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

vote = sa.Table(
    "vote",
    metadata,
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
    sa.Column("run_off_of", UUID, sa.ForeignKey("vote.id")),
    sa.Column("candidates", JSONB, nullable=False),
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
    sa.Column("elected", JSONB),
    sa.Column("run_off", JSONB),
    sa.Column("published_at", _TIME),
    sa.Column("ended_at", _TIME),
    sa.Column("void_reason", sa.Text),
    sa.Column("swept", sa.Boolean, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Index("vote_newest", sa.text("drafted_at DESC"), sa.text("id DESC")),
    sa.Index(
        "vote_running",
        "id",
        postgresql_where=sa.text("state IN ('noticed', 'open', 'extended') OR NOT swept"),
    ),
    # What an election has left is voted on once, until that decides nothing.
    sa.Index(
        "vote_run_off",
        "run_off_of",
        unique=True,
        postgresql_where=sa.text("state NOT IN ('failed_quorum', 'rejected', 'voided')"),
    ),
)

participation = sa.Table(
    "participation",
    metadata,
    sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), primary_key=True),
    sa.Column("entitlement_id", UUID, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
)

ballot_box = sa.Table(
    "ballot_box",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, nullable=False),
    sa.Column("choice", ARRAY(sa.Text), nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
)

ballot = sa.Table(
    "ballot",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, nullable=False),
    sa.Column("choice", ARRAY(sa.Text), nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Index("ballot_of_vote", "vote_id"),
)

open_ballot = sa.Table(
    "open_ballot",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
    sa.Column("entitlement_id", UUID, nullable=False),
    sa.Column("area_hundredths_m2", sa.BigInteger, nullable=False),
    sa.Column("choice", ARRAY(sa.Text), nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("cast_by", UUID, nullable=False),
    sa.Column("cast_at", _TIME, nullable=False),
    sa.Column("conflicting", sa.Boolean, nullable=False),
    # One entitlement has one ballot, and at most one that contradicts it.
    sa.UniqueConstraint("vote_id", "entitlement_id", "conflicting", name="open_ballot_once"),
)

objection = sa.Table(
    "objection",
    metadata,
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
    sa.Index("objection_of_vote", "vote_id", "raised_at"),
)

vote_timeline = sa.Table(
    "vote_timeline",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Index("vote_timeline_of", "vote_id", "position"),
)

bundle = sa.Table(
    "bundle",
    metadata,
    sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), primary_key=True),
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("counted_at", _TIME, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("ballots_root", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
)

bundle_part = sa.Table(
    "bundle_part",
    metadata,
    sa.Column("vote_id", UUID, primary_key=True),
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

paper_slip = sa.Table(
    "paper_slip",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("vote_id", UUID, sa.ForeignKey("vote.id"), nullable=False),
    sa.Column("number", sa.Integer),
    sa.Column("entitlement_id", UUID),
    sa.Column("first", JSONB, nullable=False),
    sa.Column("second", JSONB),
    sa.Column("third", JSONB),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.CheckConstraint("(number IS NULL) <> (entitlement_id IS NULL)", name="paper_slip_is_one_or_the_other"),
    sa.UniqueConstraint("vote_id", "number", name="paper_slip_number"),
    sa.UniqueConstraint("vote_id", "entitlement_id", name="paper_slip_entitlement"),
)
