"""THE transition table of an assembly, and the one gate through it. Pure."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from contracts.commands.assemblies import AssemblyState as State
from contracts.events.governance import ResolutionCertified
from contracts.vocabulary import Role
from services.governance.assembly import guards
from services.governance.assembly.errors import IllegalTransition
from services.governance.assembly.guards import Facts


class Trigger(StrEnum):
    """What moves an assembly: somebody asks."""

    COMMAND = "command"


class Step(StrEnum):
    """What is done to an assembly."""

    CONVENE = "convene"  # 召集
    RECONVENE = "reconvene"  # 再次召集
    RECORD_ATTENDANCE = "record_attendance"  # 登记到会人数
    OPEN = "open"  # 开会
    ADJOURN = "adjourn"  # 延期
    COUNT_HANDS = "count_hands"  # 举手表决
    CLOSE = "close"  # 闭会
    PUBLISH = "publish"  # 公示结果
    OBJECT = "object"  # 提出异议
    ANSWER_OBJECTION = "answer_objection"  # 答复异议
    CERTIFY = "certify"  # 确认
    DISPATCH = "dispatch"  # 交办
    CANCEL = "cancel"  # 取消


class Row(NamedTuple):
    """One allowed step; `source` None means that the assembly does not exist yet."""

    source: State | None
    step: Step
    target: State
    roles: frozenset[Role]
    guard: tuple[Callable[[Facts], None], ...] = ()
    evidence: tuple[str, ...] = ()
    emits: type[ResolutionCertified] | None = None
    kind: Trigger = Trigger.COMMAND


_CHAIR, _RESIDENT = frozenset({Role.COMMITTEE}), frozenset({Role.RESIDENT})
_DESK = frozenset({Role.COMMITTEE, Role.CLERK})
_REASON = ("reason",)

TABLE: tuple[Row, ...] = (
    Row(
        None,
        Step.CONVENE,
        State.CONVENED,
        _CHAIR,
        (guards.announced_in_time,),
        ("a rule in force", "agenda: topics that may be decided", "time and place"),
    ),
    Row(State.ADJOURNED, Step.RECONVENE, State.CONVENED, _CHAIR, (guards.announced_in_time,)),
    Row(State.CONVENED, Step.RECORD_ATTENDANCE, State.CONVENED, _DESK, evidence=("number present",)),
    Row(State.CONVENED, Step.OPEN, State.OPEN, _CHAIR, (guards.its_time_has_come, guards.quorum)),
    Row(State.CONVENED, Step.ADJOURN, State.ADJOURNED, _CHAIR, evidence=_REASON),
    Row(
        State.OPEN,
        Step.COUNT_HANDS,
        State.OPEN,
        _CHAIR,
        (guards.not_counted_before,),
        ("yes, no, abstentions", "resolution, owner and date"),
    ),
    Row(State.OPEN, Step.CLOSE, State.CLOSED, _CHAIR, (guards.every_point_counted,)),
    Row(State.CLOSED, Step.PUBLISH, State.PUBLISHED, _CHAIR),
    Row(State.PUBLISHED, Step.OBJECT, State.PUBLISHED, _RESIDENT, (guards.while_published,), ("text",)),
    Row(State.PUBLISHED, Step.ANSWER_OBJECTION, State.PUBLISHED, _CHAIR, evidence=("answer",)),
    Row(
        State.PUBLISHED,
        Step.CERTIFY,
        State.CERTIFIED,
        _CHAIR,
        (guards.published_long_enough, guards.every_objection_answered),
    ),
    Row(
        State.CERTIFIED,
        Step.DISPATCH,
        State.CERTIFIED,
        _CHAIR,
        (guards.has_passed, guards.not_dispatched_before),
        ("grid, category and text of each action",),
        ResolutionCertified,
    ),
    Row(State.CONVENED, Step.CANCEL, State.CANCELLED, _CHAIR, evidence=_REASON),
    Row(State.ADJOURNED, Step.CANCEL, State.CANCELLED, _CHAIR, evidence=_REASON),
)

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
    """Return who may take a step, wherever the assembly stands."""
    return frozenset[Role]().union(*(row.roles for row in TABLE if row.step is step))
