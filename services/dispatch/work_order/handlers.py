"""One function a message: load, decide, save, outbox. No SQL, no broker call."""

from datetime import timedelta, timezone
from uuid import UUID

import msgspec

from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import Principal
from chassis.processing.commands import CommandRoute, command
from chassis.processing.events import EventRoute, on
from chassis.refusal import Forbidden
from contracts.commands.dispatch import HandInResult, ResultReceipt
from contracts.department import CompleteOrder, SignOrder
from contracts.events.intake import AcceptedCaseEvent, CaseClassified, CaseReopened
from contracts.vocabulary import Role
from services.dispatch import metrics
from services.dispatch.responsibility.matrix import responsible_on
from services.dispatch.responsibility.repository import Responsibilities
from services.dispatch.work_order.errors import ResultConflict
from services.dispatch.work_order.lifecycle import By, Step, Trigger, transition
from services.dispatch.work_order.repository import Cases, Entry, Orders, Results, Timeline
from services.dispatch.work_order.result import hand_in
from services.dispatch.work_order.work_order import (
    Decision,
    WorkOrder,
    check_takes_result,
    complete,
    known_to,
    notice,
    offer,
    order_id_of,
    remember,
    sign,
)

# China keeps one time and no summer time.
DISTRICT_TIME = timezone(timedelta(hours=8))


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order stands after a department's message."""

    order_id: UUID
    state: str


def case_classified(event: CaseClassified, uow: UnitOfWork) -> None:
    """派遣 the first order, to the lead that the event names."""
    _offer(event, uow, step=Step.CASE_CLASSIFIED, lead=event.lead, co_handlers=event.co_handlers)


def case_reopened(event: CaseReopened, uow: UnitOfWork) -> None:
    """派遣 the order of a new cycle; the co-handlers stay while the lead does."""
    lead, co_handlers = _next_departments(event, uow)
    detail = {"cause": event.cause.value}
    if event.due_on is not None:
        detail["due_on"] = event.due_on.isoformat()
    _offer(event, uow, step=Step.CASE_REOPENED, lead=lead, co_handlers=co_handlers, detail=detail)


def sign_order(message: SignOrder, uow: UnitOfWork) -> Standing:
    """签收 by the lead. Raises: UnknownOrder, NotTheLead, IllegalTransition."""
    department = department_of(uow.principal)
    order = known_to(uow.store(Orders).get(message.order_id), department)
    signed, events = sign(order, by=department, now=uow.now)
    _save((signed, events), uow, step=Step.SIGN, by=department)
    uow.after_commit(lambda: metrics.signed_after(uow.now - order.offered_at))
    return Standing(order_id=signed.id, state=signed.state)


def complete_order(message: CompleteOrder, uow: UnitOfWork) -> Standing:
    """办结反馈 by the lead.

    Raises: UnknownOrder, NotTheLead, IllegalTransition, UnknownResult, ResultDiffers, EvidenceMissing.
    """
    department = department_of(uow.principal)
    order = known_to(uow.store(Orders).get(message.order_id), department)
    result = uow.store(Results).get(message.result_id)
    completed, events = complete(
        order, result, result_sha256=message.result_sha256, by=department, now=uow.now
    )
    _save((completed, events), uow, step=Step.COMPLETE, by=department)
    uow.after_commit(lambda: metrics.completed_after(uow.now - (order.signed_at or order.offered_at)))
    return Standing(order_id=completed.id, state=completed.state)


def hand_in_result(message: HandInResult, uow: UnitOfWork) -> ResultReceipt:
    """Keep a department's result and answer its hash; the same result again gets the same answer.

    Raises: Forbidden, UnknownOrder, NotTheLead, IllegalTransition, and what is wrong with the result.
    """
    principal = uow.principal
    department = department_of(principal)
    order = known_to(uow.store(Orders).get(message.order_id), department)
    results = uow.store(Results)
    result = hand_in(message, department=department, by=person(principal), now=uow.now)
    known = results.get(result.id)
    if known is not None and (known.sha256, known.department) != (result.sha256, result.department):
        raise ResultConflict
    if known is None:
        check_takes_result(order, by=department)
        results.put(result.id, result)
        uow.after_commit(metrics.RESULTS.labels(department).inc)
    return ResultReceipt(result_id=result.id, order_id=order.id, sha256=result.sha256)


def department_of(principal: Principal) -> str:
    """Return the department that is asking. Raises: Forbidden."""
    code = principal.scope.get("department")
    if code is None or not principal.has(Role.DEPARTMENT):
        raise Forbidden("a department's task")
    return code


def person(principal: Principal) -> UUID | None:
    """Return the account that is asking, None where it is no person's."""
    try:
        return UUID(principal.subject)
    except ValueError:
        return None


def _next_departments(event: CaseReopened, uow: UnitOfWork) -> tuple[str, tuple[str, ...]]:
    """Return lead and co-handlers: named by the event, else the last ones, else by the matrix."""
    last = uow.store(Cases).get(event.case_id)
    if last is not None and event.lead in (None, last.lead):
        return last.lead, last.co_handlers
    if event.lead is not None:
        return event.lead, ()
    matrix = uow.store(Responsibilities).get(event.category)
    return responsible_on(matrix, event.at.astimezone(DISTRICT_TIME).date()), ()


def _offer(
    event: AcceptedCaseEvent,
    uow: UnitOfWork,
    *,
    step: Step,
    lead: str,
    co_handlers: tuple[str, ...],
    detail: dict[str, str] | None = None,
) -> None:
    known = uow.store(Orders).get(order_id_of(event.case_id, event.cycle))
    row = transition(None if known is None else known.state, Trigger.FACT, step)
    if row is None:
        _late(known, uow, step=step)
        return
    order, events = offer(event, row, lead=lead, co_handlers=co_handlers, now=uow.now)
    _save((order, events), uow, step=step, by=By.INTAKE, detail=detail)
    uow.store(Cases).put(order.case_id, remember(order, reporter_id=event.reporter_id))
    for department in order.departments:
        uow.outbox.to_department(
            notice(order, department),
            department=department,
            subject=str(order.id),
            sequence=order.emitted,
            ordering_key=str(order.case_id),
        )


def _save(
    decision: Decision, uow: UnitOfWork, *, step: Step, by: str, detail: dict[str, str] | None = None
) -> None:
    order, events = decision
    uow.store(Orders).put(order.id, order)
    first = order.emitted - len(events) + 1
    for sequence, event in enumerate(events, first):
        uow.outbox.event(event, subject=str(order.id), sequence=sequence, ordering_key=str(order.case_id))
    _note(order, uow, step=step, by=by, late=False, detail=detail)
    uow.after_commit(metrics.STEPS.labels(step.value, order.lead).inc)


def _late(order: WorkOrder | None, uow: UnitOfWork, *, step: Step) -> None:
    """Record a fact that no longer counts, where there is an order to record it on."""
    if order is not None:
        _note(order, uow, step=step, by=By.INTAKE, late=True)
        uow.after_commit(metrics.LATE.labels(step.value).inc)


def _note(
    order: WorkOrder,
    uow: UnitOfWork,
    *,
    step: Step,
    by: str,
    late: bool,
    detail: dict[str, str] | None = None,
) -> None:
    kind = Trigger.FACT if step in (Step.CASE_CLASSIFIED, Step.CASE_REOPENED) else Trigger.COMMAND
    entry = Entry(
        order_id=order.id,
        at=uow.now,
        kind=kind.value,
        step=step.value,
        state=order.state.value,
        by=by,
        late=late,
        detail=detail or {},
    )
    uow.store(Timeline).append(entry)


def _order_of_case(event: AcceptedCaseEvent) -> UUID:
    return order_id_of(event.case_id, event.cycle)


EVENTS: tuple[EventRoute, ...] = (
    on(
        CaseClassified,
        case_classified,
        loads=((Orders, _order_of_case), (Cases, lambda event: event.case_id)),
    ),
    on(
        CaseReopened,
        case_reopened,
        loads=((Orders, _order_of_case), (Cases, lambda event: event.case_id)),
    ),
)

COMMANDS: tuple[CommandRoute, ...] = (
    command(
        HandInResult,
        hand_in_result,
        loads=((Orders, lambda c: c.order_id), (Results, lambda c: c.result_id)),
    ),
)
