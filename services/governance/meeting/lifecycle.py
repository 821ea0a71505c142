"""THE transition table of an agenda item, and the one gate through it.

A command without a row here is refused; a fact without a row is *late*: a line of the timeline
and nothing else. Pure.
"""

from enum import StrEnum
from typing import Literal, NamedTuple, overload

from contracts.events.governance import ResolutionAdopted, ResolutionDeclined
from contracts.vocabulary import Role
from services.governance.meeting.errors import AlreadyResolved, IllegalTransition

Emitted = ResolutionAdopted | ResolutionDeclined


class State(StrEnum):
    """Where an item stands."""

    WAITING = "waiting"  # 待上会
    ON_AGENDA = "on_agenda"  # 已列入议程
    ADOPTED = "adopted"  # 已形成决议
    DECLINED = "declined"  # 不再办理


class Trigger(StrEnum):
    """What moves an item."""

    COMMAND = "command"  # somebody asks
    FACT = "fact"  # another service says what happened


class Step(StrEnum):
    """What is done to an item."""

    CASE_ESCALATED = "case.escalated"  # 提交联席会议
    CONVENE = "convene"  # 召集会议
    ADOPT = "adopt"  # 作出决议
    DECLINE = "decline"  # 决定不再办理


class Row(NamedTuple):
    """One allowed step; `source` None means that the item does not exist yet."""

    source: State | None
    kind: Trigger
    step: Step
    target: State
    role: str
    emits: type[Emitted] | None = None


_INTAKE, _DISPATCHER = "intake", Role.DISPATCHER.value

TABLE: tuple[Row, ...] = (
    # One item each time a case comes before the conference: its id is made of the case and the count.
    Row(None, Trigger.FACT, Step.CASE_ESCALATED, State.WAITING, _INTAKE),
    Row(State.WAITING, Trigger.COMMAND, Step.CONVENE, State.ON_AGENDA, _DISPATCHER),
    Row(State.ON_AGENDA, Trigger.COMMAND, Step.ADOPT, State.ADOPTED, _DISPATCHER, ResolutionAdopted),
    Row(State.ON_AGENDA, Trigger.COMMAND, Step.DECLINE, State.DECLINED, _DISPATCHER, ResolutionDeclined),
)

OPEN = (State.WAITING, State.ON_AGENDA)
RESOLVED = (State.ADOPTED, State.DECLINED)

_ROWS = {(row.source, row.kind, row.step): row for row in TABLE}


@overload
def transition(state: State | None, kind: Literal[Trigger.COMMAND], step: Step) -> Row: ...
@overload
def transition(state: State | None, kind: Literal[Trigger.FACT], step: Step) -> Row | None: ...
def transition(state: State | None, kind: Trigger, step: Step) -> Row | None:
    """Return the row that applies: the one gate of every step.

    None where a fact comes when it no longer counts. Raises: AlreadyResolved where a command
    comes after the resolution; IllegalTransition where no row allows it otherwise.
    """
    row = _ROWS.get((state, kind, step))
    if row is None and kind is Trigger.COMMAND:
        raise AlreadyResolved if state in RESOLVED else IllegalTransition(state, step)
    return row
