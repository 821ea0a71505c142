"""The tables of the figures: a row a case, sums by group and time, and how far the timeline was read."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

from services.intake.figures.tally import COUNTERS

metadata = sa.MetaData()

# The tally whole, to be continued; beside it what is asked for and added up.
cases = sa.Table(
    "figure_case",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("community", sa.Text, nullable=False),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("due_at", TIMESTAMP(timezone=True)),
    sa.Column("runs", sa.Boolean, nullable=False),
    *(sa.Column(name, sa.SmallInteger, nullable=False) for name in COUNTERS),
    sa.Column("tally", JSONB, nullable=False),
)


def _sums(name: str, time: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column(time, sa.Date, primary_key=True),
        sa.Column("grp", sa.Text, primary_key=True),
        # Of one day or month: PostgreSQL adds integers up three times as fast as bigints.
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTERS),
    )


sums = _sums("figure_sum", "day")
# The same once more by the month's first day: of a year eleven months and two times some days are added up.
months = _sums("figure_month", "month")

# Everything below this transaction id has been counted.
cursor = sa.Table(
    "figure_cursor",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True),
    sa.Column("below", sa.BigInteger, nullable=False),
)
