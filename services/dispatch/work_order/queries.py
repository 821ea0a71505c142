"""What can be asked about work orders, and who sees which."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

import msgspec

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, MalformedCursor
from contracts.commands.dispatch import OrderPage, OrderView
from contracts.vocabulary import Role
from services.dispatch.responsibility.repository import department_exists
from services.dispatch.work_order import reads
from services.dispatch.work_order.errors import UnknownDepartment, UnknownOrder
from services.dispatch.work_order.handlers import person
from services.dispatch.work_order.lifecycle import OPEN, State

PAGE = 20
LARGEST_PAGE = 100
_SEES_DISTRICT = (Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)
_SEES_COMMUNITY = (Role.CLERK, Role.COMMITTEE)


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last order of the page before."""

    offered_at: datetime
    order_id: UUID


def get_order(database: Database, principal: Principal, *, order_id: UUID) -> OrderView:
    """Return one order as whoever may see it. Raises: UnknownOrder."""
    with database.reading() as connection:
        found = reads.order(connection, order_id)
    if found is None or not may_see(principal, found):
        raise UnknownOrder
    return found.view


def list_orders(
    database: Database,
    principal: Principal,
    *,
    state: str | None,
    department: str | None,
    cursor: str | None,
    limit: int,
) -> OrderPage:
    """Return a page of a department's orders, led or co-handled; a dispatcher's of any or all.

    Raises: Forbidden, Invalid, MalformedCursor, UnknownDepartment.
    """
    wanted = reads.Wanted(
        department=_department(principal, department),
        state=_state(state),
        before=None if cursor is None else _decode(cursor),
        limit=_limit(limit),
    )
    with database.reading() as connection:
        if wanted.department is not None and not department_exists(connection, wanted.department):
            raise UnknownDepartment(department=wanted.department)
        found = reads.page(connection, wanted)
    views = tuple(each.view for each in found[: wanted.limit])
    more = len(found) > wanted.limit
    return OrderPage(items=views, next_cursor=_encode(views[-1]) if more else None)


def orders_of_case(database: Database, principal: Principal, *, case_id: UUID) -> OrderPage:
    """Return every order of a case that the caller may see, newest first."""
    with database.reading() as connection:
        found = reads.of_case(connection, case_id)
    views = tuple(each.view for each in found if may_see(principal, each))
    return OrderPage(items=views, next_cursor=None)


def count_open(database: Database) -> dict[str, int]:
    """Return how many orders are in each open state."""
    with database.reading() as connection:
        counts = reads.count_open(connection)
    return {state.value: counts.get(state.value, 0) for state in OPEN}


def may_see(principal: Principal, found: reads.Found) -> bool:
    """Return whether somebody may see an order: its departments, its place's staff, its reporter."""
    order, scope = found.view, principal.scope
    return (
        principal.has(*_SEES_DISTRICT)
        or (principal.has(*_SEES_COMMUNITY) and scope.get("community") == order.community)
        or (principal.has(Role.GRID_WORKER) and scope.get("grid") == order.grid)
        or (
            principal.has(Role.DEPARTMENT)
            and scope.get("department") in (order.department, *order.co_handlers)
        )
        or (found.reporter_id is not None and person(principal) == found.reporter_id)
    )


def _department(principal: Principal, asked: str | None) -> str | None:
    """Return whose orders are listed; None is everybody's. Raises: Forbidden."""
    if principal.has(*_SEES_DISTRICT):
        return asked
    own = principal.scope.get("department") if principal.has(Role.DEPARTMENT) else None
    if own is None or asked not in (None, own):
        raise Forbidden("a department lists its own orders")
    return own


def _state(text: str | None) -> State | None:
    try:
        return None if text is None else State(text)
    except ValueError as error:
        raise Invalid("there is no such state", field="state") from error


def _limit(limit: int) -> int:
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid(f"from 1 to {LARGEST_PAGE}", field="limit")
    return limit


def _encode(view: OrderView) -> str:
    content = msgspec.json.encode(_Cursor(view.offered_at, view.order_id))
    return urlsafe_b64encode(content).decode().rstrip("=")


def _decode(cursor: str) -> reads.Place:
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        read = msgspec.json.decode(content, type=_Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise MalformedCursor from error
    if read.offered_at.tzinfo is None:
        raise MalformedCursor
    return reads.Place(read.offered_at, read.order_id)
