"""What can be asked about cases, and by whom."""

import time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Invalid, NotFound
from contracts.commands.case_views import CasePage, CaseView, EvidenceListing, SealView, Supporters
from contracts.commands.case_views import Timeline as TimelineView
from contracts.commands.intake import PageOrder
from contracts.vocabulary import Evidence
from services.intake.case import cursor as cursors
from services.intake.case import list_reads, reads
from services.intake.case.authority import (
    account_of,
    department_of,
    knows_the_place,
    places_known_to,
    sight_of,
)
from services.intake.case.case import Case
from services.intake.case.filters import asked_for
from services.intake.case.list_terms import Listing
from services.intake.case.views import Depth, entry_shown, evidence_held, evidence_shown, view_of

WAIT_S = 2.0
_LOOK_AGAIN_S = 0.03
LIMIT_MAX = 100


class Found(NamedTuple):
    """A case, and how deep the caller sees into it."""

    case: Case
    depth: Depth


def get_case(
    database: Database, principal: Principal, case_id: UUID, *, min_version: int | None = None
) -> CaseView:
    """Return a case; wait up to 2 s for the version that the caller has just caused.

    Raises: NotFound where it does not exist or is none of the caller's business.
    """
    _awaited(database, case_id, min_version)
    with database.reading() as connection:
        found = _found(connection, principal, case_id)
        return _view(connection, found, principal)


def case_for_department(database: Database, principal: Principal, case_id: UUID) -> CaseView:
    """Return what the lead and the co-handlers need: all but who reported. Raises: NotFound."""
    with database.reading() as connection:
        case = reads.case_of(connection, case_id)
        if case is None or not _handles(principal, case):
            raise NotFound
        return _view(connection, Found(case, Depth(exactly=True)), principal)


def evidence_of(database: Database, principal: Principal, case_id: UUID, media_id: UUID) -> Evidence:
    """Return a file's reference to those who may see the file. Raises: NotFound."""
    case, depth = _files_of(database, principal, case_id)
    found = next((each for each in evidence_shown(case, depth) if each.media_id == media_id), None)
    if found is None:
        raise NotFound
    return found


def evidence_listing(database: Database, principal: Principal, case_id: UUID) -> EvidenceListing:
    """Return a case's evidence to those who may see the files; departments may not know where they were.

    Raises: NotFound.
    """
    case, depth = _files_of(database, principal, case_id)
    return EvidenceListing(case_id=case_id, items=evidence_held(case, depth), exactly=depth.exactly)


def case_timeline(database: Database, principal: Principal, case_id: UUID) -> TimelineView:
    """Return a case's whole life. Raises: NotFound."""
    with database.reading() as connection:
        found = _found(connection, principal, case_id)
        entries = reads.life_of(connection, case_id)
    return TimelineView(case_id=case_id, entries=tuple(entry_shown(each, found.depth) for each in entries))


def case_seal(database: Database, principal: Principal, case_id: UUID) -> SealView:
    """Return the proof of an archived case. Raises: NotFound."""
    with database.reading() as connection:
        _found(connection, principal, case_id)
        seal = reads.seal_of(connection, case_id)
    if seal is None:
        raise NotFound
    return seal


def supporters(database: Database, principal: Principal, case_id: UUID) -> Supporters:
    """Return how many others have reported the same. Raises: NotFound."""
    with database.reading() as connection:
        _found(connection, principal, case_id)
        support = reads.support_of(connection, case_id, None)
    return Supporters(case_id=case_id, number=support.number, since=support.since)


def list_cases(
    database: Database,
    principal: Principal,
    *,
    state: str | None = None,
    community: str | None = None,
    grid: str | None = None,
    category: str | None = None,
    lead: str | None = None,
    mine: bool = False,
    q: str | None = None,
    order: PageOrder | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> CasePage:
    """Return a page of the cases that the caller sees, newest first unless `order` says otherwise.

    Raises: Invalid for a filter, order or limit that makes no sense, MalformedCursor.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise Invalid(field="limit")
    filters = asked_for(
        principal,
        state=state,
        community=community,
        grid=grid,
        category=category,
        lead=lead,
        mine=mine,
        q=q,
    )
    behind = None if cursor is None else cursors.decode(cursor)
    listing = Listing(
        sight=sight_of(principal),
        places=places_known_to(principal),
        filters=filters,
        order=_order(order, behind),
    )
    with database.reading() as connection:
        found = list_reads.lines(connection, listing, behind=behind, limit=limit + 1)
    items = tuple(line.summary for line in found[:limit])
    if len(found) <= limit:
        return CasePage(items=items, next_cursor=None)
    further = cursors.Cursor(items[-1].reported_at, items[-1].case_id, listing.order)
    return CasePage(items=items, next_cursor=cursors.encode(further))


def open_by_state(database: Database) -> list[tuple[str, str, int]]:
    """Return how many cases are open, by state and community."""
    with database.reading() as connection:
        return reads.open_by_state(connection)


def _awaited(database: Database, case_id: UUID, min_version: int | None) -> None:
    """Return as soon as a case has reached a version, or does not in time."""
    until = time.monotonic() + WAIT_S
    while min_version is not None:
        with database.reading() as connection:
            version = reads.version_of(connection, case_id)
        if (version is not None and version >= min_version) or time.monotonic() >= until:
            return
        time.sleep(_LOOK_AGAIN_S)


def _found(
    connection: Connection, principal: Principal, case_id: UUID, *, to_departments: bool = False
) -> Found:
    """Return a case that the caller may see, and how deep. Raises: NotFound."""
    case = reads.case_of(connection, case_id)
    if case is None:
        raise NotFound
    if sight_of(principal).sees(case.whereabouts):
        return Found(case, Depth(exactly=knows_the_place(principal, case.whereabouts)))
    if to_departments and _handles(principal, case):
        return Found(case, Depth())
    if reads.support_of(connection, case_id, account_of(principal)).own:
        return Found(case, Depth(inside=False))
    raise NotFound


def _files_of(database: Database, principal: Principal, case_id: UUID) -> Found:
    with database.reading() as connection:
        return _found(connection, principal, case_id, to_departments=True)


def _view(connection: Connection, found: Found, principal: Principal) -> CaseView:
    around = reads.around(connection, found.case.case_id)
    return view_of(found.case, principal, found.depth, around)


def _handles(principal: Principal, case: Case) -> bool:
    department = department_of(principal)
    return department is not None and case.handled_by(department)


def _order(asked: PageOrder | None, behind: cursors.Cursor | None) -> PageOrder:
    """Return which way to go: a list that was begun goes on as it began. Raises: Invalid."""
    if behind is None:
        return asked or PageOrder.NEWEST
    if asked is not None and asked is not behind.order:
        raise Invalid(field="order")
    return behind.order
