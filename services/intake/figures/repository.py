"""The only SQL that changes the figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from services.intake.case import rows
from services.intake.case.case import Entry
from services.intake.figures.models import cases, months, sums
from services.intake.figures.tally import COUNTERS, Scope, Tally, counters_of

# Ids are no cursor: they commit out of order. Transaction ids below the oldest running one are all
# settled, so nothing can appear behind a cursor that stops there.
_SETTLED = sa.text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
_CURSOR = sa.text("SELECT below FROM figure_cursor FOR UPDATE SKIP LOCKED")
_MOVE = sa.text("UPDATE figure_cursor SET below = :below")
_RANGE = "txid >= CAST(CAST(:since AS text) AS xid8) AND txid < CAST(CAST(:below AS text) AS xid8)"
_ENOUGH = sa.text(
    f"SELECT CAST(CAST(txid AS text) AS bigint) FROM case_timeline WHERE {_RANGE} "  # noqa: S608
    "ORDER BY txid OFFSET :offset LIMIT 1"
)
_MOVED = sa.text(f"SELECT DISTINCT case_id FROM case_timeline WHERE {_RANGE}")  # noqa: S608
_ENTRIES = sa.text(
    f"SELECT {rows.ENTRY_COLUMNS} FROM case_timeline "  # noqa: S608
    "JOIN unnest(CAST(:ids AS uuid[]), CAST(:positions AS int[])) AS counted (id, last) "
    "ON id = case_id AND position > last ORDER BY case_id, position"
)
_TALLIES = sa.text("SELECT tally::text FROM figure_case WHERE case_id = ANY(:ids)")
_PLACES = sa.text("SELECT case_id, community, grid FROM cases WHERE case_id = ANY(:ids)")
_KEEP_CASE = "ON CONFLICT (case_id) DO UPDATE SET " + ", ".join(
    f"{column.name} = EXCLUDED.{column.name}" for column in cases.columns if column.name != "case_id"
)
_FORGET = ("TRUNCATE figure_case, figure_sum, figure_month", "UPDATE figure_cursor SET below = 0")

_tallies = msgspec.json.Decoder(Tally)
Cell = tuple[Scope, str, date]


class Window(NamedTuple):
    """A range of transaction ids of the timeline."""

    since: int
    below: int


def next_window(connection: Connection, *, most: int) -> Window | None:
    """Lock the cursor and return what is to be counted next; None where another process does."""
    since = connection.scalar(_CURSOR)
    if since is None:
        return None
    below = int(connection.scalar(_SETTLED) or 0)
    given = {"since": since, "below": below, "offset": most}
    cut = connection.scalar(_ENOUGH, given)
    # A transaction is counted whole, however much it wrote.
    return Window(since, below if cut is None else max(int(cut), since + 1))


def moved(connection: Connection, window: Window) -> list[UUID]:
    """Return the cases that have entries in a window."""
    return sorted(connection.scalars(_MOVED, window._asdict()))


def entries(connection: Connection, after: Mapping[UUID, int]) -> list[Entry]:
    """Return every entry of cases after a position, each case's in their order.

    Not of the window alone: of two transactions on one case the later one may have the lower id.
    """
    given = {"ids": list(after), "positions": list(after.values())}
    return list(map(rows.to_entry, connection.execute(_ENTRIES, given)))


def tallies(connection: Connection, case_ids: Sequence[UUID]) -> dict[UUID, Tally]:
    """Return what was counted of cases before."""
    found = connection.execute(_TALLIES, {"ids": list(case_ids)})
    return {tally.case_id: tally for tally in (_tallies.decode(row[0]) for row in found)}


def places(connection: Connection, case_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return each case's community and grid."""
    found = connection.execute(_PLACES, {"ids": list(case_ids)})
    return {row[0]: (row[1], row[2]) for row in found}


def save(connection: Connection, counted: Iterable[Tally]) -> None:
    """Write the cases as they count now."""
    bulk.insert(connection, cases, [_row(tally) for tally in counted], on_conflict=_KEEP_CASE)


def add(connection: Connection, deltas: Mapping[Cell, Mapping[str, int]]) -> None:
    """Add differences to the sums of groups and days, and of groups and months."""
    _add(connection, sums, "day", deltas)
    by_month: dict[Cell, Counter[str]] = defaultdict(Counter)
    for (scope, group, day), changes in deltas.items():
        by_month[scope, group, day.replace(day=1)].update(changes)
    _add(connection, months, "month", by_month)


def move(connection: Connection, window: Window) -> None:
    """Note that a window has been counted."""
    connection.execute(_MOVE, {"below": window.below})


def forget(connection: Connection) -> None:
    """Begin from the first entry again."""
    for statement in _FORGET:
        connection.execute(sa.text(statement))


def _add(
    connection: Connection, table: sa.Table, time: str, deltas: Mapping[Cell, Mapping[str, int]]
) -> None:
    added = [
        {"scope": scope, "grp": group, time: when} | {name: changes.get(name, 0) for name in COUNTERS}
        for (scope, group, when), changes in sorted(deltas.items())
        if any(changes.values())
    ]
    to_what_is_there = ", ".join(f"{name} = {table.name}.{name} + EXCLUDED.{name}" for name in COUNTERS)
    on_conflict = f"ON CONFLICT (scope, {time}, grp) DO UPDATE SET {to_what_is_there}"
    bulk.insert(connection, table, added, on_conflict=on_conflict)


def _row(tally: Tally) -> dict[str, object]:
    counters = counters_of(tally)
    return {
        "case_id": tally.case_id,
        "day": tally.day,
        "community": tally.community,
        "grid": tally.grid,
        "department": tally.lead,
        "category": tally.category,
        "due_at": tally.due_at,
        "runs": tally.runs,
        **{name: counters.get(name, 0) for name in COUNTERS},
        "tally": tally,
    }
