"""Destinations in back-off, and what the relay is told."""

import pytest

from chassis.relay import Holds, databases


def test_a_destination_that_failed_is_left_alone_for_a_second() -> None:
    holds = Holds()
    holds.failed("department.CGJ", 100.0)
    assert holds.held(100.9) == ["department.CGJ"]
    assert holds.held(101.1) == []


def test_every_failure_doubles_the_pause_up_to_a_minute() -> None:
    holds = Holds()
    pauses = []
    for _ in range(9):
        holds.failed("d", 0.0)
        pauses.append(max(pause for pause in (1, 2, 4, 8, 16, 32, 60) if holds.held(pause - 0.1)))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_failure_that_may_be_the_brokers_makes_no_pause_longer() -> None:
    """Seen failing: with every failure held against the destination."""
    holds = Holds()
    for _ in range(9):
        holds.failed("d", 0.0, is_certain=False)
    assert holds.held(0.9) == ["d"]
    assert holds.held(1.1) == []


def test_one_success_forgets_all_failures() -> None:
    holds = Holds()
    for _ in range(5):
        holds.failed("d", 0.0)
    holds.succeeded("d")
    assert holds.held(0.0) == []
    holds.failed("d", 0.0)
    assert holds.held(1.1) == []


def test_destinations_are_held_each_by_itself() -> None:
    holds = Holds()
    holds.failed("a", 0.0)
    holds.failed("b", 0.5)
    holds.succeeded("c")
    assert holds.held(0.9) == ["a", "b"]
    assert holds.held(1.2) == ["b"]


def test_the_relay_is_told_its_databases_by_name() -> None:
    assert databases("intake=postgresql://u:p=1@h/i, dispatch=postgresql://h/d,") == {
        "intake": "postgresql://u:p=1@h/i",
        "dispatch": "postgresql://h/d",
    }


@pytest.mark.parametrize("value", ["", "intake", "intake=", " , "])
def test_a_relay_without_a_database_does_not_start(value: str) -> None:
    with pytest.raises(ValueError, match="QIAOTOU_DATABASES"):
        databases(value)
