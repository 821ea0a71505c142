"""THE transition table of the case: every step of the six, who may take it, and what it needs.

Read it from top to bottom and you have walked once round the loop. A command without a row
here is refused; a fact without a row is *late*: a line of the timeline and nothing else. Pure.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import Literal, NamedTuple, overload

from chassis.refusal import Forbidden
from contracts.events import intake as told
from services.intake.case import guards as given
from services.intake.case.errors import IllegalTransition
from services.intake.case.guards import Choice, Facts, Need


class State(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"  # 已上报
    AWAITING_REPORTER = "awaiting_reporter"  # 待上报人补充
    CLASSIFIED = "classified"  # 已受理
    IN_PROGRESS = "in_progress"  # 处置中
    SUSPENDED = "suspended"  # 已挂起
    ANSWERED = "answered"  # 待核查
    CHECKED = "checked"  # 待回访
    AWAITING_CONFERENCE = "awaiting_conference"  # 待联席会议
    CLOSED = "closed"  # 已结案
    ARCHIVED = "archived"  # 已归档
    MERGED = "merged"  # 已并案
    REFUSED = "refused"  # 不予受理
    CANCELLED = "cancelled"  # 已撤销


class Trigger(StrEnum):
    """What moves a case."""

    COMMAND = "command"  # somebody asks
    FACT = "fact"  # another service says what happened
    TIMER = "timer"  # time has passed


class Step(StrEnum):
    """What is done to a case."""

    REPORT = "report"  # 上报
    SETTLE_ON_SPOT = "settle_on_spot"  # 当场解决
    RESOLUTION_CERTIFIED = "resolution.certified"  # 决议交办
    WITHDRAW = "withdraw"  # 撤回
    ASK_REPORTER = "ask_reporter"  # 请上报人补充
    ANSWER_QUESTION = "answer_question"  # 上报人补充
    GIVE_UP = "give_up"  # 逾期未补充
    MERGE = "merge"  # 并案
    REFUSE = "refuse"  # 不予受理
    CLASSIFY = "classify"  # 分类
    ORDER_OFFERED = "work_order.offered"  # 派遣
    ORDER_RETURNED = "work_order.returned"  # 退回
    ORDER_RECALLED = "work_order.recalled"  # 收回
    ORDER_SIGNED = "work_order.signed"  # 签收
    ORDER_EXTENDED = "work_order.extended"  # 延期
    ORDER_SUSPENDED = "work_order.suspended"  # 挂起
    ORDER_RESUMED = "work_order.resumed"  # 恢复
    ORDER_COMPLETED = "work_order.completed"  # 办结反馈
    PASS_CHECK = "pass_check"  # 核查通过  # noqa: S105 - a check is passed
    FAIL_CHECK = "fail_check"  # 核查不通过
    RECORD_ATTEMPT = "record_attempt"  # 未接通
    RECORD_SATISFIED = "record_satisfied"  # 回访满意
    RECORD_UNREACHABLE = "record_unreachable"  # 三次未联系上
    RECORD_DISSATISFIED = "record_dissatisfied"  # 回访不满意
    RESOLUTION_ADOPTED = "resolution.adopted"  # 联席会议决议
    RESOLUTION_DECLINED = "resolution.declined"  # 联席会议不再办理
    REOPEN = "reopen"  # 重办
    ARCHIVE = "archive"  # 归档
    REMIND = "remind"  # 催办: a limit runs out; moves nothing and has no row


class By(StrEnum):
    """Who moves a case: a role, a relation to it, or a part of the system."""

    RESIDENT = "resident"  # 居民
    GRID_WORKER = "grid_worker"  # 网格员
    CLERK = "clerk"  # 社区服务中心
    HOTLINE = "hotline"  # 热线
    REPORTER = "reporter"  # 上报人
    DISPATCHER = "dispatcher"  # 区指导中心
    ARCHIVIST = "archivist"  # 档案员
    INSPECTOR = "inspector"  # 督查员
    RULE = "rule"  # 规则
    DISPATCH = "dispatch"  # 派遣服务
    GOVERNANCE = "governance"  # 议事服务
    SYSTEM = "system"  # 系统


class Row(NamedTuple):
    """One allowed step. `when` chooses between the rows of one source and step.

    `guard` and `evidence` refuse what is not fulfilled; `limit` is the time allowed in the source
    state, in the notation of the domain tables.
    """

    kind: Trigger
    source: State | None
    step: Step
    target: State
    roles: frozenset[By]
    when: Choice = given.always
    guard: tuple[Need, ...] = ()
    evidence: tuple[Need, ...] = ()
    limit: str = ""
    emits: type[told.CaseEvent] | None = None


command = partial(Row, Trigger.COMMAND)
fact = partial(Row, Trigger.FACT)
timer = partial(Row, Trigger.TIMER)

_REPORTERS = frozenset({By.GRID_WORKER, By.RESIDENT, By.CLERK, By.HOTLINE})
_REPORTER = frozenset({By.REPORTER})
_DISPATCHER = frozenset({By.DISPATCHER})
_CLASSIFIERS = frozenset({By.DISPATCHER, By.RULE})
_GRID_WORKER = frozenset({By.GRID_WORKER})
_CLERK = frozenset({By.CLERK})
_VISITORS = frozenset({By.CLERK, By.REPORTER})
_REOPENERS = frozenset({By.REPORTER, By.INSPECTOR})
_DISPATCH = frozenset({By.DISPATCH})
_GOVERNANCE = frozenset({By.GOVERNANCE})
_SYSTEM = frozenset({By.SYSTEM})
_MERGE_GUARD = (given.another_case, given.master_open)
_CHECK_GUARD = (given.not_the_handler, given.within_reach)
_CHECK_LIMIT = "1wd (urgent 4h)"

# fmt: off
TABLE: tuple[Row, ...] = (
    # 1 上报 report
    command(None, Step.REPORT, State.REPORTED, _REPORTERS,
            guard=(given.place_known, given.not_in_future),
            evidence=(given.said_enough, given.shown_by_grid_worker), emits=told.CaseReported),
    command(None, Step.SETTLE_ON_SPOT, State.CLOSED, _GRID_WORKER,
            guard=(given.place_known, given.not_in_future, given.category_known, given.small),
            evidence=(given.said_enough, given.shown_before_and_after, given.confirmed),
            emits=told.CaseSettled),
    fact(None, Step.RESOLUTION_CERTIFIED, State.REPORTED, _GOVERNANCE, emits=told.CaseReported),
    command(State.REPORTED, Step.WITHDRAW, State.CANCELLED, _REPORTER, emits=told.CaseCancelled),
    command(State.REPORTED, Step.ASK_REPORTER, State.AWAITING_REPORTER, _DISPATCHER,
            guard=(given.somebody_to_ask,), evidence=(given.said_enough,), emits=told.CaseReporterAsked),
    command(State.AWAITING_REPORTER, Step.ANSWER_QUESTION, State.REPORTED, _REPORTER, limit="2wd",
            evidence=(given.said_or_shown,), emits=told.CaseReporterAnswered),
    command(State.AWAITING_REPORTER, Step.WITHDRAW, State.CANCELLED, _REPORTER, emits=told.CaseCancelled),
    timer(State.AWAITING_REPORTER, Step.GIVE_UP, State.CANCELLED, _SYSTEM, when=given.limit_passed,
          limit="2wd", emits=told.CaseCancelled),
    # 2 分类 classify, 并案 merge, 不予受理 refuse
    command(State.REPORTED, Step.MERGE, State.MERGED, _DISPATCHER, guard=_MERGE_GUARD,
            emits=told.CaseMerged),
    command(State.CLASSIFIED, Step.MERGE, State.MERGED, _DISPATCHER, guard=_MERGE_GUARD,
            emits=told.CaseMerged),
    command(State.REPORTED, Step.REFUSE, State.REFUSED, _DISPATCHER, emits=told.CaseRefused),
    command(State.REPORTED, Step.CLASSIFY, State.CLASSIFIED, _CLASSIFIERS, limit="4wh",
            guard=(given.departments_known,), evidence=(given.category_known,), emits=told.CaseClassified),
    fact(State.CLASSIFIED, Step.ORDER_OFFERED, State.CLASSIFIED, _DISPATCH),
    fact(State.CLASSIFIED, Step.ORDER_RETURNED, State.CLASSIFIED, _DISPATCH),
    fact(State.CLASSIFIED, Step.ORDER_RECALLED, State.CLASSIFIED, _DISPATCH),
    # 3 处置 handle
    fact(State.CLASSIFIED, Step.ORDER_SIGNED, State.IN_PROGRESS, _DISPATCH, emits=told.CaseStarted),
    fact(State.IN_PROGRESS, Step.ORDER_RECALLED, State.CLASSIFIED, _DISPATCH, emits=told.CaseStopped),
    fact(State.IN_PROGRESS, Step.ORDER_EXTENDED, State.IN_PROGRESS, _DISPATCH),
    fact(State.IN_PROGRESS, Step.ORDER_SUSPENDED, State.SUSPENDED, _DISPATCH, emits=told.CaseSuspended),
    fact(State.SUSPENDED, Step.ORDER_RESUMED, State.IN_PROGRESS, _DISPATCH, emits=told.CaseResumed),
    # 4 反馈 answer, 核查 check, 回访 return visit, 联席会议 conference
    fact(State.IN_PROGRESS, Step.ORDER_COMPLETED, State.ANSWERED, _DISPATCH, emits=told.CaseAnswered),
    command(State.ANSWERED, Step.PASS_CHECK, State.CHECKED, _GRID_WORKER, when=given.reporter_known,
            guard=_CHECK_GUARD, evidence=(given.photo_of_visible,), limit=_CHECK_LIMIT,
            emits=told.CaseChecked),
    command(State.ANSWERED, Step.PASS_CHECK, State.CLOSED, _GRID_WORKER, when=given.anonymous,
            guard=_CHECK_GUARD, evidence=(given.photo_of_visible,), limit=_CHECK_LIMIT,
            emits=told.CaseClosed),
    command(State.ANSWERED, Step.FAIL_CHECK, State.CLASSIFIED, _GRID_WORKER, guard=_CHECK_GUARD,
            evidence=(given.photo, given.said_enough), limit=_CHECK_LIMIT, emits=told.CaseReworked),
    command(State.CHECKED, Step.RECORD_ATTEMPT, State.CHECKED, _CLERK,
            guard=(given.not_in_future, given.since_the_check)),
    command(State.CHECKED, Step.RECORD_DISSATISFIED, State.CLASSIFIED, _VISITORS, limit="3wd",
            when=given.below_the_conference, evidence=(given.said_enough,), emits=told.CaseReopened),
    command(State.CHECKED, Step.RECORD_DISSATISFIED, State.AWAITING_CONFERENCE, _VISITORS, limit="3wd",
            when=given.due_for_the_conference, evidence=(given.said_enough,), emits=told.CaseEscalated),
    fact(State.AWAITING_CONFERENCE, Step.RESOLUTION_ADOPTED, State.CLASSIFIED, _GOVERNANCE,
         emits=told.CaseReopened),
    # 5 结案 close, 重办 reopen
    command(State.CHECKED, Step.RECORD_SATISFIED, State.CLOSED, _VISITORS, limit="3wd",
            evidence=(given.scored,), emits=told.CaseClosed),
    command(State.CHECKED, Step.RECORD_UNREACHABLE, State.CLOSED, _CLERK, limit="3wd",
            guard=(given.tried_enough,), emits=told.CaseClosed),
    fact(State.AWAITING_CONFERENCE, Step.RESOLUTION_DECLINED, State.CLOSED, _GOVERNANCE,
         emits=told.CaseClosed),
    command(State.CLOSED, Step.REOPEN, State.CLASSIFIED, _REOPENERS, when=given.below_the_conference,
            guard=(given.soon_after_closing,), evidence=(given.said_enough,), emits=told.CaseReopened),
    command(State.CLOSED, Step.REOPEN, State.AWAITING_CONFERENCE, _REOPENERS,
            when=given.due_for_the_conference, guard=(given.soon_after_closing,),
            evidence=(given.said_enough,), emits=told.CaseEscalated),
    # 6 归档 archive
    command(State.CLOSED, Step.ARCHIVE, State.ARCHIVED, frozenset({By.ARCHIVIST}), when=given.settled,
            evidence=(given.all_documents,), emits=told.CaseArchived),
    timer(State.CLOSED, Step.ARCHIVE, State.ARCHIVED, _SYSTEM, when=given.rested,
          evidence=(given.all_documents,), emits=told.CaseArchived),
)
# fmt: on

# Which of the six steps a state belongs to; 0 stands aside of them.
SIX_STEPS: dict[State, int] = {
    State.REPORTED: 1,
    State.AWAITING_REPORTER: 1,
    State.CLASSIFIED: 2,
    State.IN_PROGRESS: 3,
    State.SUSPENDED: 3,
    State.ANSWERED: 4,
    State.CHECKED: 4,
    State.AWAITING_CONFERENCE: 4,
    State.CLOSED: 5,
    State.ARCHIVED: 6,
    State.MERGED: 0,
    State.REFUSED: 0,
    State.CANCELLED: 0,
}

# Neither closed nor set aside: somebody has still to do something.
STILL_OPEN = frozenset(state for state, step in SIX_STEPS.items() if 1 <= step < SIX_STEPS[State.CLOSED])

Occasion = tuple[State | None, Trigger, Step]


def _by_occasion(rows: Iterable[Row]) -> dict[Occasion, tuple[Row, ...]]:
    found: dict[Occasion, tuple[Row, ...]] = {}
    for row in rows:
        occasion = (row.source, row.kind, row.step)
        found[occasion] = (*found.get(occasion, ()), row)
    return found


_ROWS = _by_occasion(TABLE)
_ROLES = {
    (kind, step): frozenset[By]().union(*(row.roles for row in TABLE if (row.kind, row.step) == (kind, step)))
    for kind, step in {(row.kind, row.step) for row in TABLE}
}


def roles_of(kind: Trigger, step: Step) -> frozenset[By]:
    """Return who may ever take a step, whatever the state."""
    return _ROLES[kind, step]


@overload
def transition(state: State | None, kind: Literal[Trigger.COMMAND], step: Step, facts: Facts) -> Row: ...
@overload
def transition(
    state: State | None, kind: Literal[Trigger.FACT, Trigger.TIMER], step: Step, facts: Facts
) -> Row | None: ...
def transition(state: State | None, kind: Trigger, step: Step, facts: Facts) -> Row | None:
    """Return the row that applies: the one gate of every step.

    None where a fact or a timer comes when it no longer counts. Raises: IllegalTransition where a
    command does; Forbidden; what the row's guard and evidence raise.
    """
    row = next((row for row in _ROWS.get((state, kind, step), ()) if row.when(facts)), None)
    if row is None:
        if kind is Trigger.COMMAND:
            raise IllegalTransition(state, step)
        return None
    if facts.by not in row.roles:
        raise Forbidden(f"{step} is not for {facts.by}")
    for need in (*row.guard, *row.evidence):
        need(facts)
    return row
