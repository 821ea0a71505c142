"""Each process is killed while cases run: none is lost, none doubled, none out of order."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bench.cast import DEPARTMENT, assemble
from bench.loop import Loops, Tally
from ops.departments import settings
from ops.display import Display
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES
from ops.startup import Startup
from ops.supervision import Supervisor
from tests.support.cells import RunningCell
from tests.support.servers import remove, temporary_cell

CASES = 200
KILLED = (
    "gateway",
    "intake",
    "relay",
    "dispatch",
    "rabbitmq",
    "notify",
    "governance",
    "postgres",
    "registry",
)
PASSWORD = "qiaotou-demo-2012"


@pytest.fixture(scope="module")
def shaken() -> Iterator[tuple[RunningCell, Tally]]:
    """A cell in which every process was killed once while 200 cases were going round."""
    folder, cell = temporary_cell("kills")
    running = RunningCell(cell)
    try:
        Startup(cell, Display(quiet=True), mode="test").run()
        cast = assemble(LOOPBACK, cell.ports["gateway"], PASSWORD, settings(cell, DEPARTMENT))
        loops = Loops(LOOPBACK, cell.ports["gateway"], cast, total=CASES, in_flight=24, patience_s=300.0)
        killer = threading.Thread(target=_kill_each_once, args=(running, loops.tally), daemon=True)
        killer.start()
        tally = loops.run(within_s=900)
        killer.join(timeout=300)
        running.wait_until_well(within_s=180)
        yield running, tally
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def _kill_each_once(cell: RunningCell, tally: Tally) -> None:
    """Spread the kills over the whole run, by what has been archived and not by the clock."""
    for number, process in enumerate(KILLED):
        until = time.monotonic() + 180
        while len(tally.ended) < number * CASES // (len(KILLED) + 1) and time.monotonic() < until:
            time.sleep(0.05)
        cell.kill(process)


def test_no_case_is_lost(shaken: tuple[RunningCell, Tally]) -> None:
    cell, tally = shaken
    assert (len(tally.ended), tally.errors) == (CASES, [])
    states = _rows(cell, "intake", "SELECT state, count(*) FROM cases GROUP BY state")
    assert states == [("archived", CASES)]


def test_no_step_is_doubled_or_out_of_order(shaken: tuple[RunningCell, Tally]) -> None:
    cell, _ = shaken
    lives = _rows(
        cell,
        "intake",
        "SELECT life, count(*) FROM (SELECT string_agg(step, ' ' ORDER BY position) AS life "
        "FROM case_timeline WHERE NOT late GROUP BY case_id) AS lives GROUP BY life",
    )
    steps = (
        "report classify work_order.offered work_order.signed work_order.completed "
        "pass_check record_satisfied archive"
    )
    assert lives == [(steps, CASES)]


@pytest.mark.parametrize("service", ["dispatch", "governance", "notify"])
def test_every_consumer_took_every_event_once_and_in_order(
    shaken: tuple[RunningCell, Tally], service: str
) -> None:
    cell, _ = shaken
    wanted = [(list(range(1, 8)), CASES)]
    query = (
        "SELECT sequences, count(*) FROM (SELECT array_agg(sequence ORDER BY position) AS sequences "
        "FROM inbox WHERE source = 'intake' GROUP BY aggregate) AS lines GROUP BY sequences"
    )
    until = time.monotonic() + 120
    while (found := _rows(cell, service, query)) != wanted and time.monotonic() < until:
        time.sleep(0.2)
    assert found == wanted


def test_nobody_was_told_twice(shaken: tuple[RunningCell, Tally]) -> None:
    cell, _ = shaken
    doubled = _rows(
        cell,
        "notify",
        "SELECT person, event_id, template FROM message GROUP BY 1, 2, 3 HAVING count(*) > 1",
    )
    assert doubled == []
    told = _rows(
        cell, "notify", "SELECT count(DISTINCT case_id) FROM message WHERE template = 'case.archived'"
    )
    assert told == [(CASES,)]


@pytest.mark.parametrize("service", ["intake", "dispatch", "governance", "notify"])
def test_nothing_waits_and_nothing_is_parked(shaken: tuple[RunningCell, Tally], service: str) -> None:
    cell, _ = shaken
    until = time.monotonic() + 120
    query = "SELECT (SELECT count(*) FROM inbox_waiting), (SELECT count(*) FROM inbox_parked)"
    while (found := _rows(cell, service, query)) != [(0, 0)] and time.monotonic() < until:
        time.sleep(0.2)
    assert found == [(0, 0)]


def _rows(cell: RunningCell, service: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(cell.database(service)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]
