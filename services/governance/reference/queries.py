"""What can be asked about the mirror."""

import msgspec

from chassis.data.engine import Database
from services.governance.reference.repository import count


class ReferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of registry's data has arrived: a fresh cell is ready when it is not zero."""

    departments: int


def reference_counts(database: Database) -> ReferenceCounts:
    """Return how many departments are mirrored."""
    with database.reading() as connection:
        return ReferenceCounts(departments=count(connection))
