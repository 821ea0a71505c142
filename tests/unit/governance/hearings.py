"""Hearings, their people and commands, for the tests of governance."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from contracts.commands import hearings as asks
from contracts.commands.hearings import Capacity, HearingState, PlainStep, Side
from services.governance.hearing.guards import Facts
from services.governance.hearing.hearing import Hearing, Registration
from tests.unit.governance.builders import an_id
from tests.unit.governance.neighbours import NOW

HELD_AT = NOW + timedelta(days=12)
UNTIL = NOW + timedelta(days=8)
HEARING = an_id("hearing")
IT = {"command_id": an_id("command"), "hearing_id": HEARING}
VALUE = "03 08 17 21 25 32 + 05"


def drafting(**changes: Any) -> asks.DraftHearing:
    given: dict[str, Any] = {**IT, "topic_id": an_id("topic"), "title": "兴办幼儿园听证会", "seats": 3}
    return asks.DraftHearing(**{**given, **changes})


def noticing(**changes: Any) -> asks.NoticeHearing:
    given: dict[str, Any] = {
        **IT,
        "held_at": HELD_AT,
        "venue": "社区活动室",
        "registration_until": UNTIL,
        "draw_source": "三月十七日公布的福利彩票双色球开奖号码",
    }
    return asks.NoticeHearing(**{**given, **changes})


def moving(step: PlainStep, reason: str = "", **changes: Any) -> asks.MoveHearing:
    return asks.MoveHearing(**{**IT, "step": step, "reason": reason, **changes})


def registering(name: str = "", **changes: Any) -> asks.RegisterForHearing:
    given: dict[str, Any] = {
        **IT,
        "command_id": an_id(f"register {name}"),
        "registration_id": an_id(f"registration {name}"),
        "capacity": Capacity.INTERESTED,
        "side": Side.FOR,
        "name": name,
    }
    return asks.RegisterForHearing(**{**given, **changes})


def a_hearing(state: HearingState = HearingState.DRAFT, **changes: Any) -> Hearing:
    given: dict[str, Any] = {
        "id": HEARING,
        "topic_id": an_id("topic"),
        "community": "c01",
        "title": "兴办幼儿园听证会",
        "state": state,
        "seats": 3,
        "speech_minutes": 5,
        "notice_days": 10,
        "drafted_by": an_id("committee"),
        "drafted_at": NOW,
        "sitting": 1,
        "noticed_at": NOW,
        "held_at": HELD_AT,
        "registration_until": UNTIL,
    }
    return Hearing(**{**given, **changes})


def somebody_registered(name: str = "one", **changes: Any) -> Registration:
    given: dict[str, Any] = {
        "id": an_id(f"registration {name}"),
        "hearing_id": HEARING,
        "capacity": Capacity.INTERESTED,
        "side": Side.FOR,
        "account_id": None,
        "name": name,
        "code": f"CODE{name.upper()}",
        "registered_at": NOW,
        "seat": 1,
        "present": True,
    }
    return Registration(**{**given, **changes})


def facts(hearing: Hearing, *registrations: Registration, now: datetime = NOW, **more: Any) -> Facts:
    return Facts(now=now, hearing=hearing, registrations=registrations, **more)


def speeches_of(hearing: Hearing) -> list[tuple[UUID, bool, bool]]:
    """Whose speech each is, whether it has begun and whether it has ended."""
    return [(each.registration_id, bool(each.started_at), bool(each.ended_at)) for each in hearing.speeches]


def changed(registration: Registration, **changes: Any) -> Registration:
    return msgspec.structs.replace(registration, **changes)
