"""The SQL of the queries: nothing here locks or writes."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.intake import CaseSummary, PageOrder, SealView
from services.intake.case import rows
from services.intake.case.authority import Sight
from services.intake.case.case import Case, Entry
from services.intake.case.cursor import Cursor
from services.intake.case.lifecycle import SIX_STEPS, STILL_OPEN, State
from services.intake.case.models import cases, waits
from services.intake.case.views import Around
from services.intake.case.waiting import Wait, due_of

_CASE = sa.text(f"SELECT {rows.CASE_COLUMNS} FROM cases WHERE case_id = :case_id")  # noqa: S608
_VERSION = sa.text("SELECT version FROM cases WHERE case_id = :case_id")
_LIFE = sa.text(
    f"SELECT {rows.ENTRY_COLUMNS} FROM case_timeline WHERE case_id = :case_id ORDER BY position"  # noqa: S608
)
_SEAL = sa.text(
    "SELECT case_id, number, sealed_at, commitments, seal FROM case_seal WHERE case_id = :case_id"
)
_OPEN = sa.text(
    "SELECT state, community, count(*) FROM cases WHERE closed_at IS NULL AND aside_at IS NULL "
    "GROUP BY state, community"
)
_AROUND = sa.text(
    "SELECT (SELECT count(*) FROM case_supporter WHERE case_id = :case_id), case_wait.* "  # noqa: S608
    f"FROM (VALUES (true)) AS always LEFT JOIN (SELECT {rows.WAIT_COLUMNS} FROM case_wait) AS case_wait "
    "ON case_wait.case_id = :case_id"
)
_SUPPORTERS = sa.text(
    "SELECT count(*), min(since), coalesce(bool_or(account_id = :account_id), false) "
    "FROM case_supporter WHERE case_id = :case_id"
)
_SUPPORTED = sa.text("SELECT case_id FROM case_supporter WHERE account_id = :account_id")

_SUMMARY = (
    "case_id",
    "number",
    "state",
    "category",
    "urgency",
    "community",
    "grid",
    "lead",
    "cycle",
    "reported_at",
    "updated_at",
    "version",
)
_ATTEMPTS = sa.func.jsonb_array_length(cases.c.attempts)
_DEPARTMENTS_DUE = (cases.c.due_at, cases.c.due_provisional)
_WAITING = tuple(waits.c[name] for name in Wait.__struct_fields__)


class Support(NamedTuple):
    """How many support a case, since when, and whether the caller is one of them."""

    number: int
    since: datetime | None
    own: bool


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases of those that a caller sees; `reporter_id` for the caller's own and supported ones."""

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


def version_of(connection: Connection, case_id: UUID) -> int | None:
    """Return how far a case has come."""
    version: int | None = connection.scalar(_VERSION, {"case_id": case_id})
    return version


def around(connection: Connection, case_id: UUID) -> Around:
    """Return what limits the state that a case is in, and how many support it."""
    supporters, *wait = connection.execute(_AROUND, {"case_id": case_id}).one()
    return Around(wait=None if wait[0] is None else rows.to_wait(wait), supporters=supporters)


def support_of(connection: Connection, case_id: UUID, account_id: UUID | None) -> Support:
    """Return how many support a case."""
    return Support(*connection.execute(_SUPPORTERS, {"case_id": case_id, "account_id": account_id}).one())


def supported_by(connection: Connection, account_id: UUID | None) -> tuple[UUID, ...]:
    """Return the cases that an account supports."""
    return tuple(connection.scalars(_SUPPORTED, {"account_id": account_id}))


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
    shown = (*(cases.c[name] for name in _SUMMARY), _ATTEMPTS, *_DEPARTMENTS_DUE, *_WAITING)
    wanted = sa.select(*shown).join_from(cases, waits, waits.c.case_id == cases.c.case_id, isouter=True)
    wanted = wanted.where(_in_sight(sight), *_passing(filters, sight.supported))
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
    own = (cases.c[name] == value for name, value in named.items() if value is not None)
    return sa.or_(sa.false(), *own, *_supported(sight.supported))


def _supported(case_ids: tuple[UUID, ...]) -> list[sa.ColumnElement[bool]]:
    # One parameter however many they are: a hotline's account has reported for thousands.
    return [cases.c.case_id == sa.any_(sa.literal(list(case_ids), sa.ARRAY(sa.Uuid)))] if case_ids else []


def _passing(filters: Filters, supported: tuple[UUID, ...]) -> list[sa.ColumnElement[bool]]:
    given = {name: value for name, value in msgspec.structs.asdict(filters).items() if value is not None}
    reporter_id = given.pop("reporter_id", None)
    passing = [cases.c[name] == value for name, value in given.items()]
    if reporter_id is not None:
        passing.append(sa.or_(cases.c.reporter_id == reporter_id, *_supported(supported)))
    if filters.state in STILL_OPEN:
        # Says nothing new, but lets the index of open cases be used: few of all cases are open.
        passing += [cases.c.closed_at.is_(None), cases.c.aside_at.is_(None)]
    return passing


def _summary(row: sa.Row[*tuple[Any, ...]]) -> CaseSummary:
    given = dict(zip(_SUMMARY, row, strict=False))
    attempts, due_at, provisional, *wait = row[len(_SUMMARY) :]
    state = State(given["state"])
    waits_ = None if wait[0] is None else rows.to_wait(wait)
    return CaseSummary(
        **given,
        step=SIX_STEPS[state],
        attempts=attempts,
        **due_of(state, waits_, due_at=due_at, provisional=provisional)._asdict(),
    )
