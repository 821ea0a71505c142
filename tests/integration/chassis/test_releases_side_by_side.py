"""Processes of an old and a new release beside each other, replaced one by one under load."""

import time

import pytest

from chassis.processing.taking_up import UNKNOWN_VERSION
from tests.support.toy.cell import ToyCell
from tests.support.toy.load import Load
from tests.support.toy.process import Process, eventually

OLD = "tests.support.toy.service:Toy"
READER = "tests.support.toy.evolved:Reader"
WRITER = "tests.support.toy.evolved:Writer"
TURN_S = 1.0

pytestmark = pytest.mark.slow


class Fleet:
    """Two processes of one toy."""

    def __init__(self, toy: ToyCell, release: str) -> None:
        self._toy = toy
        self._processes = [self._start(number, release) for number in (0, 1)]
        toy.start_relay().wait_until_well()
        for each in self._processes:
            each.wait_until_well()

    def replace(self, number: int, release: str) -> None:
        """Stop one as a rollout does, start its successor, and let it work for a while."""
        assert self._processes[number].stop() == 0
        self._processes[number] = self._start(number, release).wait_until_well()
        time.sleep(TURN_S)

    def _start(self, number: int, release: str) -> Process:
        return self._toy.start(service=release, QIAOTOU_PROCESS=str(number), QIAOTOU_PROCESSES="2")


def test_readers_first_and_writers_afterwards_park_nothing_and_lose_nothing(own_toy: ToyCell) -> None:
    fleet = Fleet(own_toy, OLD)
    with Load(own_toy) as load:
        for release in (READER, WRITER):
            for number in (0, 1):
                fleet.replace(number, release)
    _everything_is_heard_once_and_in_order(own_toy, load)
    assert own_toy.rows("SELECT count(*) FROM inbox_parked") == [(0,)]
    assert _versions(own_toy) == {"v1", "v2"}


def test_a_writer_before_its_readers_holds_back_what_it_says_until_they_are_replaced(
    own_toy: ToyCell,
) -> None:
    fleet = Fleet(own_toy, OLD)
    with Load(own_toy) as load:
        fleet.replace(0, WRITER)
        parked = eventually(own_toy.parked)
        fleet.replace(1, WRITER)
    assert set(parked.values()) == {UNKNOWN_VERSION}
    _everything_is_heard_once_and_in_order(own_toy, load)
    assert own_toy.rows("SELECT DISTINCT state FROM inbox_parked") == [("replayed",)]
    assert _versions(own_toy) == {"v1", "v2"}


def test_going_back_to_the_release_before_and_forward_again_loses_nothing(own_toy: ToyCell) -> None:
    fleet = Fleet(own_toy, WRITER)
    with Load(own_toy) as load:
        for release in (OLD, READER):
            for number in (0, 1):
                fleet.replace(number, release)
    _everything_is_heard_once_and_in_order(own_toy, load)


def _everything_is_heard_once_and_in_order(toy: ToyCell, load: Load) -> None:
    bumped = dict(toy.rows("SELECT id, n FROM thing WHERE n > 0"))
    assert len(bumped) > 1
    for thing, last in (bumped | load.told).items():
        toy.wait_until_heard(thing, list(range(1, last + 1)), within_s=120)
    assert eventually(lambda: toy.parked() == {})


def _versions(toy: ToyCell) -> set[str]:
    return {row[0].rpartition(".")[2] for row in toy.rows("SELECT DISTINCT type FROM inbox")}
