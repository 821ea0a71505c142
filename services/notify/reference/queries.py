"""What can be asked about the mirror."""

import msgspec

from chassis.data.engine import Database
from services.notify.reference.repository import counts


class ReferenceCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of registry's data has arrived: a fresh cell is ready when none is zero."""

    accounts: int
    categories: int


def reference_counts(database: Database) -> ReferenceCounts:
    """Return how many accounts and categories are mirrored."""
    with database.reading() as connection:
        accounts, categories = counts(connection)
    return ReferenceCounts(accounts=accounts, categories=categories)
