"""What a person asks for among messages that were put aside, and what may be done with each."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click
import pytest
from click.testing import CliRunner

from chassis.processing.parking import FORK, SUSPECTED
from contracts.envelope import utc_now
from ops import parked
from ops.display import Display
from ops.errors import Unready
from ops.parked import Since
from ops.parked_message import Parked, Wanted, lines, spoken
from ops.parked_view import show_list

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
CASE = "0193a7c2-5b1e-7c7a-9d3e-2f4b6a8c0d1e"


def a_message(**changed: Any) -> Parked:
    given: dict[str, Any] = {
        "service": "intake",
        "message_key": "1",
        "queue": "intake.inbox.2",
        "routing_key": "",
        "source": "dispatch",
        "aggregate": CASE,
        "sequence": 4,
        "ordering_key": CASE,
        "type": "dispatch.work_order.signed.v1",
        "reason": "handler: KeyError",
        "headers": {},
        "body": b"{}",
        "state": "parked",
        "parked_at": NOON,
        "passed": 3,
    }
    return Parked(**given | changed)


def a_dead_letter(**changed: Any) -> Parked:
    facts = {"service": "department.CGJ", "queue": "department.CGJ.dead", "state": "dead"}
    return a_message(**{**facts, "reason": "dead letter: delivery_limit", **changed})


OF_A_DEPARTMENT = {"queue": "dispatch.replies", "service": "dispatch", "source": None, "sequence": None}


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Wanted(), [True, True, True]),
        (Wanted(service="intake"), [True, False, False]),
        (Wanted(department="CGJ"), [False, True, True]),
        (Wanted(department="GAF"), [False, False, False]),
        (Wanted(aggregate=CASE), [True, True, False]),
        (Wanted(aggregate="order 7"), [False, False, True]),
        (Wanted(reason="keyerror"), [True, False, False]),
        (Wanted(since=NOON + timedelta(seconds=1)), [False, False, True]),
        (Wanted(department="CGJ", reason="unsigned"), [False, False, True]),
    ],
)
def test_messages_are_chosen_by_all_that_is_asked_for(wanted: Wanted, matches: list[bool]) -> None:
    spoken_for = a_message(
        **OF_A_DEPARTMENT,
        headers={"user-id": "department.CGJ"},
        body=b'{"order": "order 7"}',
        aggregate=None,
        ordering_key=None,
        reason="unsigned_sender",
        parked_at=NOON + timedelta(hours=1),
    )
    assert [wanted.matches(each) for each in (a_message(), a_dead_letter(), spoken_for)] == matches


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        ({}, None),
        ({"reason": SUSPECTED}, None),
        ({"reason": FORK, "passed": 4}, "another event has its number"),
        ({"ordering_key": None}, "no ordering key"),
        (OF_A_DEPARTMENT, "Have the department send it again"),
        ({"queue": "intake.inboxes", "service": "inta"}, "vouches for its sender"),
    ],
)
def test_what_cannot_be_put_back_in_good_faith_says_what_to_do(
    changed: dict[str, Any], remedy: str | None
) -> None:
    found = a_message(**changed).remedy
    assert found is None if remedy is None else remedy in str(found)


def test_a_dead_letter_may_be_put_back_and_holds_nothing_up() -> None:
    assert a_dead_letter().remedy is None
    assert not a_dead_letter().holds


def test_each_aggregate_shows_the_one_that_it_waits_for() -> None:
    later = a_message(message_key="2", sequence=6, parked_at=NOON - timedelta(minutes=1), waiting=3)
    first = a_message(waiting=3, waiting_since=NOON + timedelta(minutes=2))
    fork = a_message(message_key="3", reason=FORK, sequence=2)
    other = a_message(message_key="4", aggregate="another", ordering_key="another")
    elsewhere = a_message(message_key="5", service="notify", queue="notify.inbox.0")
    found = lines([later, first, fork, other, elsewhere])
    assert [each.first for each in found] == [first, fork, other, elsewhere]
    assert [each.behind for each in found] == [4, 0, 0, 0]
    assert found[0].since == NOON - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(seconds=-2), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=41, seconds=8), "41 min"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=2, hours=4, minutes=1), "2 d 4 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(hours=1), "1 h"),
    ],
)
def test_a_time_is_said_as_people_say_it(time: timedelta, text: str) -> None:
    assert spoken(time) == text


def test_since_is_a_moment_or_so_long_ago() -> None:
    assert Since().convert("2026-11-28T12:00", None, None) == NOON
    before = utc_now()
    assert before <= Since().convert("2h", None, None) + timedelta(hours=2) <= utc_now()
    with pytest.raises(click.BadParameter):
        Since().convert("yesterday", None, None)


def test_the_list_says_what_stands_still_and_what_may_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    held = a_message(waiting=2, waiting_since=NOON + timedelta(minutes=1))
    now = NOON + timedelta(minutes=41)
    show_list(
        Display(), [held, a_message(message_key="2", reason=FORK, sequence=2), a_dead_letter()], now=now
    )
    said = capsys.readouterr().out
    assert "2 parked" in said
    assert "1 dead letters" in said
    assert "1 stands still, up to 41 min" in said
    assert "2 wait behind it, for 40 min" in said
    assert "not to be replayed, another event has its number" in said


class Hall:
    """Stands in for what lies in a cell, and remembers what was put back."""

    def __init__(self, *found: Parked) -> None:
        self.found = found
        self.replayed: list[str] = []

    def all(self, wanted: Wanted) -> list[Parked]:
        return [each for each in self.found if wanted.matches(each)]

    def replay(self, keys: tuple[str, ...], *, by: str, because: str) -> list[str]:
        assert by
        assert because == "mended"
        self.replayed += keys
        return list(keys)


def replaying(hall: Hall, *arguments: str, answer: str = "") -> str:
    """Type `replay` and the answer to its question; return what is said."""
    done = CliRunner().invoke(
        parked.replay, [*arguments, "--because", "mended"], obj=hall, input=answer, catch_exceptions=True
    )
    if isinstance(done.exception, Unready):
        raise done.exception
    return done.output


def test_many_are_put_back_once_a_person_has_said_yes() -> None:
    hall = Hall(a_message(), a_dead_letter(), a_dead_letter(message_key="2"))
    asked = "Put back 2: 2 of department.CGJ?"
    assert asked in replaying(hall, "--all", "--department", "CGJ", answer="n\n")
    assert hall.replayed == []
    assert asked in replaying(hall, "--all", "--department", "CGJ", answer="y\n")
    assert hall.replayed == ["department.CGJ/1", "department.CGJ/2"]


def test_what_may_not_be_put_back_stays_and_is_named() -> None:
    hall = Hall(a_message(), a_message(message_key="2", reason=FORK))
    assert "intake/2 stays: another event" in replaying(hall, "--all", "--yes")
    assert hall.replayed == ["intake/1"]
    with pytest.raises(Unready, match="nothing of that kind"):
        replaying(hall, "--all", "--reason", "fork", "--yes")


@pytest.mark.parametrize(
    "arguments", [(), ("intake/1", "--all"), ("intake/1", "--department", "CGJ"), ("--department", "CGJ")]
)
def test_keys_are_named_or_all_are_chosen(arguments: tuple[str, ...]) -> None:
    hall = Hall(a_message())
    assert "Name KEYS, or give --all" in replaying(hall, *arguments)
    assert hall.replayed == []
