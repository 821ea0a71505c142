"""THE transition table of a work order, and the one gate through it.

A command without a row here is refused; a fact without a row is *late*: a line of the timeline
and nothing else. Pure.
"""

from enum import StrEnum
from functools import partial
from typing import Literal, NamedTuple, overload

from chassis.refusal import Forbidden
from contracts.events import dispatch as told
from services.dispatch.work_order import guards as given
from services.dispatch.work_order.errors import IllegalTransition
from services.dispatch.work_order.guards import Choice, Facts, Need


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
    CASE_REWORKED = "case.reworked"  # 返工
    CASE_REOPENED = "case.reopened"  # 再次派遣
    CASE_MERGED = "case.merged"  # 并案
    SIGN = "sign"  # 签收
    OFFER_AGAIN = "offer_again"  # 催签
    RETURN = "return"  # 退回
    REDIRECT = "redirect"  # 改派
    RECALL = "recall"  # 收回
    ASK_EXTENSION = "ask_extension"  # 申请延期
    GRANT_EXTENSION = "grant_extension"  # 准予延期
    DENY_EXTENSION = "deny_extension"  # 不予延期
    ASK_SUSPENSION = "ask_suspension"  # 申请挂起
    GRANT_SUSPENSION = "grant_suspension"  # 准予挂起
    DENY_SUSPENSION = "deny_suspension"  # 不予挂起
    RESUME = "resume"  # 恢复
    COMPLETE_PART = "complete_part"  # 协办办结
    EXCUSE_PART = "excuse_part"  # 协办免办
    COMPLETE = "complete"  # 办结反馈


class By(StrEnum):
    """Who moves an order."""

    INTAKE = "intake"  # 受理服务
    DEPARTMENT = "department"  # 区直部门
    DISPATCHER = "dispatcher"  # 区指导中心
    SYSTEM = "system"  # 系统


class Row(NamedTuple):
    """One allowed step; `source` None means that the order does not exist yet.

    `when` tells whether a timer's row applies; `guard` and `evidence` refuse what is not fulfilled;
    `limit` is the time allowed in the source state, in the notation of the domain tables.
    """

    kind: Trigger
    source: State | None
    step: Step
    target: State
    role: By
    when: Choice = given.always
    guard: tuple[Need, ...] = ()
    evidence: tuple[Need, ...] = ()
    limit: str = ""
    emits: type[told.WorkOrderEvent] | None = None


_department = partial(Row, Trigger.COMMAND, role=By.DEPARTMENT)
_dispatcher = partial(Row, Trigger.COMMAND, role=By.DISPATCHER)
_fact = partial(Row, Trigger.FACT, role=By.INTAKE)
_timer = partial(Row, Trigger.TIMER, role=By.SYSTEM, when=given.time_has_come)

# fmt: off
TABLE: tuple[Row, ...] = (
    # One order for a case and cycle: its id is made of both, so a second one finds the first.
    _fact(None, Step.CASE_CLASSIFIED, State.OFFERED, emits=told.WorkOrderOffered),
    _fact(None, Step.CASE_REWORKED, State.OFFERED, emits=told.WorkOrderOffered),
    _fact(None, Step.CASE_REOPENED, State.OFFERED, emits=told.WorkOrderOffered),
    # 签收 signing
    _department(State.OFFERED, Step.SIGN, State.SIGNED, guard=(given.by_the_lead,),
                limit="30min urgent; else 4wh", emits=told.WorkOrderSigned),
    _timer(State.OFFERED, Step.OFFER_AGAIN, State.OFFERED,
           limit="30min urgent; else 4wh", emits=told.WorkOrderOfferedAgain),
    # 退回 returning, 收回 recalling, 改派 redirecting: the new order has a row of its own here
    _department(State.OFFERED, Step.RETURN, State.RETURNED,
                guard=(given.by_the_lead, given.not_designated, given.not_returned_before),
                evidence=(given.statement_handed_in, given.named_known),
                limit="1h urgent; else 1wd", emits=told.WorkOrderReturned),
    _dispatcher(State.RETURNED, Step.REDIRECT, State.OFFERED,
                guard=(given.not_merged, given.current, given.named_known), emits=told.WorkOrderOffered),
    _dispatcher(State.RECALLED, Step.REDIRECT, State.OFFERED,
                guard=(given.not_merged, given.current, given.named_known), emits=told.WorkOrderOffered),
    _dispatcher(State.OFFERED, Step.RECALL, State.RECALLED, evidence=(given.reason_given,),
                emits=told.WorkOrderRecalled),
    _dispatcher(State.SIGNED, Step.RECALL, State.RECALLED, evidence=(given.reason_given,),
                emits=told.WorkOrderRecalled),
    _fact(State.OFFERED, Step.CASE_MERGED, State.RECALLED, emits=told.WorkOrderRecalled),
    _fact(State.SIGNED, Step.CASE_MERGED, State.RECALLED, emits=told.WorkOrderRecalled),
    _fact(State.SUSPENDED, Step.CASE_MERGED, State.RECALLED, emits=told.WorkOrderRecalled),
    _fact(State.RETURNED, Step.CASE_MERGED, State.RECALLED, emits=told.WorkOrderRecalled),
    # 延期 extending
    _department(State.SIGNED, Step.ASK_EXTENSION, State.SIGNED,
                guard=(given.by_the_lead, given.not_urgent, given.no_extension_asked,
                       given.nothing_requested, given.before_due, given.days_fit),
                evidence=(given.statement_handed_in,), emits=told.WorkOrderExtensionAsked),
    _dispatcher(State.SIGNED, Step.GRANT_EXTENSION, State.SIGNED, guard=(given.extension_requested,),
                emits=told.WorkOrderExtended),
    _dispatcher(State.SIGNED, Step.DENY_EXTENSION, State.SIGNED, guard=(given.extension_requested,),
                evidence=(given.reason_given,), emits=told.WorkOrderExtensionDenied),
    # 挂起 suspending
    _department(State.SIGNED, Step.ASK_SUSPENSION, State.SIGNED,
                guard=(given.by_the_lead, given.nothing_requested),
                evidence=(given.review_within_reach, given.statement_if_named),
                emits=told.WorkOrderSuspensionAsked),
    _dispatcher(State.SIGNED, Step.GRANT_SUSPENSION, State.SUSPENDED,
                guard=(given.suspension_requested, given.review_within_reach),
                emits=told.WorkOrderSuspended),
    _dispatcher(State.SIGNED, Step.DENY_SUSPENSION, State.SIGNED, guard=(given.suspension_requested,),
                evidence=(given.reason_given,), emits=told.WorkOrderSuspensionDenied),
    _dispatcher(State.SUSPENDED, Step.RESUME, State.SIGNED, emits=told.WorkOrderResumed),
    _timer(State.SUSPENDED, Step.RESUME, State.SIGNED, emits=told.WorkOrderResumed),
    # 办结 completing, the co-handlers first
    _department(State.SIGNED, Step.COMPLETE_PART, State.SIGNED,
                guard=(given.by_a_co_handler, given.part_open),
                evidence=(given.result_handed_in, given.evidence_suffices),
                limit="deadline row of that party", emits=told.WorkOrderPartCompleted),
    _dispatcher(State.SIGNED, Step.EXCUSE_PART, State.SIGNED, guard=(given.part_open,),
                evidence=(given.reason_given,), emits=told.WorkOrderPartExcused),
    _department(State.SIGNED, Step.COMPLETE, State.COMPLETED, guard=(given.by_the_lead, given.no_part_open),
                evidence=(given.result_handed_in, given.evidence_suffices),
                limit="due in the deadline ledger", emits=told.WorkOrderCompleted),
)
# fmt: on

OPEN = (State.OFFERED, State.SIGNED, State.SUSPENDED)

_ROWS = {(row.source, row.kind, row.step): row for row in TABLE}


@overload
def transition(state: State | None, kind: Literal[Trigger.COMMAND], step: Step, facts: Facts) -> Row: ...
@overload
def transition(
    state: State | None, kind: Literal[Trigger.FACT], step: Step, facts: Facts | None = None
) -> Row | None: ...
@overload
def transition(state: State | None, kind: Literal[Trigger.TIMER], step: Step, facts: Facts) -> Row | None: ...
def transition(state: State | None, kind: Trigger, step: Step, facts: Facts | None = None) -> Row | None:
    """Return the row that applies: the one gate of every step.

    None where a fact or a timer comes when it does not count. Raises: IllegalTransition where a
    command does; Forbidden; what the row's guard and evidence raise.
    """
    row = _ROWS.get((state, kind, step))
    if row is None and kind is Trigger.COMMAND:
        raise IllegalTransition(state, step)
    if row is None or facts is None:
        return row
    if not row.when(facts):
        return None
    if facts.by != row.role:
        raise Forbidden(f"{step} is not for {facts.by}")
    for need in (*row.guard, *row.evidence):
        need(facts)
    return row
