"""THE transition table of a work order, and the one gate through it.

A command without a row here is refused; a fact without a row is *late*: a line of the timeline
and nothing else. Pure.
"""

from enum import StrEnum
from typing import Literal, NamedTuple, overload

from contracts.events.dispatch import WorkOrderCompleted, WorkOrderOffered, WorkOrderSigned
from services.dispatch.work_order import guards as given
from services.dispatch.work_order.errors import IllegalTransition
from services.dispatch.work_order.guards import Facts, Need

Emitted = WorkOrderOffered | WorkOrderSigned | WorkOrderCompleted


class State(StrEnum):
    """Where a work order stands."""

    OFFERED = "offered"  # 待签收
    SIGNED = "signed"  # 已签收
    SUSPENDED = "suspended"  # 已挂起
    COMPLETED = "completed"  # 已办结
    RETURNED = "returned"  # 已退回
    RECALLED = "recalled"  # 已收回


class Trigger(StrEnum):
    """What moves an order."""

    COMMAND = "command"  # somebody asks
    FACT = "fact"  # another service says what happened
    TIMER = "timer"  # time has passed


class Step(StrEnum):
    """What is done to an order."""

    CASE_CLASSIFIED = "case.classified"  # 派遣
    CASE_REOPENED = "case.reopened"  # 再次派遣
    SIGN = "sign"  # 签收
    COMPLETE = "complete"  # 办结反馈


class By(StrEnum):
    """Who moves an order."""

    INTAKE = "intake"  # 受理服务
    DEPARTMENT = "department"  # 区直部门


class Row(NamedTuple):
    """One allowed step; `source` None means that the order does not exist yet.

    `guard` and `evidence` refuse what is not fulfilled; `limit` is the time allowed in the source
    state, in the notation of the domain tables.
    """

    source: State | None
    kind: Trigger
    step: Step
    target: State
    role: By
    guard: tuple[Need, ...] = ()
    evidence: tuple[Need, ...] = ()
    limit: str = ""
    emits: type[Emitted] | None = None


# fmt: off
TABLE: tuple[Row, ...] = (
    # One order for a case and cycle: its id is made of both, so a second one finds the first.
    Row(None, Trigger.FACT, Step.CASE_CLASSIFIED, State.OFFERED, By.INTAKE, emits=WorkOrderOffered),
    Row(None, Trigger.FACT, Step.CASE_REOPENED, State.OFFERED, By.INTAKE, emits=WorkOrderOffered),
    Row(State.OFFERED, Trigger.COMMAND, Step.SIGN, State.SIGNED, By.DEPARTMENT,
        guard=(given.by_the_lead,), limit="30min urgent; else 4wh", emits=WorkOrderSigned),
    Row(State.SIGNED, Trigger.COMMAND, Step.COMPLETE, State.COMPLETED, By.DEPARTMENT,
        guard=(given.by_the_lead,), evidence=(given.result_handed_in, given.evidence_suffices),
        limit="due in the deadline ledger", emits=WorkOrderCompleted),
)
# fmt: on

OPEN = (State.OFFERED, State.SIGNED, State.SUSPENDED)

_ROWS = {(row.source, row.kind, row.step): row for row in TABLE}


@overload
def transition(state: State | None, kind: Literal[Trigger.COMMAND], step: Step, facts: Facts) -> Row: ...
@overload
def transition(
    state: State | None, kind: Literal[Trigger.FACT, Trigger.TIMER], step: Step, facts: Facts | None = None
) -> Row | None: ...
def transition(state: State | None, kind: Trigger, step: Step, facts: Facts | None = None) -> Row | None:
    """Return the row that applies: the one gate of every step.

    None where a fact or a timer comes when it no longer counts. Raises: IllegalTransition where a
    command does; what the row's guard and evidence raise.
    """
    row = _ROWS.get((state, kind, step))
    if row is None and kind is Trigger.COMMAND:
        raise IllegalTransition(state, step)
    if row is not None and facts is not None:
        for need in (*row.guard, *row.evidence):
            need(facts)
    return row
