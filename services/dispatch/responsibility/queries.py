"""What can be asked about the mirror."""

import msgspec
import sqlalchemy as sa

from chassis.data.engine import Database

_COUNTS = sa.text(
    "SELECT (SELECT count(DISTINCT category) FROM responsibility), (SELECT count(*) FROM department), "
    "(SELECT count(*) FROM working_year)"
)


class ReferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of registry's data has arrived: a fresh cell is ready when none is zero."""

    categories: int
    departments: int
    years: int


def reference_counts(database: Database) -> ReferenceCounts:
    """Return how many categories, departments and years of the calendar are mirrored."""
    with database.reading() as connection:
        categories, departments, years = connection.execute(_COUNTS).one()
    return ReferenceCounts(categories=categories, departments=departments, years=years)
