"""The cell clock: movable for demonstrations and tests, never in production."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chassis.context import Context
from chassis.data import clock
from chassis.data.clock import ClockIsFixedError
from chassis.data.engine import Database
from tests.support.toy.cell import ToyCell

DAY = timedelta(days=1)


@pytest.fixture
def clocked(database: Callable[[str], str]) -> Iterator[Database]:
    made = Database(database("chassis"), source="toy")
    yield made
    made.close()


def test_the_cell_clock_is_real_time_and_aware(clocked: Database) -> None:
    with clocked.reading() as connection:
        now = clock.cell_now(connection)
    assert now.tzinfo is not None
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moved_clock_moves_what_units_of_work_call_now(clocked: Database) -> None:
    with clocked.engine.begin() as connection:
        clock.set_offset(connection, DAY, mode="test")
    with clocked.writing(Context(correlation_id="")) as uow:
        assert abs(uow.now - datetime.now(UTC) - DAY) < timedelta(seconds=5)


def test_a_production_clock_is_not_moved(clocked: Database) -> None:
    with clocked.engine.begin() as connection, pytest.raises(ClockIsFixedError):
        clock.set_offset(connection, DAY, mode="production")
    with clocked.reading() as connection:
        assert clock.offset(connection) == timedelta(0)


def test_a_production_process_with_a_moved_clock_refuses_to_start(own_toy: ToyCell) -> None:
    own_toy.rows("UPDATE cell_clock SET ahead = '1 day' RETURNING 1")
    process = own_toy.start(QIAOTOU_MODE="production")
    assert process.wait(20) == 1
    assert "its clock was moved" in process.log.read_text().replace("cell's clock", "its clock")
    own_toy.rows("UPDATE cell_clock SET ahead = '0' RETURNING 1")
    own_toy.start(QIAOTOU_MODE="production").wait_until_well()


def test_a_test_process_starts_with_a_moved_clock(own_toy: ToyCell) -> None:
    own_toy.rows("UPDATE cell_clock SET ahead = '1 day' RETURNING 1")
    own_toy.start(QIAOTOU_MODE="test").wait_until_well()
