"""Which command goes to which handler, and what a batch of them loads at once."""

from collections.abc import Callable, Iterable
from typing import Any

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from chassis.processing.loading import Load
from contracts.commands import dispatch as asked
from contracts.commands.dispatch import OrderReceipt
from services.dispatch.responsibility.repository import Departments, Responsibilities
from services.dispatch.work_order import department_handlers as department
from services.dispatch.work_order import dispatcher_handlers as dispatcher
from services.dispatch.work_order import sandbox
from services.dispatch.work_order.repository import Orders, Results, Statements

Handler = Callable[[Any, UnitOfWork], OrderReceipt]

_ORDER: Load = (Orders, lambda each: each.order_id)
_RESULT: Load = (Results, lambda each: each.result_id)
_STATEMENT: Load = (Statements, lambda each: each.statement_id)

# What a department asks by hand and its software by a message on the bus.
DEPARTMENT_STEPS: dict[type[Any], tuple[Handler, tuple[Load, ...]]] = {
    asked.SignOrder: (department.sign_order, (_ORDER,)),
    asked.ReturnOrder: (
        department.return_order,
        (_ORDER, _STATEMENT, (Departments, lambda each: _codes(each.suggested))),
    ),
    asked.AskExtension: (department.ask_extension, (_ORDER, _STATEMENT)),
    asked.AskSuspension: (department.ask_suspension, (_ORDER, _STATEMENT)),
    asked.CompletePart: (department.complete_part, (_ORDER, _RESULT)),
    asked.CompleteOrder: (department.complete_order, (_ORDER, _RESULT)),
}


def _codes(*codes: str | None) -> list[str]:
    """Return what can be looked up at all."""
    return [code for code in codes if code is not None and "\0" not in code]


def _then_the_sandbox(handler: Handler) -> Handler:
    def handle(each: Any, uow: UnitOfWork) -> OrderReceipt:
        receipt = handler(each, uow)
        sandbox.play_the_centre(receipt, uow)
        return receipt

    return handle


def _by_hand() -> Iterable[CommandRoute]:
    for message, (handler, loads) in DEPARTMENT_STEPS.items():
        yield command(message, _then_the_sandbox(handler), loads=loads)


COMMANDS: tuple[CommandRoute, ...] = (
    command(asked.HandInResult, department.hand_in_result, loads=(_ORDER, _RESULT)),
    command(asked.HandInStatement, department.hand_in_statement, loads=(_ORDER, _STATEMENT)),
    *_by_hand(),
    command(
        asked.RedirectOrder,
        dispatcher.redirect_order,
        loads=(_ORDER, (Departments, lambda each: _codes(each.department))),
    ),
    command(asked.RecallOrder, dispatcher.recall_order, loads=(_ORDER,)),
    command(asked.GrantExtension, dispatcher.grant_extension, loads=(_ORDER,)),
    command(asked.DenyExtension, dispatcher.deny_extension, loads=(_ORDER,)),
    command(asked.GrantSuspension, dispatcher.grant_suspension, loads=(_ORDER,)),
    command(asked.DenySuspension, dispatcher.deny_suspension, loads=(_ORDER,)),
    command(asked.ResumeOrder, dispatcher.resume_order, loads=(_ORDER,)),
    command(asked.ExcusePart, dispatcher.excuse_part, loads=(_ORDER,)),
    command(
        asked.MakeSandboxOrder,
        sandbox.make_sandbox_order,
        loads=(_ORDER, (Responsibilities, lambda each: _codes(each.category))),
    ),
)
