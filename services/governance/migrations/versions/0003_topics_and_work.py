"""Topics with their signatures, decided work, the record of steps, and the community of a grid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

revision = "0003"
down_revision = "0002"

_TIME = TIMESTAMP(timezone=True)
# The code of a grid begins with its community's; what is told of a grid later says it itself.
_COMMUNITIES = "UPDATE grid SET community = split_part(code, '-', 1)"


def upgrade() -> None:
    _topics()
    _work()
    op.create_table(
        "civic_record",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("about", UUID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("by", UUID, nullable=False),
    )
    op.create_index("civic_record_of", "civic_record", ["about", "position"])
    op.add_column("grid", sa.Column("community", sa.Text))
    op.execute(_COMMUNITIES)


def _topics() -> None:
    op.create_table(
        "topic",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("raised_by", UUID, nullable=False),
        sa.Column("raised_as", sa.Text, nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("hearing_required", sa.Boolean, nullable=False),
        sa.Column("case_id", UUID),
        sa.Column("hearing_id", UUID),
        sa.Column("reason", sa.Text),
        sa.Column("supporters", sa.Integer, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "state <> 'decided' OR hearing_id IS NOT NULL OR NOT hearing_required",
            name="topic_heard_first",
        ),
    )
    op.create_index("topic_newest", "topic", [sa.text("raised_at DESC"), sa.text("id DESC")])
    op.create_table(
        "topic_support",
        sa.Column("topic_id", UUID, sa.ForeignKey("topic.id"), primary_key=True),
        sa.Column("account_id", UUID, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("stands", sa.Boolean, nullable=False),
    )


def _work() -> None:
    op.create_table(
        "work_item",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("resolution_id", UUID, nullable=False, unique=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("origin_id", UUID, nullable=False),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owner_id", UUID, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("certified_at", _TIME, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("case_state", sa.Text),
        sa.Column("moved_at", _TIME),
    )
    op.create_index("work_item_of", "work_item", ["origin_id", "certified_at"])
    op.create_index("work_item_newest", "work_item", [sa.text("certified_at DESC"), sa.text("case_id DESC")])
    op.create_table(
        "reported_case",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("community", sa.Text, nullable=False),
        sa.Column("reporter_id", UUID),
    )


def downgrade() -> None:
    raise RuntimeError("what residents have raised and decided has no place in the tables before")
