"""What can be asked about the mirror."""

import msgspec

from chassis.data.engine import Database
from services.intake.reference.repository import counts


class ReferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of registry's data has arrived: a fresh cell is ready when none is zero."""

    places: int
    categories: int
    departments: int
    years: int


def reference_counts(database: Database) -> ReferenceCounts:
    """Return how many places, categories, departments and years of the calendar are mirrored."""
    with database.reading() as connection:
        places, categories, departments, years = counts(connection)
    return ReferenceCounts(places=places, categories=categories, departments=departments, years=years)
