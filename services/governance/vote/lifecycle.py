"""THE transition table of a vote, and the one gate through it.

A command without a row here is refused; a fact or a timer without a row is *late* and changes nothing.
Casting a ballot is no step: it moves nothing, and leaves no line in the vote's life. Pure.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import Literal, NamedTuple, overload

from chassis.refusal import Forbidden
from contracts.events.governance import ResolutionCertified, RollRequested
from contracts.vocabulary import Role
from services.governance.election import guards as electing
from services.governance.vote import guards as given
from services.governance.vote.errors import IllegalTransition
from services.governance.vote.facts import Choice, Facts, Need


class State(StrEnum):
    """Where a vote stands."""

    DRAFT = "draft"  # 草拟
    STUDIED = "studied"  # 已经党组织研究
    RULE_BOUND = "rule_bound"  # 规则已定
    ROLL_REQUESTED = "roll_requested"  # 名册编制中
    ROLL_PUBLISHED = "roll_published"  # 名册公示中
    ROLL_FROZEN = "roll_frozen"  # 名册已锁定
    NOTICED = "noticed"  # 已公告
    OPEN = "open"  # 投票中
    EXTENDED = "extended"  # 延期投票中
    CLOSED = "closed"  # 投票结束
    COUNTING = "counting"  # 计票中
    FAILED_QUORUM = "failed_quorum"  # 未达法定人数
    PRELIMINARY = "preliminary"  # 初步结果
    PUBLISHED = "published"  # 结果公示中
    CERTIFIED = "certified"  # 已确认通过
    REJECTED = "rejected"  # 已确认未通过
    VOIDED = "voided"  # 已宣告无效


class Trigger(StrEnum):
    """What moves a vote."""

    COMMAND = "command"  # somebody asks
    FACT = "fact"  # another service says what happened
    TIMER = "timer"  # time has passed


class Step(StrEnum):
    """What is done to a vote."""

    DRAFT = "draft"  # 草拟
    RECORD_STUDY = "record_study"  # 党组织研究
    BIND_RULE = "bind_rule"  # 确定规则
    REQUEST_ROLL = "request_roll"  # 编制名册
    ROLL_ANSWERED = "roll.answered"  # 名册编成
    OBJECT = "object"  # 提出异议
    ANSWER_OBJECTION = "answer_objection"  # 答复异议
    FREEZE_ROLL = "freeze_roll"  # 锁定名册
    NAME_CANDIDATES = "name_candidates"  # 公布候选人
    GIVE_MANDATE = "give_mandate"  # 登记委托
    GIVE_NOTICE = "give_notice"  # 公告
    OPEN = "open"  # 开始投票
    EXTEND = "extend"  # 延期
    CLOSE = "close"  # 结束投票
    BEGIN_COUNT = "begin_count"  # 开始计票
    FINISH_COUNT = "finish_count"  # 完成计票
    PUBLISH_RESULT = "publish_result"  # 公示结果
    RECOUNT = "recount"  # 重新计票
    CERTIFY = "certify"  # 确认结果
    VOID = "void"  # 宣告无效


class By(StrEnum):
    """Who moves a vote: a role at its place, or a part of the system."""

    COMMITTEE = Role.COMMITTEE.value  # 居委会
    DISPATCHER = Role.DISPATCHER.value  # 区指导中心
    RESIDENT = Role.RESIDENT.value  # 居民
    REGISTRY = "registry"  # 登记服务
    SYSTEM = "system"  # 系统


Emitted = RollRequested | ResolutionCertified


class Row(NamedTuple):
    """One allowed step. `when` chooses between the rows of one source and step; `guard` refuses.

    `limit` is the time that has to pass in the source state, as the rule that was bound has it.
    """

    kind: Trigger
    source: State | None
    step: Step
    target: State
    roles: frozenset[By]
    when: Choice = given.always
    guard: tuple[Need, ...] = ()
    limit: str = ""
    emits: type[Emitted] | None = None


command = partial(Row, Trigger.COMMAND)
fact = partial(Row, Trigger.FACT)
timer = partial(Row, Trigger.TIMER)

_COMMITTEE = frozenset({By.COMMITTEE})
_DISPATCHER = frozenset({By.DISPATCHER})
_RESIDENT = frozenset({By.RESIDENT})
_REGISTRY = frozenset({By.REGISTRY})
_SYSTEM = frozenset({By.SYSTEM})

# fmt: off
TABLE: tuple[Row, ...] = (
    command(None, Step.DRAFT, State.DRAFT, _COMMITTEE,
            guard=(given.repeats_what_failed, given.weighed_openly, given.elects_secretly,
                   electing.seats_are_an_elections, electing.runs_off_what_was_left)),
    command(State.DRAFT, Step.RECORD_STUDY, State.STUDIED, _COMMITTEE, guard=(given.not_in_future,)),
    command(State.DRAFT, Step.BIND_RULE, State.RULE_BOUND, _COMMITTEE,
            guard=(given.studied_where_important, given.rule_fits)),
    command(State.STUDIED, Step.BIND_RULE, State.RULE_BOUND, _COMMITTEE, guard=(given.rule_fits,)),
    # The roll 名册
    command(State.RULE_BOUND, Step.REQUEST_ROLL, State.ROLL_REQUESTED, _COMMITTEE,
            guard=(given.day_is_over,), emits=RollRequested),
    command(State.ROLL_REQUESTED, Step.REQUEST_ROLL, State.ROLL_REQUESTED, _COMMITTEE,
            guard=(given.day_is_over, given.roll_faulty), emits=RollRequested),
    command(State.ROLL_PUBLISHED, Step.REQUEST_ROLL, State.ROLL_REQUESTED, _COMMITTEE,
            guard=(given.day_is_over,), emits=RollRequested),
    fact(State.ROLL_REQUESTED, Step.ROLL_ANSWERED, State.ROLL_PUBLISHED, _REGISTRY,
         when=given.roll_complete),
    command(State.ROLL_PUBLISHED, Step.OBJECT, State.ROLL_PUBLISHED, _RESIDENT,
            guard=(given.roll_may_be_objected_to,), limit="objection days of the rule"),
    command(State.ROLL_PUBLISHED, Step.ANSWER_OBJECTION, State.ROLL_PUBLISHED, _COMMITTEE,
            guard=(given.not_answered_before,)),
    command(State.ROLL_PUBLISHED, Step.FREEZE_ROLL, State.ROLL_FROZEN, _COMMITTEE,
            guard=(given.objections_to_roll_over, given.objections_answered, given.roll_corrected,
                   given.roll_whole, given.enough_for_secrecy),
            limit="objection days of the rule"),
    # The vote 投票
    command(State.ROLL_FROZEN, Step.NAME_CANDIDATES, State.ROLL_FROZEN, _COMMITTEE,
            guard=(electing.is_an_election,)),
    # The list of mandates is complete when the vote opens.
    *(command(state, Step.GIVE_MANDATE, state, _COMMITTEE, guard=(electing.candidates_named,))
      for state in (State.ROLL_FROZEN, State.NOTICED)),
    command(State.ROLL_FROZEN, Step.GIVE_NOTICE, State.NOTICED, _COMMITTEE,
            guard=(electing.candidates_named, given.times_in_order, given.noticed_early_enough,
                   given.roll_shown_long_enough),
            limit="notice days and roll days of the rule"),
    timer(State.NOTICED, Step.OPEN, State.OPEN, _SYSTEM, when=given.opening_due),
    timer(State.OPEN, Step.EXTEND, State.EXTENDED, _SYSTEM, when=given.extension_due),
    timer(State.OPEN, Step.CLOSE, State.CLOSED, _SYSTEM, when=given.closing_due),
    timer(State.EXTENDED, Step.CLOSE, State.CLOSED, _SYSTEM, when=given.closing_due),
    # The result 结果
    command(State.CLOSED, Step.BEGIN_COUNT, State.COUNTING, _COMMITTEE),
    command(State.COUNTING, Step.FINISH_COUNT, State.PRELIMINARY, _COMMITTEE, when=given.valid),
    command(State.COUNTING, Step.FINISH_COUNT, State.FAILED_QUORUM, _COMMITTEE, when=given.not_valid),
    command(State.PRELIMINARY, Step.PUBLISH_RESULT, State.PUBLISHED, _COMMITTEE),
    command(State.PUBLISHED, Step.OBJECT, State.PUBLISHED, _RESIDENT,
            guard=(given.result_may_be_objected_to,), limit="publication days of the rule"),
    command(State.PUBLISHED, Step.ANSWER_OBJECTION, State.PUBLISHED, _COMMITTEE,
            guard=(given.not_answered_before,)),
    command(State.PUBLISHED, Step.RECOUNT, State.PRELIMINARY, _COMMITTEE),
    command(State.PUBLISHED, Step.CERTIFY, State.CERTIFIED, _COMMITTEE, when=given.passed,
            guard=(given.published_long_enough, given.objections_answered, given.recounted,
                   given.items_known),
            limit="publication days of the rule", emits=ResolutionCertified),
    command(State.PUBLISHED, Step.CERTIFY, State.REJECTED, _COMMITTEE, when=given.not_passed,
            guard=(given.published_long_enough, given.objections_answered, given.recounted,
                   given.nothing_to_do),
            limit="publication days of the rule"),
    # Aside. Before it opens a committee may take back its own vote; afterwards only the centre stops it.
    *(command(state, Step.VOID, State.VOIDED, frozenset({By.COMMITTEE, By.DISPATCHER}))
      for state in (State.DRAFT, State.STUDIED, State.RULE_BOUND, State.ROLL_REQUESTED,
                    State.ROLL_PUBLISHED, State.ROLL_FROZEN, State.NOTICED)),
    *(command(state, Step.VOID, State.VOIDED, _DISPATCHER)
      for state in (State.OPEN, State.EXTENDED, State.CLOSED, State.COUNTING, State.PRELIMINARY,
                    State.PUBLISHED)),
)
# fmt: on

FINAL = frozenset({State.FAILED_QUORUM, State.CERTIFIED, State.REJECTED, State.VOIDED})
# A ballot is taken in these, between two times of the database's clock: the timer may be late.
CASTING = frozenset({State.NOTICED, State.OPEN, State.EXTENDED})

Occasion = tuple[State | None, Trigger, Step]


def _by_occasion(rows: Iterable[Row]) -> dict[Occasion, tuple[Row, ...]]:
    found: dict[Occasion, tuple[Row, ...]] = {}
    for row in rows:
        occasion = (row.source, row.kind, row.step)
        found[occasion] = (*found.get(occasion, ()), row)
    return found


_ROWS = _by_occasion(TABLE)


def roles_of(kind: Trigger, step: Step) -> frozenset[By]:
    """Return who may ever take a step, whatever the state."""
    return frozenset[By]().union(*(row.roles for row in TABLE if (row.kind, row.step) == (kind, step)))


@overload
def transition(state: State | None, kind: Literal[Trigger.COMMAND], step: Step, facts: Facts) -> Row: ...
@overload
def transition(
    state: State | None, kind: Literal[Trigger.FACT, Trigger.TIMER], step: Step, facts: Facts
) -> Row | None: ...
def transition(state: State | None, kind: Trigger, step: Step, facts: Facts) -> Row | None:
    """Return the row that applies: the one gate of every step.

    None where a fact or a timer comes when it does not count. Raises: IllegalTransition where a
    command does; Forbidden; what the row's guard raises.
    """
    row = next((row for row in _ROWS.get((state, kind, step), ()) if row.when(facts)), None)
    if row is None:
        if kind is Trigger.COMMAND:
            raise IllegalTransition(state, step)
        return None
    if facts.by not in row.roles:
        raise Forbidden(f"{step} is not for {facts.by}")
    for need in row.guard:
        need(facts)
    return row
