"""Items, meetings and commands for the tests of governance."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from chassis.principal import Principal
from contracts.commands.governance import (
    AdoptResolution,
    CertifyResolution,
    ConveneMeeting,
    DeclineItem,
    TakeAttendance,
)
from contracts.events.intake import CaseEscalated
from contracts.vocabulary import Kind, Urgency
from services.governance.meeting.lifecycle import State, Step, Trigger, transition
from services.governance.meeting.meeting import (
    Item,
    Meeting,
    adopt,
    convene,
    decline,
    escalate,
    put_on_agenda,
)

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
HELD_ON = date(2026, 3, 6)
DUE_ON = date(2026, 3, 20)
NAMES = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
TEXT = "由城市管理局牵头，三月二十日前更换整条线路。"
ACTION = "在小区南门外增设一处公交候车亭。"
REASON = "线路属小区自管，已告知业主委员会。"


def an_id(name: str) -> UUID:
    return uuid5(NAMES, name)


def somebody(name: str, *roles: str, **scope: str) -> Principal:
    return Principal(subject=str(an_id(name)), roles=frozenset(roles), scope=scope)


DISPATCHER = somebody("dispatcher", "dispatcher")


def escalated(**changes: Any) -> CaseEscalated:
    given: dict[str, Any] = {
        "case_id": an_id("case"),
        "number": "140303-20260302-000001",
        "community": "c01",
        "grid": "c01-g01",
        "cycle": 3,
        "reporter_id": an_id("resident"),
        "at": NOW,
        "category": "0202",
        "kind": Kind.COMPONENT,
        "urgency": Urgency.NORMAL,
        "escalation": 2,
    }
    return CaseEscalated(**{**given, **changes})


def convening(**changes: Any) -> ConveneMeeting:
    given: dict[str, Any] = {
        "command_id": an_id("convene"),
        "meeting_id": an_id("meeting"),
        "held_on": HELD_ON,
        "title": "三月联席会议",
    }
    return ConveneMeeting(**{**given, **changes})


def adopting(item: Item, **changes: Any) -> AdoptResolution:
    given: dict[str, Any] = {
        "command_id": an_id("adopt"),
        "resolution_id": an_id("resolution"),
        "meeting_id": an_id("meeting"),
        "item_id": item.id,
        "lead": "CGJ",
        "due_on": DUE_ON,
        "text": TEXT,
    }
    return AdoptResolution(**{**given, **changes})


def declining(item: Item, **changes: Any) -> DeclineItem:
    given: dict[str, Any] = {
        "command_id": an_id("decline"),
        "resolution_id": an_id("resolution"),
        "meeting_id": an_id("meeting"),
        "item_id": item.id,
        "reason": REASON,
    }
    return DeclineItem(**{**given, **changes})


def taking_attendance(**changes: Any) -> TakeAttendance:
    given: dict[str, Any] = {
        "command_id": an_id("attendance"),
        "meeting_id": an_id("meeting"),
        "members": 15,
        "present": 8,
    }
    return TakeAttendance(**{**given, **changes})


def certifying(**changes: Any) -> CertifyResolution:
    given: dict[str, Any] = {
        "command_id": an_id("certify"),
        "resolution_id": an_id("certified resolution"),
        "meeting_id": an_id("meeting"),
        "grid": "c01-g01",
        "category": "0202",
        "text": ACTION,
    }
    return CertifyResolution(**{**given, **changes})


def a_meeting(**changes: Any) -> Meeting:
    return convene(convening(**changes), by=DISPATCHER.subject, now=NOW)


def an_item(state: State = State.WAITING, **changes: Any) -> Item:
    row = transition(None, Trigger.FACT, Step.CASE_ESCALATED)
    assert row is not None
    waiting = escalate(escalated(**changes), row)
    if state is State.WAITING:
        return waiting
    on_agenda = put_on_agenda(waiting, a_meeting())
    if state is State.ADOPTED:
        command = adopting(on_agenda)
        return adopt(on_agenda, a_meeting(), command, by=DISPATCHER.subject, now=NOW).item
    if state is State.DECLINED:
        refusal = declining(on_agenda)
        return decline(on_agenda, a_meeting(), refusal, by=DISPATCHER.subject, now=NOW).item
    return on_agenda
