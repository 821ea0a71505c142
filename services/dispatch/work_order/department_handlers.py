"""What departments ask, an officer over RPC or their software on the bus: load, decide, save, outbox."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from contracts.commands.dispatch import (
    AskExtension,
    AskSuspension,
    CompleteOrder,
    CompletePart,
    HandInResult,
    HandInStatement,
    OrderReceipt,
    ResultReceipt,
    ReturnOrder,
    SignOrder,
    StatementReceipt,
)
from services.dispatch import metrics
from services.dispatch.deadline.clock import clock_of
from services.dispatch.responsibility.matrix import SANDBOX
from services.dispatch.responsibility.repository import Departments
from services.dispatch.work_order import asking, handling, result, statement
from services.dispatch.work_order.callers import department_of, person
from services.dispatch.work_order.errors import ResultConflict, StatementConflict, UnknownOrder
from services.dispatch.work_order.lifecycle import Step, Trigger
from services.dispatch.work_order.repository import Cases, Orders, Results, Statements
from services.dispatch.work_order.settling import Move, settle
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import WorkOrder, check_version, known_to

Asked = SignOrder | ReturnOrder | AskExtension | AskSuspension | CompletePart | CompleteOrder


def sign_order(asked: SignOrder, uow: UnitOfWork) -> OrderReceipt:
    """签收."""
    order, department = _order(asked, uow)
    decided = handling.sign(order, by=department, now=uow.now)
    return settle(decided, uow, _step(Step.SIGN, department))


def return_order(asked: ReturnOrder, uow: UnitOfWork) -> OrderReceipt:
    """退回."""
    order, department = _order(asked, uow)
    cases = uow.store(Cases)
    memory = cases.get(order.case_id)
    if memory is None:
        raise UnknownOrder
    decided, remembered = handling.return_order(
        order,
        memory,
        _named(asked.statement_id, asked.statement_sha256, uow),
        suggested=asked.suggested,
        suggested_is_known=is_department(asked.suggested, uow),
        by=department,
        now=uow.now,
    )
    cases.put(memory.case_id, remembered)
    return settle(decided, uow, _step(Step.RETURN, department))


def ask_extension(asked: AskExtension, uow: UnitOfWork) -> OrderReceipt:
    """申请延期."""
    order, department = _order(asked, uow)
    named = _named(asked.statement_id, asked.statement_sha256, uow)
    decided = asking.ask_extension(order, named, days=asked.days, by=department, now=uow.now)
    return settle(decided, uow, _step(Step.ASK_EXTENSION, department))


def ask_suspension(asked: AskSuspension, uow: UnitOfWork) -> OrderReceipt:
    """申请挂起."""
    order, department = _order(asked, uow)
    decided = asking.ask_suspension(
        order,
        _named(asked.statement_id, asked.statement_sha256, uow),
        reason=asked.reason,
        review_on=asked.review_on,
        by=department,
        clock=clock_of(uow),
    )
    return settle(decided, uow, _step(Step.ASK_SUSPENSION, department))


def complete_part(asked: CompletePart, uow: UnitOfWork) -> OrderReceipt:
    """协办办结."""
    order, department = _order(asked, uow)
    decided = handling.complete_part(
        order,
        uow.store(Results).get(asked.result_id),
        result_sha256=asked.result_sha256,
        by=department,
        now=uow.now,
    )
    return settle(decided, uow, _step(Step.COMPLETE_PART, department))


def complete_order(asked: CompleteOrder, uow: UnitOfWork) -> OrderReceipt:
    """办结反馈."""
    order, department = _order(asked, uow)
    decided = handling.complete(
        order,
        uow.store(Results).get(asked.result_id),
        result_sha256=asked.result_sha256,
        by=department,
        now=uow.now,
    )
    return settle(decided, uow, _step(Step.COMPLETE, department))


def hand_in_result(asked: HandInResult, uow: UnitOfWork) -> ResultReceipt:
    """Keep a department's result and answer its hash; the same result again gets the same answer."""
    department = department_of(uow.principal)
    order = known_to(uow.store(Orders).get(asked.order_id), department)
    results = uow.store(Results)
    new = result.hand_in(asked, department=department, by=person(uow.principal), now=uow.now)
    known = results.get(new.id)
    if known is not None and (known.sha256, known.department) != (new.sha256, new.department):
        raise ResultConflict
    if known is None:
        handling.check_takes_result(order, by=department)
        results.put(new.id, new)
        uow.after_commit(metrics.RESULTS.labels(department).inc)
    return ResultReceipt(result_id=new.id, order_id=order.id, sha256=new.sha256)


def hand_in_statement(asked: HandInStatement, uow: UnitOfWork) -> StatementReceipt:
    """Keep a lead's statement and answer its hash; the same statement again gets the same answer."""
    department = department_of(uow.principal)
    order = known_to(uow.store(Orders).get(asked.order_id), department)
    statements = uow.store(Statements)
    new = statement.hand_in(asked, department=department, by=person(uow.principal), now=uow.now)
    known = statements.get(new.id)
    if known is not None and (known.sha256, known.department) != (new.sha256, new.department):
        raise StatementConflict
    if known is None:
        handling.check_takes_statement(order, by=department)
        statements.put(new.id, new)
    return StatementReceipt(statement_id=new.id, order_id=order.id, sha256=new.sha256)


def is_department(code: str | None, uow: UnitOfWork) -> bool:
    """Return whether real cases can be given to a department of this code."""
    if code is None or code == SANDBOX:
        return False
    # PostgreSQL takes no null character even to compare.
    return "\0" not in code and uow.store(Departments).get(code) is not None


def _order(asked: Asked, uow: UnitOfWork) -> tuple[WorkOrder, str]:
    """Return the order and the department that asks. Raises: Forbidden, UnknownOrder, StaleVersion."""
    department = department_of(uow.principal)
    order = known_to(uow.store(Orders).get(asked.order_id), department)
    check_version(order, asked.expected_version)
    return order, department


def _named(statement_id: UUID | None, sha256: str, uow: UnitOfWork) -> Named:
    found = None if statement_id is None else uow.store(Statements).get(statement_id)
    return Named(statement_id, sha256, found)


def _step(step: Step, department: str) -> Move:
    return Move(Trigger.COMMAND, step, department)
