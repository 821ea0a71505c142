"""The tables of work, and of the cases that a topic can be promoted from. Times are aware UTC."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

metadata = sa.MetaData()
_TIME = TIMESTAMP(timezone=True)

work_item = sa.Table(
    "work_item",
    metadata,
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
    sa.Index("work_item_of", "origin_id", "certified_at"),
    sa.Index("work_item_newest", sa.text("certified_at DESC"), sa.text("case_id DESC")),
)

reported_case = sa.Table(
    "reported_case",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("reporter_id", UUID),
)
