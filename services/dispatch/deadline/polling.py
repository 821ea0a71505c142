"""What fell due is done: an order is offered again, a card is shown, a suspension ends."""

import structlog

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.processing.faults import is_of_the_house
from contracts.envelope import uuid7
from services.dispatch.deadline.cards import CARD_SHOWN, show_card
from services.dispatch.deadline.clock import clock_of
from services.dispatch.deadline.deadline import Clock
from services.dispatch.deadline.repository import Schedule, Timetable
from services.dispatch.deadline.timers import Timer, TimerKind, timers_of
from services.dispatch.work_order import asking, offering
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.lifecycle import By, Step, Trigger
from services.dispatch.work_order.repository import Orders
from services.dispatch.work_order.settling import Move, settle
from services.dispatch.work_order.work_order import WorkOrder

log = structlog.get_logger()
_BATCH = 100
_STEPS: dict[TimerKind, str] = {
    TimerKind.OFFER_AGAIN: Step.OFFER_AGAIN,
    TimerKind.RESUME: Step.RESUME,
    TimerKind.YELLOW: CARD_SHOWN,
    TimerKind.RED: CARD_SHOWN,
}


def do_all_that_is_due(database: Database) -> None:
    """Do all that has fallen due, batch by batch."""
    while do_what_is_due(database) == _BATCH:
        pass


def do_what_is_due(database: Database) -> int:
    """Do what fell due of one batch of orders, those first that wait longest; return how many orders.

    Orders that another process has locked are left to it.
    """
    with database.transaction(Context(principal=the_system(), correlation_id="")) as uow:
        orders = uow.store(Orders).lock_due(before=uow.now, limit=_BATCH)
        clock = clock_of(uow)
        for order in orders:
            _take(order, uow, clock)
        uow.flush()
    return len(orders)


def _take(order: WorkOrder, uow: UnitOfWork, clock: Clock) -> None:
    """Do what fell due of one order; one that fails is left as it was, and holds up no other."""
    uow.context = Context(principal=the_system(), correlation_id=str(uuid7()))
    try:
        _do(order, uow, clock)
    except Exception as error:
        if is_of_the_house(error):
            raise
        log.exception("order.timer_failed", order_id=str(order.id))
        uow.discard()
    else:
        uow.keep()


def _do(order: WorkOrder, uow: UnitOfWork, clock: Clock) -> None:
    while (timer := _fallen_due(order, clock)) is not None:
        decided = _decide(order, timer, clock)
        if decided is None:
            break
        settle(decided, uow, Move(Trigger.TIMER, _STEPS[timer.kind], By.SYSTEM))
        order = decided.order
    # What an older version of us had left in the table would otherwise be found for ever.
    uow.store(Timetable).append(Schedule(order.id, timers_of(order)))


def _fallen_due(order: WorkOrder, clock: Clock) -> Timer | None:
    following = next(iter(timers_of(order)), None)
    return following if following is not None and following.at < clock.now else None


def _decide(order: WorkOrder, timer: Timer, clock: Clock) -> Decided | None:
    match timer.kind:
        case TimerKind.OFFER_AGAIN:
            return offering.offer_again(order, clock)
        case TimerKind.RESUME:
            return asking.review(order, clock=clock)
        case TimerKind.YELLOW | TimerKind.RED:
            return show_card(order, timer.party, now=clock.now)
