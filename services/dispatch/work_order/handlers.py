"""What intake says happened: load, decide, save, outbox. No SQL, no broker call."""

from uuid import UUID

import msgspec

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventRoute, on
from contracts.events.intake import AcceptedCaseEvent, CaseClassified, CaseMerged, CaseReopened, CaseReworked
from contracts.vocabulary import DeadlineReason
from services.dispatch.deadline.clock import clock_of
from services.dispatch.responsibility.matrix import limit_on, local_day, responsible_on
from services.dispatch.responsibility.repository import Responsibilities
from services.dispatch.work_order import offering
from services.dispatch.work_order.lifecycle import By, Step, Trigger, transition
from services.dispatch.work_order.offering import Handlers, Terms
from services.dispatch.work_order.repository import Cases, Orders
from services.dispatch.work_order.settling import Move, keep, note_late, settle
from services.dispatch.work_order.work_order import CaseMemory, order_id_of


def case_classified(event: CaseClassified, uow: UnitOfWork) -> None:
    """派遣 the first order, to the lead that the event names."""
    handlers = Handlers(event.lead, event.co_handlers, event.designated)
    terms = Terms(_limit(event, uow), DeadlineReason.INITIAL)
    _begin(event, uow, step=Step.CASE_CLASSIFIED, handlers=handlers, terms=terms)


def case_reworked(event: CaseReworked, uow: UnitOfWork) -> None:
    """返工: the same departments once more, in half the limit."""
    last = uow.store(Cases).get(event.case_id)
    stays = last is not None and last.lead == event.lead
    handlers = _again(last) if last is not None and stays else Handlers(event.lead)
    terms = Terms(_limit(event, uow), DeadlineReason.REWORK)
    _begin(event, uow, step=Step.CASE_REWORKED, handlers=handlers, terms=terms)


def case_reopened(event: CaseReopened, uow: UnitOfWork) -> None:
    """派遣 the order of a new cycle; the co-handlers stay while the lead does."""
    terms = Terms(_limit(event, uow), DeadlineReason.REOPENING, event.due_on)
    detail = {"cause": event.cause.value}
    if event.due_on is not None:
        detail["due_on"] = event.due_on.isoformat()
    handlers = _next_handlers(event, uow)
    _begin(event, uow, step=Step.CASE_REOPENED, handlers=handlers, terms=terms, detail=detail)


def case_merged(event: CaseMerged, uow: UnitOfWork) -> None:
    """并案: the case's order is taken back, and nobody gets another of it."""
    memory = uow.store(Cases).get(event.case_id)
    if memory is None:
        # It was merged before it was ever classified.
        return
    uow.store(Cases).put(memory.case_id, msgspec.structs.replace(memory, merged=True))
    order = uow.store(Orders).get(memory.order_id)
    if order is None:
        return
    move = Move(Trigger.FACT, Step.CASE_MERGED, By.INTAKE)
    decided = offering.case_merged(order, now=uow.now)
    if decided is None:
        keep(offering.asks_for_nothing(order), uow)
        note_late(order, uow, move)
    else:
        settle(decided, uow, move)


def _begin(
    event: AcceptedCaseEvent,
    uow: UnitOfWork,
    *,
    step: Step,
    handlers: Handlers,
    terms: Terms,
    detail: dict[str, str] | None = None,
) -> None:
    move = Move(Trigger.FACT, step, By.INTAKE)
    known = uow.store(Orders).get(order_id_of(event.case_id, event.cycle))
    row = transition(None if known is None else known.state, Trigger.FACT, step)
    if row is None:
        note_late(known, uow, move)
        return
    decided = offering.offer(event, row, handlers=handlers, terms=terms, clock=clock_of(uow))
    settle(decided, uow, move, detail=detail)
    cases = uow.store(Cases)
    memory = offering.remember(decided.order, terms, cases.get(event.case_id), event)
    cases.put(memory.case_id, memory)


def _next_handlers(event: CaseReopened, uow: UnitOfWork) -> Handlers:
    """Return who handles the new cycle: named by the event, else the last ones, else by the matrix.

    A lead that the joint conference names is designated by it.
    """
    last = uow.store(Cases).get(event.case_id)
    if last is not None and event.lead in (None, last.lead):
        return _again(last)._replace(designated=last.designated or event.lead is not None)
    if event.lead is not None:
        return Handlers(event.lead, designated=True)
    matrix = uow.store(Responsibilities).get(event.category)
    return Handlers(responsible_on(matrix, local_day(event.at)))


def _again(last: CaseMemory) -> Handlers:
    return Handlers(last.lead, last.co_handlers, last.designated)


def _limit(event: AcceptedCaseEvent, uow: UnitOfWork) -> str:
    """Return the case's original limit: the one that its category had when it was classified."""
    last = uow.store(Cases).get(event.case_id)
    if last is not None:
        return last.limit
    matrix = uow.store(Responsibilities).get(event.category)
    return limit_on(matrix, local_day(event.at), event.urgency)


def _order_of_case(event: AcceptedCaseEvent) -> UUID:
    return order_id_of(event.case_id, event.cycle)


_LOADS = (
    (Orders, _order_of_case),
    (Cases, lambda event: event.case_id),
    (Responsibilities, lambda event: event.category),
)
EVENTS: tuple[EventRoute, ...] = (
    on(CaseClassified, case_classified, loads=_LOADS),
    on(CaseReworked, case_reworked, loads=_LOADS),
    on(CaseReopened, case_reopened, loads=_LOADS),
    on(CaseMerged, case_merged, loads=((Cases, lambda event: event.case_id),)),
)
