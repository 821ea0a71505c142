"""A work order and its decisions: each returns the new order and what is to be told. Pure."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

import msgspec

from contracts.department import OrderOffered, Part
from contracts.events.dispatch import WorkOrderCompleted, WorkOrderEvent, WorkOrderOffered, WorkOrderSigned
from contracts.events.intake import AcceptedCaseEvent
from contracts.vocabulary import Kind, Urgency
from services.dispatch.work_order.errors import IllegalTransition, UnknownOrder
from services.dispatch.work_order.guards import Facts, by_the_lead
from services.dispatch.work_order.lifecycle import OPEN, Emitted, Row, State, Step, Trigger, transition
from services.dispatch.work_order.result import Result

E = TypeVar("E", bound=WorkOrderEvent)


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle's task: a lead 主办, who alone signs and completes, and co-handlers 协办.

    `emitted` counts the events told of it; `version` counts its changes.
    """

    id: UUID
    case_id: UUID
    number: str
    cycle: int
    state: State
    lead: str
    co_handlers: tuple[str, ...]
    category: str
    kind: Kind
    urgency: Urgency
    community: str
    grid: str
    offered_at: datetime
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    result_id: UUID | None = None
    emitted: int
    version: int

    @property
    def departments(self) -> tuple[str, ...]:
        """The lead, then the co-handlers."""
        return (self.lead, *self.co_handlers)


class CaseMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What dispatch remembers of a case: its last order's cycle and departments.

    `reporter_id` lets the reporter read the answer; no department is ever shown it.
    """

    case_id: UUID
    reporter_id: UUID | None
    number: str
    category: str
    community: str
    grid: str
    cycle: int
    lead: str
    co_handlers: tuple[str, ...]


Decision = tuple[WorkOrder, tuple[Emitted, ...]]


def order_id_of(case_id: UUID, cycle: int) -> UUID:
    """Return the id of a case's order for one cycle: always the same, so that it is made once."""
    return uuid5(case_id, f"work order of cycle {cycle}")


def offer(
    case: AcceptedCaseEvent, row: Row, *, lead: str, co_handlers: tuple[str, ...], now: datetime
) -> Decision:
    """派遣: return the new order that `row` makes of a case's new cycle."""
    order = WorkOrder(
        id=order_id_of(case.case_id, case.cycle),
        case_id=case.case_id,
        number=case.number,
        cycle=case.cycle,
        state=row.target,
        lead=lead,
        co_handlers=tuple(code for code in dict.fromkeys(co_handlers) if code != lead),
        category=case.category,
        kind=case.kind,
        urgency=case.urgency,
        community=case.community,
        grid=case.grid,
        offered_at=now,
        emitted=1,
        version=1,
    )
    return order, (_event(WorkOrderOffered, order, at=now, co_handlers=order.co_handlers),)


def remember(order: WorkOrder, *, reporter_id: UUID | None) -> CaseMemory:
    """Return what the next cycle needs to know of this one."""
    return CaseMemory(
        case_id=order.case_id,
        reporter_id=reporter_id,
        number=order.number,
        category=order.category,
        community=order.community,
        grid=order.grid,
        cycle=order.cycle,
        lead=order.lead,
        co_handlers=order.co_handlers,
    )


def notice(order: WorkOrder, department: str) -> OrderOffered:
    """Return what `department` finds on its queue."""
    return OrderOffered(
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
    )


def known_to(order: WorkOrder | None, department: str) -> WorkOrder:
    """Return the order where it concerns `department`. Raises: UnknownOrder."""
    if order is None or department not in order.departments:
        raise UnknownOrder
    return order


def sign(order: WorkOrder, *, by: str, now: datetime) -> Decision:
    """签收. Raises: IllegalTransition, NotTheLead."""
    row = transition(order.state, Trigger.COMMAND, Step.SIGN, _facts(order, by))
    signed = _moved(order, row, signed_at=now)
    return signed, (_event(WorkOrderSigned, signed, at=now),)


def complete(
    order: WorkOrder, result: Result | None, *, result_sha256: str, by: str, now: datetime
) -> Decision:
    """办结反馈 with the result that the lead handed in.

    Raises: IllegalTransition, NotTheLead, UnknownResult, ResultDiffers, EvidenceMissing.
    """
    facts = _facts(order, by, result=result, result_sha256=result_sha256)
    row = transition(order.state, Trigger.COMMAND, Step.COMPLETE, facts)
    completed = _moved(order, row, completed_at=now, result_id=result and result.id)
    event = _event(
        WorkOrderCompleted,
        completed,
        at=now,
        result_id=completed.result_id,
        result_sha256=result_sha256,
        evidence=result.evidence if result else (),
        handler_id=result and result.handed_in_by,
    )
    return completed, (event,)


def check_takes_result(order: WorkOrder, *, by: str) -> None:
    """Check that `by` may hand in a result; it changes no state. Raises: NotTheLead, IllegalTransition."""
    by_the_lead(_facts(order, by))
    if order.state not in OPEN:
        raise IllegalTransition(order.state, "hand_in_result")


def _facts(order: WorkOrder, by: str, *, result: Result | None = None, result_sha256: str = "") -> Facts:
    return Facts(
        asking=by,
        lead=order.lead,
        order_id=order.id,
        kind=order.kind,
        result=result,
        result_sha256=result_sha256,
    )


def _moved(order: WorkOrder, row: Row, **changes: Any) -> WorkOrder:
    emitted = order.emitted + (row.emits is not None)
    return msgspec.structs.replace(
        order, state=row.target, emitted=emitted, version=order.version + 1, **changes
    )


def _event(kind: type[E], order: WorkOrder, *, at: datetime, **more: Any) -> E:
    return kind(
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
