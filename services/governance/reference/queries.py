"""What can be asked about the mirror."""

import msgspec

from chassis.data.engine import Database
from services.governance.reference.repository import counts


class ReferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of registry's data has arrived: a fresh cell is ready when none is zero."""

    departments: int
    grids: int
    categories: int


def reference_counts(database: Database) -> ReferenceCounts:
    """Return how many departments, grids and categories are mirrored."""
    with database.reading() as connection:
        departments, grids, categories = counts(connection)
    return ReferenceCounts(departments=departments, grids=grids, categories=categories)
