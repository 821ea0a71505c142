"""What the dispatcher decides at the guidance centre: load, decide, save, outbox."""

from chassis.data.unit_of_work import UnitOfWork
from contracts.commands.dispatch import (
    DenyExtension,
    DenySuspension,
    ExcusePart,
    GrantExtension,
    GrantSuspension,
    OrderReceipt,
    RecallOrder,
    RedirectOrder,
    ResumeOrder,
)
from services.dispatch.deadline.clock import clock_of
from services.dispatch.work_order import asking, handling, offering
from services.dispatch.work_order.callers import check_dispatcher
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.department_handlers import is_department
from services.dispatch.work_order.errors import NotTheSandbox, UnknownOrder
from services.dispatch.work_order.lifecycle import By, Step, Trigger
from services.dispatch.work_order.repository import Cases, Orders
from services.dispatch.work_order.settling import Move, keep, note, settle
from services.dispatch.work_order.work_order import WorkOrder, check_version

Asked = (
    RedirectOrder
    | RecallOrder
    | GrantExtension
    | DenyExtension
    | GrantSuspension
    | DenySuspension
    | ResumeOrder
    | ExcusePart
)


def redirect_order(asked: RedirectOrder, uow: UnitOfWork) -> OrderReceipt:
    """改派: answered with the new order."""
    order = _order(asked, uow)
    cases = uow.store(Cases)
    memory = cases.get(order.case_id)
    if memory is None:
        raise UnknownOrder
    redirected = offering.redirect(
        order,
        memory,
        to=asked.department,
        is_known=is_department(asked.department, uow),
        clock=clock_of(uow),
    )
    move = Move(Trigger.COMMAND, Step.REDIRECT, By.DISPATCHER)
    keep(redirected.old, uow)
    note(redirected.old, uow, move, detail={"to": asked.department, "next": str(redirected.new.order.id)})
    cases.put(memory.case_id, redirected.memory)
    return settle(redirected.new, uow, move, detail={"previous": str(order.id)})


def recall_order(asked: RecallOrder, uow: UnitOfWork) -> OrderReceipt:
    """收回."""
    order = _order(asked, uow)
    return _settle(offering.recall(order, reason=asked.reason.strip(), now=uow.now), uow, Step.RECALL)


def grant_extension(asked: GrantExtension, uow: UnitOfWork) -> OrderReceipt:
    """准予延期."""
    order = _order(asked, uow)
    return _settle(asking.grant_extension(order, clock=clock_of(uow)), uow, Step.GRANT_EXTENSION)


def deny_extension(asked: DenyExtension, uow: UnitOfWork) -> OrderReceipt:
    """不予延期."""
    order = _order(asked, uow)
    decided = asking.deny_extension(order, reason=asked.reason.strip(), now=uow.now)
    return _settle(decided, uow, Step.DENY_EXTENSION)


def grant_suspension(asked: GrantSuspension, uow: UnitOfWork) -> OrderReceipt:
    """准予挂起."""
    order = _order(asked, uow)
    decided = asking.grant_suspension(order, review_on=asked.review_on, clock=clock_of(uow))
    return _settle(decided, uow, Step.GRANT_SUSPENSION)


def deny_suspension(asked: DenySuspension, uow: UnitOfWork) -> OrderReceipt:
    """不予挂起."""
    order = _order(asked, uow)
    decided = asking.deny_suspension(order, reason=asked.reason.strip(), now=uow.now)
    return _settle(decided, uow, Step.DENY_SUSPENSION)


def resume_order(asked: ResumeOrder, uow: UnitOfWork) -> OrderReceipt:
    """恢复."""
    order = _order(asked, uow)
    return _settle(asking.resume(order, clock=clock_of(uow)), uow, Step.RESUME)


def excuse_part(asked: ExcusePart, uow: UnitOfWork) -> OrderReceipt:
    """协办免办."""
    order = _order(asked, uow)
    decided = handling.excuse_part(
        order, department=asked.department, reason=asked.reason.strip(), now=uow.now
    )
    return _settle(decided, uow, Step.EXCUSE_PART)


def _order(asked: Asked, uow: UnitOfWork) -> WorkOrder:
    """Return the order. Raises: Forbidden, UnknownOrder, NotTheSandbox, StaleVersion."""
    check_dispatcher(uow.principal)
    order = uow.store(Orders).get(asked.order_id)
    if order is None:
        raise UnknownOrder
    if order.sandbox:
        raise NotTheSandbox
    check_version(order, asked.expected_version)
    return order


def _settle(decided: Decided, uow: UnitOfWork, step: Step) -> OrderReceipt:
    return settle(decided, uow, Move(Trigger.COMMAND, step, By.DISPATCHER))
