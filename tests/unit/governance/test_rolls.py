from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from contracts.events.registry import RollEntry
from services.governance.roll.roll import Roll, difference, is_expected, receive
from tests.unit.governance.a_vote import a_roll, answers, entries
from tests.unit.governance.builders import NOW

ROLL_OF_12 = entries(12, area=7_550)


def asked_for(**changes: Any) -> Roll:
    fresh = {"chunks": None, "received": 0, "count": None, "root": None, "area_hundredths_m2": None}
    return msgspec.structs.replace(a_roll(), **fresh, answered_at=None, **changes)


def received(roll: tuple[RollEntry, ...], **changes: Any) -> Roll:
    got, so_far = asked_for(), []
    for answer in answers(roll, **changes):
        assert is_expected(got, answer)
        so_far += answer.entries
        got = receive(got, answer, so_far, now=NOW)
    return got


def test_a_roll_is_complete_with_its_last_chunk() -> None:
    first, *rest = answers(ROLL_OF_12)
    roll = receive(asked_for(), first, first.entries, now=NOW)
    assert (roll.complete, roll.received, roll.answered_at) == (False, 1, None)
    assert len(rest) == 2
    whole = received(ROLL_OF_12)
    assert (whole.complete, whole.count, whole.area_hundredths_m2) == (True, 12, 90_600)
    assert whole.answered_at == NOW


def test_an_empty_roll_is_one_chunk_and_whole() -> None:
    assert received(()).complete


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"count": 11}, "count"),
        ({"area_hundredths_m2": 1}, "area_hundredths_m2"),
        ({"root": "0" * 64}, "root"),
        ({"as_of": date(2026, 2, 28)}, "as_of"),
    ],
)
def test_a_roll_that_says_something_else_of_itself_is_faulty_and_raises_nothing(
    change: dict[str, Any], fault: str
) -> None:
    roll = received(ROLL_OF_12, **change)
    assert (roll.complete, roll.fault) == (False, fault)


def test_an_entry_changed_added_or_dropped_afterwards_is_seen() -> None:
    roll = a_roll(area=7_550)
    assert difference(roll, ROLL_OF_12) is None
    assert difference(roll, reversed(ROLL_OF_12)) is None
    bought = msgspec.structs.replace(ROLL_OF_12[0], electors=(uuid4(),))
    assert difference(roll, (bought, *ROLL_OF_12[1:])) == "root"
    assert difference(roll, ROLL_OF_12[1:]) == "count"
    assert difference(roll, (*ROLL_OF_12, ROLL_OF_12[0])) == "count"
    bigger = msgspec.structs.replace(ROLL_OF_12[0], area_hundredths_m2=7_551)
    assert difference(roll, (bigger, *ROLL_OF_12[1:])) == "area_hundredths_m2"


def test_a_chunk_that_came_before_or_is_of_no_such_number_is_late() -> None:
    first, second, third = answers(ROLL_OF_12)
    roll = receive(asked_for(), first, (), now=NOW)
    assert [is_expected(roll, each) for each in (first, second, third)] == [False, True, False]
    whole = received(ROLL_OF_12)
    assert not is_expected(whole, msgspec.structs.replace(third, chunk=4))
