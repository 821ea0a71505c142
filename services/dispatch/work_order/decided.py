"""What every decision about an order is made of: the facts, the step, what is told and granted. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from chassis.working_time import Due
from contracts.department import Change, OrderChanged, OrderOffered, Part
from contracts.events.dispatch import WorkOrderEvent
from contracts.vocabulary import DeadlineReason
from services.dispatch.deadline.deadline import Clock, Deadline, granted
from services.dispatch.work_order.guards import Facts
from services.dispatch.work_order.lifecycle import OPEN, By, Row
from services.dispatch.work_order.party import Party
from services.dispatch.work_order.work_order import WorkOrder

E = TypeVar("E", bound=WorkOrderEvent)


class ToDepartment(NamedTuple):
    """A message for one department's queue."""

    department: str
    message: OrderOffered | OrderChanged


class Decided(msgspec.Struct, frozen=True):
    """What a decision comes to: the order as it is now, and what is told and recorded of it."""

    order: WorkOrder
    events: tuple[WorkOrderEvent, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    messages: tuple[ToDepartment, ...] = ()
    detail: dict[str, str] = {}


def facts(order: WorkOrder, *, by: By, now: datetime, **more: Any) -> Facts:
    """Return what the guards look at: the order's own, and `more` of what is asked."""
    return Facts(
        by=by,
        order_id=order.id,
        lead=order.lead,
        kind=order.kind,
        urgency=order.urgency,
        now=now,
        designated=order.designated,
        requested=None if order.request is None else order.request.kind,
        extension_asked=order.extension_asked,
        **more,
    )


def moved(order: WorkOrder, row: Row, **changes: Any) -> WorkOrder:
    """Return the order after the step of `row`."""
    told = row.emits is not None and not order.sandbox
    return msgspec.structs.replace(
        order, state=row.target, emitted=order.emitted + told, version=order.version + 1, **changes
    )


def event(kind: type[E], order: WorkOrder, *, at: datetime, **more: Any) -> tuple[E, ...]:
    """Return what everybody is told of the order; nothing of a sandbox order."""
    if order.sandbox:
        return ()
    told = kind(
        order_id=order.id,
        case_id=order.case_id,
        number=order.number,
        cycle=order.cycle,
        department=order.lead,
        category=order.category,
        kind=order.kind,
        urgency=order.urgency,
        community=order.community,
        grid=order.grid,
        at=at,
        **more,
    )
    return (told,)


def grant(order: WorkOrder, party: Party, *, due: Due, reason: DeadlineReason, clock: Clock) -> Deadline:
    """Return the row of the ledger by which `party` is granted `due`."""
    return Deadline(
        case_id=order.case_id,
        cycle=order.cycle,
        party=party.department,
        order_id=order.id,
        due_at=due.at,
        reason=reason,
        calendar_version=due.calendar_version,
        provisional=due.provisional,
        granted_at=clock.now,
    )


def renewed(
    order: WorkOrder,
    clock: Clock,
    *,
    reason: DeadlineReason,
    whose: Callable[[Party], bool],
    due_of: Callable[[Party], Due],
) -> tuple[tuple[Party, ...], tuple[Deadline, ...]]:
    """Return the parties, with new running terms for those that `whose` names, and the ledger's rows."""
    parties, rows = [], []
    for party in order.parties:
        if whose(party):
            due = due_of(party)
            term = granted(due, order.whole, clock)
            parties.append(msgspec.structs.replace(party, term=term))
            rows.append(grant(order, party, due=due, reason=reason, clock=clock))
        else:
            parties.append(party)
    return tuple(parties), tuple(rows)


def offered(order: WorkOrder, department: str) -> ToDepartment:
    """Return the order as `department` finds it on its queue."""
    party = order.party(department)
    message = OrderOffered(
        order_id=order.id,
        case_id=order.case_id,
        number=order.number,
        cycle=order.cycle,
        part=Part.LEAD if department == order.lead else Part.CO_HANDLER,
        category=order.category,
        kind=order.kind,
        urgency=order.urgency,
        community=order.community,
        grid=order.grid,
        offered_at=order.offered_at,
        due_at=due_of(order, department),
        provisional=party is not None and party.term.provisional,
        designated=order.designated,
        again=order.again,
        state=order.state.value,
    )
    return ToDepartment(department, message)


def changed(order: WorkOrder, change: Change, *departments: str) -> tuple[ToDepartment, ...]:
    """Return what each of `departments` is told of a decision, with its own due time."""
    return tuple(
        ToDepartment(
            department,
            OrderChanged(
                order_id=order.id,
                case_id=order.case_id,
                number=order.number,
                change=change,
                state=order.state.value,
                due_at=due_of(order, department),
                review_on=order.review_on,
            ),
        )
        for department in departments
    )


def due_of(order: WorkOrder, department: str) -> datetime | None:
    """Return when a department's part is due, None while its clock stands or it has nothing to do."""
    party = order.party(department)
    return party.term.due_at if party and party.is_open and order.is_running else None


def is_open_to(order: WorkOrder, department: str) -> bool:
    """Return whether a department has something to do in an order, be its clock standing."""
    party = order.party(department)
    return party is not None and party.is_open and order.state in OPEN
