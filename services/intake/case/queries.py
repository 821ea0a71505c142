"""What can be asked about cases, and by whom."""

import time
from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Invalid, NotFound
from contracts.commands.intake import CasePage, CaseView, EvidenceListing, PageOrder, SealView
from contracts.commands.intake import Timeline as TimelineView
from contracts.vocabulary import Evidence
from services.intake.case import cursor as cursors
from services.intake.case import reads
from services.intake.case.authority import department_of, knows_the_place, own_account, sight_of
from services.intake.case.case import Case
from services.intake.case.lifecycle import State
from services.intake.case.reads import Filters
from services.intake.case.views import evidence_held, evidence_shown, view_of
from services.intake.case.wellformed import is_code

WAIT_S = 2.0
_LOOK_AGAIN_S = 0.03
LIMIT_MAX = 100


def get_case(
    database: Database, principal: Principal, case_id: UUID, *, min_version: int | None = None
) -> CaseView:
    """Return a case; wait up to 2 s for the version that the caller has just caused.

    Raises: NotFound where it does not exist or is none of the caller's business.
    """
    case = _awaited(database, case_id, min_version)
    if case is None or not sight_of(principal).sees(case.whereabouts):
        raise NotFound
    return view_of(case, principal, exactly=knows_the_place(principal, case.whereabouts))


def case_for_department(database: Database, principal: Principal, case_id: UUID) -> CaseView:
    """Return what the lead and the co-handlers need: all but who reported. Raises: NotFound."""
    case = _read(database, case_id)
    if case is None or not _handles(principal, case):
        raise NotFound
    return view_of(case, principal, exactly=True)


def evidence_of(database: Database, principal: Principal, case_id: UUID, media_id: UUID) -> Evidence:
    """Return a file's reference to those who may see the file. Raises: NotFound."""
    case = _read(database, case_id)
    if case is None or not (sight_of(principal).sees(case.whereabouts) or _handles(principal, case)):
        raise NotFound
    found = next((each for each in evidence_shown(case) if each.media_id == media_id), None)
    if found is None:
        raise NotFound
    return found


def evidence_listing(database: Database, principal: Principal, case_id: UUID) -> EvidenceListing:
    """Return a case's evidence to those who may see the files; departments may not know where they were.

    Raises: NotFound.
    """
    case = _read(database, case_id)
    if case is None or not (sight_of(principal).sees(case.whereabouts) or _handles(principal, case)):
        raise NotFound
    exactly = knows_the_place(principal, case.whereabouts)
    return EvidenceListing(case_id=case_id, items=evidence_held(case), exactly=exactly)


def case_timeline(database: Database, principal: Principal, case_id: UUID) -> TimelineView:
    """Return a case's whole life. Raises: NotFound."""
    with database.reading() as connection:
        _seen(reads.case_of(connection, case_id), principal)
        entries = reads.life_of(connection, case_id)
    return TimelineView(case_id=case_id, entries=tuple(entry.shown() for entry in entries))


def case_seal(database: Database, principal: Principal, case_id: UUID) -> SealView:
    """Return the proof of an archived case. Raises: NotFound."""
    with database.reading() as connection:
        _seen(reads.case_of(connection, case_id), principal)
        seal = reads.seal_of(connection, case_id)
    if seal is None:
        raise NotFound
    return seal


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
    order: PageOrder | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> CasePage:
    """Return a page of the cases that the caller sees, newest first unless `order` says otherwise.

    Raises: Invalid for a filter, order or limit that makes no sense, MalformedCursor.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise Invalid(field="limit")
    filters = Filters(
        state=_state(state),
        community=_code(community, "community"),
        grid=_code(grid, "grid"),
        category=_code(category, "category"),
        lead=_code(lead, "lead"),
        reporter_id=own_account(principal) if mine else None,
    )
    behind = None if cursor is None else cursors.decode(cursor)
    going = _order(order, behind)
    with database.reading() as connection:
        found = reads.page(
            connection, sight_of(principal), filters, order=going, behind=behind, limit=limit + 1
        )
    items = tuple(found[:limit])
    if len(found) <= limit:
        return CasePage(items=items, next_cursor=None)
    further = cursors.Cursor(items[-1].reported_at, items[-1].case_id, going)
    return CasePage(items=items, next_cursor=cursors.encode(further))


def open_by_state(database: Database) -> list[tuple[str, str, int]]:
    """Return how many cases are open, by state and community."""
    with database.reading() as connection:
        return reads.open_by_state(connection)


def _awaited(database: Database, case_id: UUID, min_version: int | None) -> Case | None:
    until = time.monotonic() + WAIT_S
    while True:
        case = _read(database, case_id)
        reached = min_version is None or (case is not None and case.version >= min_version)
        if reached or time.monotonic() >= until:
            return case
        time.sleep(_LOOK_AGAIN_S)


def _read(database: Database, case_id: UUID) -> Case | None:
    with database.reading() as connection:
        return reads.case_of(connection, case_id)


def _seen(case: Case | None, principal: Principal) -> None:
    if case is None or not sight_of(principal).sees(case.whereabouts):
        raise NotFound


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


def _state(value: str | None) -> State | None:
    if value is None:
        return None
    try:
        return State(value)
    except ValueError as error:
        raise Invalid(field="state") from error


def _code(value: str | None, field: str) -> str | None:
    if value is not None and not is_code(value):
        raise Invalid(field=field)
    return value
