"""The SQL of the queries: nothing here locks or writes."""

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.intake import CaseSummary, PageOrder, SealView
from services.intake.case import rows
from services.intake.case.authority import Sight
from services.intake.case.case import Case, Entry
from services.intake.case.cursor import Cursor
from services.intake.case.lifecycle import SIX_STEPS, State
from services.intake.case.models import cases

_CASE = sa.text(f"SELECT {rows.CASE_COLUMNS} FROM cases WHERE case_id = :case_id")  # noqa: S608
_LIFE = sa.text(
    f"SELECT {rows.ENTRY_COLUMNS} FROM case_timeline WHERE case_id = :case_id ORDER BY position"  # noqa: S608
)
_SEAL = sa.text(
    "SELECT case_id, number, sealed_at, commitments, seal FROM case_seal WHERE case_id = :case_id"
)
_OPEN = sa.text(
    "SELECT state, community, count(*) FROM cases WHERE closed_at IS NULL GROUP BY state, community"
)

_SUMMARY = (
    "case_id",
    "number",
    "state",
    "category",
    "community",
    "grid",
    "lead",
    "cycle",
    "reported_at",
    "updated_at",
    "version",
)
_OPEN_STEPS = range(1, 5)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases of those that a caller sees; `reporter_id` for the caller's own."""

    state: State | None = None
    community: str | None = None
    grid: str | None = None
    category: str | None = None
    lead: str | None = None
    reporter_id: UUID | None = None


def case_of(connection: Connection, case_id: UUID) -> Case | None:
    """Return a case as it stands."""
    row = connection.execute(_CASE, {"case_id": case_id}).one_or_none()
    return None if row is None else rows.to_case(row)


def life_of(connection: Connection, case_id: UUID) -> tuple[Entry, ...]:
    """Return a case's timeline, oldest first."""
    return tuple(map(rows.to_entry, connection.execute(_LIFE, {"case_id": case_id})))


def seal_of(connection: Connection, case_id: UUID) -> SealView | None:
    """Return the seal of an archived case, None where it is not archived."""
    row = connection.execute(_SEAL, {"case_id": case_id}).one_or_none()
    if row is None:
        return None
    return SealView(case_id=row[0], number=row[1], sealed_at=row[2], commitments=tuple(row[3]), seal=row[4])


def open_by_state(connection: Connection) -> list[tuple[str, str, int]]:
    """Return how many cases are open, by state and community."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_OPEN)]


def page(
    connection: Connection,
    sight: Sight,
    filters: Filters,
    *,
    order: PageOrder,
    behind: Cursor | None,
    limit: int,
) -> list[CaseSummary]:
    """Return at most `limit` cases that are in sight and pass the filters, in the order asked for."""
    wanted = sa.select(*(cases.c[name] for name in _SUMMARY)).where(_in_sight(sight), *_passing(filters))
    newest_first = order is PageOrder.NEWEST
    if behind is not None:
        here = sa.tuple_(cases.c.reported_at, cases.c.case_id)
        there = sa.tuple_(sa.literal(behind.reported_at), sa.literal(behind.case_id))
        wanted = wanted.where(here < there if newest_first else here > there)
    ends = (cases.c.reported_at, cases.c.case_id)
    wanted = wanted.order_by(*(end.desc() if newest_first else end.asc() for end in ends)).limit(limit)
    return [_summary(row) for row in connection.execute(wanted)]


def _in_sight(sight: Sight) -> sa.ColumnElement[bool]:
    if sight.district:
        return sa.true()
    named = {
        "community": sight.community,
        "grid": sight.grid,
        "reporter_id": sight.reporter_id,
        "lead": sight.department,
    }
    return sa.or_(sa.false(), *(cases.c[name] == value for name, value in named.items() if value is not None))


def _passing(filters: Filters) -> list[sa.ColumnElement[bool]]:
    given = {name: value for name, value in msgspec.structs.asdict(filters).items() if value is not None}
    passing = [cases.c[name] == value for name, value in given.items()]
    if filters.state is not None and SIX_STEPS[filters.state] in _OPEN_STEPS:
        # Says nothing new, but lets the index of open cases be used: few of all cases are open.
        passing.append(cases.c.closed_at.is_(None))
    return passing


def _summary(row: sa.Row[*tuple[Any, ...]]) -> CaseSummary:
    given = dict(zip(_SUMMARY, row, strict=True))
    return CaseSummary(**given, step=SIX_STEPS[State(given["state"])])
