"""THE transition table of a hearing, and the one gate through it: no chair can skip a stage. Pure.

No row decides anything: a hearing ends in work for departments, in an assembly's question, or in nothing.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from contracts.commands.hearings import HearingState as State
from contracts.events.governance import ResolutionCertified
from contracts.vocabulary import Role
from services.governance.hearing import guards
from services.governance.hearing.errors import IllegalTransition
from services.governance.hearing.guards import Facts


class Trigger(StrEnum):
    """What moves a hearing: somebody asks."""

    COMMAND = "command"


class Step(StrEnum):
    """What is done to a hearing."""

    DRAFT = "draft"  # 拟定
    NOTICE = "notice"  # 公告
    OPEN_REGISTRATION = "open_registration"  # 开始报名
    REGISTER = "register"  # 报名
    LOCK_SEATS = "lock_seats"  # 确定代表
    BEGIN_CHECK_IN = "begin_check_in"  # 开始签到
    CHECK_IN = "check_in"  # 签到
    OPEN = "open"  # 开会
    ADJOURN = "adjourn"  # 延期
    ASK_FLOOR = "ask_floor"  # 申请发言
    GIVE_FLOOR = "give_floor"  # 请发言
    END_SPEECH = "end_speech"  # 发言结束
    SUBMIT_EVIDENCE = "submit_evidence"  # 提交材料
    RECORD_OPINION = "record_opinion"  # 记录意见
    CLOSE = "close"  # 闭会
    WRITE_MINUTES = "write_minutes"  # 制作笔录
    SIGN_MINUTES = "sign_minutes"  # 签署笔录
    COMPLETE_MINUTES = "complete_minutes"  # 笔录签署完毕
    ANSWER_OPINION = "answer_opinion"  # 答复意见
    PUBLISH_REPORT = "publish_report"  # 公布报告
    DISPATCH = "dispatch"  # 交办
    TO_ASSEMBLY = "to_assembly"  # 提交居民会议
    TAKE_NO_ACTION = "take_no_action"  # 不作处理
    BEGIN_FOLLOW_UP = "begin_follow_up"  # 开始跟踪
    RECORD_FOLLOW_UP = "record_follow_up"  # 记录落实情况
    ARCHIVE = "archive"  # 归档
    CANCEL = "cancel"  # 取消


class Row(NamedTuple):
    """One allowed step; `source` None means that the hearing does not exist yet."""

    source: State | None
    kind: Trigger
    step: Step
    target: State
    roles: frozenset[Role]
    guard: tuple[Callable[[Facts], None], ...] = ()
    evidence: tuple[str, ...] = ()
    emits: type[ResolutionCertified] | None = None


_CHAIR = frozenset({Role.COMMITTEE})
_DESK = frozenset({Role.COMMITTEE, Role.CLERK})
_PEOPLE = frozenset({Role.RESIDENT, Role.CLERK})
_VOICES = frozenset({Role.RESIDENT, Role.CLERK, Role.COMMITTEE})
_BY = Trigger.COMMAND
_REASON = ("reason",)


def _row(
    source: State | None,
    step: Step,
    target: State,
    roles: frozenset[Role],
    *guard: Callable[[Facts], None],
    evidence: tuple[str, ...] = (),
    emits: type[ResolutionCertified] | None = None,
) -> Row:
    return Row(source, _BY, step, target, roles, guard, evidence, emits)


_NOTICE = (guards.announced_in_time, guards.registration_before_the_hearing)
_CALLED = ("time and place", "last registration", "the public value of the draw")
# Until the panel sits a hearing can be called off.
_BEFORE_IT_SITS = (
    State.DRAFT,
    State.NOTICED,
    State.REGISTRATION,
    State.SEATS_LOCKED,
    State.CHECK_IN,
    State.ADJOURNED,
)

TABLE: tuple[Row, ...] = (
    _row(None, Step.DRAFT, State.DRAFT, _CHAIR, guards.topic_admitted, evidence=("topic", "seats")),
    _row(State.DRAFT, Step.NOTICE, State.NOTICED, _CHAIR, *_NOTICE, evidence=_CALLED),
    _row(State.ADJOURNED, Step.NOTICE, State.NOTICED, _CHAIR, *_NOTICE, evidence=_CALLED),
    _row(State.NOTICED, Step.OPEN_REGISTRATION, State.REGISTRATION, _CHAIR),
    _row(
        State.REGISTRATION, Step.REGISTER, State.REGISTRATION, _PEOPLE, guards.registration_runs, guards.once
    ),
    _row(
        State.REGISTRATION,
        Step.LOCK_SEATS,
        State.SEATS_LOCKED,
        _CHAIR,
        guards.registration_is_over,
        evidence=("the public value", "a third interested or public"),
    ),
    _row(State.SEATS_LOCKED, Step.BEGIN_CHECK_IN, State.CHECK_IN, _DESK),
    _row(State.CHECK_IN, Step.CHECK_IN, State.CHECK_IN, _DESK, evidence=("code of a seat",)),
    _row(State.OPEN, Step.CHECK_IN, State.OPEN, _DESK, evidence=("code of a seat",)),
    _row(State.CHECK_IN, Step.OPEN, State.OPEN, _CHAIR, guards.its_time_has_come, guards.quorum),
    _row(State.CHECK_IN, Step.ADJOURN, State.ADJOURNED, _CHAIR, evidence=_REASON),
    _row(State.OPEN, Step.ASK_FLOOR, State.OPEN, _VOICES, guards.present, guards.not_waiting),
    _row(
        State.OPEN,
        Step.GIVE_FLOOR,
        State.OPEN,
        _CHAIR,
        guards.present,
        guards.waiting,
        guards.floor_is_free,
        guards.sides_take_turns,
    ),
    _row(State.OPEN, Step.END_SPEECH, State.OPEN, _CHAIR, guards.somebody_speaks),
    _row(State.OPEN, Step.SUBMIT_EVIDENCE, State.OPEN, _VOICES, evidence=("files",)),
    _row(State.OPEN, Step.RECORD_OPINION, State.OPEN, _DESK, guards.present, evidence=("text",)),
    _row(State.OPEN, Step.CLOSE, State.CLOSED, _CHAIR, guards.floor_is_free),
    _row(
        State.CLOSED,
        Step.RECORD_OPINION,
        State.CLOSED,
        _DESK,
        guards.present,
        guards.nobody_signed,
        evidence=("text",),
    ),
    _row(State.CLOSED, Step.WRITE_MINUTES, State.CLOSED, _DESK, guards.nobody_signed, evidence=("text",)),
    _row(
        State.CLOSED,
        Step.SIGN_MINUTES,
        State.CLOSED,
        _VOICES,
        guards.present,
        guards.minutes_written,
        guards.not_signed_before,
        evidence=("signature, or the refusal to sign",),
    ),
    _row(
        State.CLOSED,
        Step.COMPLETE_MINUTES,
        State.MINUTES_SIGNED,
        _CHAIR,
        guards.minutes_written,
        guards.everybody_signed_or_refused,
    ),
    _row(
        State.MINUTES_SIGNED,
        Step.ANSWER_OPINION,
        State.MINUTES_SIGNED,
        _CHAIR,
        evidence=("adopted, partly or no", "reason"),
    ),
    _row(
        State.MINUTES_SIGNED,
        Step.PUBLISH_REPORT,
        State.REPORT_PUBLISHED,
        _CHAIR,
        guards.every_opinion_answered,
        evidence=("report",),
    ),
    _row(
        State.REPORT_PUBLISHED,
        Step.DISPATCH,
        State.DISPATCHED,
        _CHAIR,
        evidence=("grid, category and text of each action",),
        emits=ResolutionCertified,
    ),
    _row(State.REPORT_PUBLISHED, Step.TO_ASSEMBLY, State.TO_ASSEMBLY, _CHAIR, evidence=_REASON),
    _row(State.REPORT_PUBLISHED, Step.TAKE_NO_ACTION, State.NO_ACTION, _CHAIR, evidence=_REASON),
    _row(State.DISPATCHED, Step.BEGIN_FOLLOW_UP, State.FOLLOW_UP, _CHAIR),
    _row(State.TO_ASSEMBLY, Step.BEGIN_FOLLOW_UP, State.FOLLOW_UP, _CHAIR),
    _row(State.NO_ACTION, Step.BEGIN_FOLLOW_UP, State.FOLLOW_UP, _CHAIR),
    _row(State.FOLLOW_UP, Step.RECORD_FOLLOW_UP, State.FOLLOW_UP, _CHAIR, evidence=("text",)),
    _row(State.FOLLOW_UP, Step.ARCHIVE, State.ARCHIVED, _CHAIR, guards.everything_is_done),
    *(_row(state, Step.CANCEL, State.CANCELLED, _CHAIR, evidence=_REASON) for state in _BEFORE_IT_SITS),
)

OVER = (State.ARCHIVED, State.CANCELLED)

_ROWS = {(row.source, row.step): row for row in TABLE}


def transition(state: State | None, step: Step, facts: Facts) -> Row:
    """Return the row that applies, its guards satisfied: the one gate of every step.

    Raises: IllegalTransition where no row allows the step; what a guard refuses otherwise.
    """
    row = _ROWS.get((state, step))
    if row is None:
        raise IllegalTransition(state, step)
    for guard in row.guard:
        guard(facts)
    return row


def roles_of(step: Step) -> frozenset[Role]:
    """Return who may take a step, wherever the hearing stands."""
    return frozenset[Role]().union(*(row.roles for row in TABLE if row.step is step))
