"""What can be asked about work orders."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

import msgspec

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden, Invalid, MalformedCursor
from contracts.commands.intake import PageOrder
from contracts.commands.orders import OrderPage, OrderView
from contracts.vocabulary import Role
from services.dispatch.responsibility.matrix import SANDBOX
from services.dispatch.responsibility.repository import department_exists
from services.dispatch.work_order import reads
from services.dispatch.work_order.errors import UnknownDepartment, UnknownOrder
from services.dispatch.work_order.lifecycle import OPEN, State
from services.dispatch.work_order.party import Waiting
from services.dispatch.work_order.sight import SEES_DISTRICT, may_see, view_for

PAGE = 20
LARGEST_PAGE = 100
E = TypeVar("E", bound=StrEnum)


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last order of the page before, and which way the list goes: as it was begun, so it goes on."""

    offered_at: datetime
    order_id: UUID
    order: PageOrder = PageOrder.NEWEST


def get_order(database: Database, principal: Principal, *, order_id: UUID) -> OrderView:
    """Return one order as whoever may see it. Raises: UnknownOrder."""
    with database.reading() as connection:
        found = reads.order(connection, order_id)
    if found is None or not may_see(principal, found):
        raise UnknownOrder
    return view_for(principal, found)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders are asked for, as a client says it; None asks for all."""

    state: str | None = None
    department: str | None = None
    waiting: str | None = None
    overdue: bool = False
    due_before: datetime | None = None
    order: str | None = None
    cursor: str | None = None
    limit: int = PAGE


def list_orders(database: Database, principal: Principal, asked: Filter) -> OrderPage:
    """Return a page of a department's orders, led or co-handled; a dispatcher's of any or all.

    Raises: Forbidden, Invalid, MalformedCursor, UnknownDepartment.
    """
    department = _department(principal, asked.department)
    behind = None if asked.cursor is None else _decode(asked.cursor)
    order = _order(_one_of(PageOrder, asked.order, field="order"), behind)
    wanted = reads.Wanted(
        department=department,
        state=_one_of(State, asked.state, field="state"),
        waiting=_one_of(Waiting, asked.waiting, field="waiting"),
        overdue=asked.overdue,
        due_before=_moment(asked.due_before),
        drills=department == SANDBOX and principal.has(Role.DISPATCHER, Role.DEPARTMENT),
        oldest_first=order is PageOrder.OLDEST,
        after=None if behind is None else reads.Place(behind.offered_at, behind.order_id),
        limit=_limit(asked.limit),
    )
    with database.reading() as connection:
        if wanted.department is not None and not department_exists(connection, wanted.department):
            raise UnknownDepartment(department=wanted.department)
        found = reads.page(connection, wanted)
    views = tuple(view_for(principal, each) for each in found[: wanted.limit])
    more = len(found) > wanted.limit
    return OrderPage(items=views, next_cursor=_encode(views[-1], order) if more else None)


def orders_of_case(database: Database, principal: Principal, *, case_id: UUID) -> OrderPage:
    """Return every order of a case that the caller may see, newest first."""
    with database.reading() as connection:
        found = reads.of_case(connection, case_id)
    views = tuple(view_for(principal, each) for each in found if may_see(principal, each))
    return OrderPage(items=views, next_cursor=None)


def count_open(database: Database) -> dict[str, int]:
    """Return how many orders are in each open state."""
    with database.reading() as connection:
        counts = reads.count_open(connection)
    return {state.value: counts.get(state.value, 0) for state in OPEN}


def count_waiting(database: Database) -> dict[str, int]:
    """Return how many orders wait for each thing at the dispatcher's desk."""
    with database.reading() as connection:
        counts = reads.count_waiting(connection)
    return {waiting.value: counts.get(waiting.value, 0) for waiting in Waiting}


def _department(principal: Principal, asked: str | None) -> str | None:
    """Return whose orders are listed; None is everybody's. Raises: Forbidden."""
    if principal.has(*SEES_DISTRICT):
        return asked
    own = principal.scope.get("department") if principal.has(Role.DEPARTMENT) else None
    if own is None or asked not in (None, own):
        raise Forbidden("a department lists its own orders")
    return own


def _one_of(words: type[E], text: str | None, *, field: str) -> E | None:
    try:
        return None if text is None else words(text)
    except ValueError as error:
        raise Invalid(f"there is no such {field}", field=field) from error


def _moment(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Invalid("a time needs a zone", field="due_before")
    return at


def _limit(limit: int) -> int:
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid(f"from 1 to {LARGEST_PAGE}", field="limit")
    return limit


def _order(asked: PageOrder | None, behind: _Cursor | None) -> PageOrder:
    """Return which way to go: a list that was begun goes on as it began. Raises: Invalid."""
    if behind is None:
        return asked or PageOrder.NEWEST
    if asked is not None and asked is not behind.order:
        raise Invalid("a list goes on in the order in which it was begun", field="order")
    return behind.order


def _encode(view: OrderView, order: PageOrder) -> str:
    content = msgspec.json.encode(_Cursor(view.offered_at, view.order_id, order))
    return urlsafe_b64encode(content).decode().rstrip("=")


def _decode(cursor: str) -> _Cursor:
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        read = msgspec.json.decode(content, type=_Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise MalformedCursor from error
    if read.offered_at.tzinfo is None:
        raise MalformedCursor
    return read
