"""Votes, rolls and ballots for the tests of governance."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from chassis.principal import Principal
from contracts.commands import votes as asks
from contracts.commands.rules import Subject
from contracts.commands.votes import BallotMode, CastBallot
from contracts.events.registry import RollAnswered, RollEntry
from contracts.roll import area_of, in_order
from contracts.vocabulary import RollKind
from services.governance.roll.roll import Roll, root_of
from services.governance.rule.rules import rule_of
from services.governance.vote.lifecycle import State
from services.governance.vote.vote import Vote
from tests.unit.governance.builders import NOW, an_id, somebody

VOTE = an_id("vote")
ROLL = uuid5(VOTE, "roll 1")
COMMITTEE = somebody("committee", "committee", community="c01")
TEXT = "是否在小区东门内空地建设幼儿园, 由教育局立项。"
AS_OF = date(2026, 3, 1)
DAY = timedelta(days=1)


def entitlement(number: int) -> UUID:
    """The id of the `number`-th entry: random to everybody but the tests."""
    return UUID(int=(number + 1) << 80 | 4 << 76 | 2 << 62 | number, version=4)


def elector(number: int) -> Principal:
    return somebody(f"resident {number}", "resident", community="c01")


def entries(count: int = 12, *, area: int = 0, electors: int = 1) -> tuple[RollEntry, ...]:
    """A roll in which the `number`-th entry is its own resident's, and as many more as are wanted."""
    return tuple(
        RollEntry(
            entitlement_id=entitlement(number),
            electors=tuple(UUID(elector(number + 1000 * more).subject) for more in range(electors)),
            area_hundredths_m2=area,
        )
        for number in range(count)
    )


def answers(roll: tuple[RollEntry, ...], *, chunk: int = 5, **changes: Any) -> list[RollAnswered]:
    """What registry says of a roll, chunk by chunk."""
    ordered = in_order(roll)
    parts = [ordered[at : at + chunk] for at in range(0, len(ordered), chunk)] or [()]
    given: dict[str, Any] = {
        "roll_id": ROLL,
        "chunks": len(parts),
        "count": len(roll),
        "area_hundredths_m2": area_of(roll),
        "root": root_of(roll),
        "as_of": AS_OF,
        "at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    return [
        RollAnswered(**{**given, "chunk": number, "entries": part, **changes})
        for number, part in enumerate(parts, start=1)
    ]


def drafting(**changes: Any) -> asks.DraftVote:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "vote_id": VOTE,
        "place": "c01",
        "subject": Subject.QUESTION,
        "roll_kind": RollKind.ADULTS,
        "mode": BallotMode.SECRET,
        "title": "建设幼儿园",
        "text": TEXT,
    }
    return asks.DraftVote(**{**given, **changes})


def a_ballot(number: int, choice: str | tuple[str, ...] = "yes", **changes: Any) -> CastBallot:
    given: dict[str, Any] = {
        "vote_id": VOTE,
        "entitlement_id": entitlement(number),
        "ballot_id": uuid4(),
        "choice": (choice,) if isinstance(choice, str) else choice,
        "nonce": uuid4().hex * 2,
    }
    return CastBallot(**{**given, **changes})


def a_roll(count: int = 12, **changes: Any) -> Roll:
    """A roll that was answered and published a day ago."""
    found = entries(count, area=changes.pop("area", 0))
    given: dict[str, Any] = {
        "id": ROLL,
        "vote_id": VOTE,
        "place": "c01",
        "kind": RollKind.ADULTS,
        "as_of": AS_OF,
        "requested_at": NOW - 2 * DAY,
        "chunks": 1,
        "received": 1,
        "count": count,
        "area_hundredths_m2": area_of(found),
        "root": root_of(found),
        "answered_at": NOW - DAY,
    }
    return Roll(**{**given, **changes})


def a_vote(state: State = State.OPEN, **changes: Any) -> Vote:
    """A vote that opened an hour ago and ends in an hour, unless said otherwise."""
    given: dict[str, Any] = {
        "id": VOTE,
        "place": "c01",
        "community": "c01",
        "subject": Subject.QUESTION,
        "roll_kind": RollKind.ADULTS,
        "mode": BallotMode.SECRET,
        "title": "建设幼儿园",
        "text": TEXT,
        "options": ("yes", "no", "abstain"),
        "seats": 1,
        "important": False,
        "drafted_at": NOW - 20 * DAY,
        "drafted_by": COMMITTEE.subject,
        "state": state,
        "rule": rule_of("CN-2026.residents"),
        "roll_id": ROLL,
        "opens_at": NOW - timedelta(hours=1),
        "closes_at": NOW + timedelta(hours=1),
    }
    return Vote(**{**given, **changes})
