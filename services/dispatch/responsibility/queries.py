"""What can be asked about the mirror."""

from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data.clock import cell_now
from chassis.data.engine import Database
from chassis.refusal import NotFound
from contracts.commands.orders import Responsibilities, ResponsibilityView
from contracts.naming import SHARED_REPLIES_QUEUE, reply_queue
from services.dispatch.responsibility.matrix import local_day

_COUNTS = sa.text(
    "SELECT (SELECT count(DISTINCT category) FROM responsibility), (SELECT count(*) FROM department), "
    "(SELECT count(*) FROM working_year)"
)
_CODES = sa.text("SELECT code FROM department ORDER BY code")

_DATED = """
WITH dated AS (
    SELECT *, lead(valid_from) OVER (PARTITION BY category ORDER BY valid_from) AS valid_to
    FROM responsibility
)
SELECT category, department, kind, urgency, "limit", valid_from, valid_to FROM dated
"""
_ON_A_DAY = sa.text(
    f"{_DATED} WHERE valid_from <= :on AND coalesce(valid_to > :on, true) "
    "AND category = coalesce(:category, category) ORDER BY category"
)
_HISTORY = sa.text(f"{_DATED} WHERE category = :category ORDER BY valid_from")


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


def responsibility(database: Database, *, category: str | None, on: date | None) -> Responsibilities:
    """Return the matrix as it was on a day of the district, today's where None; of all categories or of one.

    Where nobody is named, the guidance centre takes the matter in hand. Raises: NotFound.
    """
    with database.reading() as connection:
        day = on or local_day(cell_now(connection))
        if category is not None and not _history(connection, category):
            raise NotFound
        rows = connection.execute(_ON_A_DAY, {"category": category, "on": day}).mappings().all()
    return Responsibilities(items=tuple(msgspec.convert(row, ResponsibilityView) for row in rows))


def responsibility_history(database: Database, *, category: str) -> Responsibilities:
    """Return whose task a category has been, oldest first. Raises: NotFound."""
    with database.reading() as connection:
        items = _history(connection, category)
    if not items:
        raise NotFound
    return Responsibilities(items=items)


def _history(connection: Connection, category: str) -> tuple[ResponsibilityView, ...]:
    # A code comes from a caller; PostgreSQL takes no null character even to compare.
    if "\0" in category:
        return ()
    rows = connection.execute(_HISTORY, {"category": category}).mappings()
    return tuple(msgspec.convert(row, ResponsibilityView) for row in rows)


def reply_queues(database: Database) -> list[str]:
    """Return the queue of what each department says, of those that may have none too."""
    with database.reading() as connection:
        return [SHARED_REPLIES_QUEUE, *map(reply_queue, connection.scalars(_CODES))]
