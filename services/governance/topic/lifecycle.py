"""THE transition table of a topic, and the one gate through it. Pure."""

from enum import StrEnum
from typing import NamedTuple

from contracts.commands.topics import TopicState as State
from contracts.vocabulary import Role
from services.governance.topic.errors import IllegalTransition


class Trigger(StrEnum):
    """What moves a topic: somebody asks."""

    COMMAND = "command"


class Step(StrEnum):
    """What is done to a topic."""

    RAISE = "raise"  # 提出
    SUPPORT = "support"  # 附议签名
    RETRACT = "retract"  # 撤回签名
    WITHDRAW = "withdraw"  # 撤回议题
    ADMIT = "admit"  # 受理
    DECLINE = "decline"  # 不予受理
    HEAR = "hear"  # 听证完成
    DECIDE = "decide"  # 议决


class Row(NamedTuple):
    """One allowed step; `source` None means that the topic does not exist yet."""

    source: State | None
    kind: Trigger
    step: Step
    target: State
    roles: frozenset[Role]
    guard: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    emits: None = None


_RESIDENT, _COMMITTEE = frozenset({Role.RESIDENT}), frozenset({Role.COMMITTEE})
_ANYBODY = _RESIDENT | _COMMITTEE
_BY = Trigger.COMMAND

TABLE: tuple[Row, ...] = (
    Row(
        None,
        _BY,
        Step.RAISE,
        State.RAISED,
        _ANYBODY,
        guard=("own community", "a case: a resident's own, or one of the committee's community"),
        evidence=("subject", "title", "text"),
    ),
    Row(State.RAISED, _BY, Step.SUPPORT, State.RAISED, _RESIDENT, guard=("own community", "once a person")),
    Row(State.ADMITTED, _BY, Step.SUPPORT, State.ADMITTED, _RESIDENT, guard=("own community", "once")),
    Row(State.RAISED, _BY, Step.RETRACT, State.RAISED, _RESIDENT, guard=("has signed",)),
    Row(State.ADMITTED, _BY, Step.RETRACT, State.ADMITTED, _RESIDENT, guard=("has signed",)),
    Row(State.RAISED, _BY, Step.WITHDRAW, State.WITHDRAWN, _ANYBODY, guard=("whoever raised it",)),
    Row(
        State.RAISED,
        _BY,
        Step.ADMIT,
        State.ADMITTED,
        _COMMITTEE,
        guard=("own community", "a listed subject stays a listed one"),
        evidence=("reason",),
    ),
    Row(
        State.RAISED,
        _BY,
        Step.DECLINE,
        State.DECLINED,
        _COMMITTEE,
        guard=("own community",),
        evidence=("reason",),
    ),
    Row(
        State.ADMITTED,
        _BY,
        Step.HEAR,
        State.ADMITTED,
        _COMMITTEE,
        guard=("a hearing's report is published",),
    ),
    Row(
        State.ADMITTED,
        _BY,
        Step.DECIDE,
        State.DECIDED,
        _COMMITTEE,
        guard=("a listed subject has had its hearing",),
    ),
)

_ROWS = {(row.source, row.step): row for row in TABLE}


def transition(state: State | None, step: Step) -> Row:
    """Return the row that applies: the one gate of every step. Raises: IllegalTransition."""
    row = _ROWS.get((state, step))
    if row is None:
        raise IllegalTransition(state, step)
    return row
