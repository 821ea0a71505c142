"""What a decision comes to, written down: the order, its ledger and timetable, what is told of it."""

from functools import partial
from typing import NamedTuple

from chassis.data.unit_of_work import UnitOfWork
from contracts.commands.dispatch import OrderReceipt
from services.dispatch import metrics
from services.dispatch.deadline.repository import Ledger, Schedule, Timetable
from services.dispatch.deadline.timers import timers_of
from services.dispatch.work_order.callers import person
from services.dispatch.work_order.counting import count
from services.dispatch.work_order.decided import Decided, ToDepartment
from services.dispatch.work_order.lifecycle import Trigger
from services.dispatch.work_order.records import Entry, Timeline
from services.dispatch.work_order.repository import Orders, Told
from services.dispatch.work_order.work_order import WorkOrder


class Move(NamedTuple):
    """What was done to an order, and by whom: a department's code, or the name of a part of the house."""

    kind: Trigger
    step: str
    by: str


def settle(
    decided: Decided, uow: UnitOfWork, move: Move, *, detail: dict[str, str] | None = None
) -> OrderReceipt:
    """Write down what was decided; nothing of it goes out before the commit."""
    order = decided.order
    keep(order, uow)
    for deadline in decided.deadlines:
        uow.store(Ledger).append(deadline)
    _tell(decided, uow)
    note(order, uow, move, detail=decided.detail | (detail or {}))
    if not order.sandbox:
        uow.after_commit(partial(count, decided, move.step, uow.now))
    return order.receipt()


def keep(order: WorkOrder, uow: UnitOfWork) -> None:
    """Keep an order as it is now, with what falls due of it."""
    orders = uow.store(Orders)
    before = orders.get(order.id)
    orders.put(order.id, order)
    timers = timers_of(order)
    if before is None or timers != timers_of(before):
        uow.store(Timetable).append(Schedule(order.id, timers))


def note(
    order: WorkOrder, uow: UnitOfWork, move: Move, *, late: bool = False, detail: dict[str, str] | None = None
) -> None:
    """Add a line to the order's life, with the person's account where one acted."""
    account = person(uow.principal)
    entry = Entry(
        order_id=order.id,
        at=uow.now,
        kind=move.kind.value,
        step=move.step,
        state=order.state.value,
        by=move.by,
        late=late,
        detail=(detail or {}) | ({} if account is None else {"account": str(account)}),
    )
    uow.store(Timeline).append(entry)


def note_late(order: WorkOrder | None, uow: UnitOfWork, move: Move) -> None:
    """Record a fact that no longer counts, where there is an order to record it on."""
    if order is not None:
        note(order, uow, move, late=True)
        uow.after_commit(metrics.LATE.labels(move.step).inc)


def _tell(decided: Decided, uow: UnitOfWork) -> None:
    order = decided.order
    # All orders of a case are told on one line: a new one is never heard of before the old one's end.
    case, told = str(order.case_id), uow.store(Told)
    for event in decided.events:
        uow.outbox.event(event, subject=case, sequence=told.next_of(order.case_id), ordering_key=case)
    for message in decided.messages:
        to_department(message, order, uow)


def to_department(told: ToDepartment, order: WorkOrder, uow: UnitOfWork) -> None:
    """Put a message about an order on a department's queue."""
    uow.outbox.to_department(
        told.message,
        department=told.department,
        subject=str(order.id),
        sequence=order.version,
        ordering_key=str(order.case_id),
    )
