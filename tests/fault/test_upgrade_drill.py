"""A cell is upgraded while cases go round: old and new services side by side, and a table that changes.

Processes of one service of both releases: `integration/chassis/test_releases_side_by_side.py`.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.cast import DEPARTMENT, assemble
from bench.loop import Cast, Loops, Tally
from chassis.data.migrate import LOCK_WAIT_S, migrate
from chassis.processing.taking_up import UNKNOWN_VERSION
from ops.cell import REPOSITORY
from ops.departments import settings
from ops.display import Display
from ops.http_client import Client, RefusedError
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES, environment
from ops.program import Program, Running
from ops.startup import Startup
from ops.status import is_well
from ops.supervision import Supervisor
from ops.upgrade import ORDER, upgrade
from tests.support.cells import RunningCell
from tests.support.migrations import Release
from tests.support.servers import remove, temporary_cell
from tests.support.toy.process import eventually

PASSWORD = "qiaotou-demo-2012"
# As `tests.support.next_release` is told; importing it would make this process green.
READS, WRITES = "reads", "writes"
CONSUMERS = ("dispatch", "governance", "notify")
READING_S = 6.0
FILL = (
    "UPDATE cases SET origin = 'before' WHERE case_id IN "
    "(SELECT case_id FROM cases WHERE origin IS NULL ORDER BY case_id LIMIT 50 FOR UPDATE)"
)
# What a machine with much to do needs beside the lock.
SLOWNESS_S = 2.0


class Rollout:
    """A running cell, some of whose services are of the next release."""

    def __init__(self, running: RunningCell) -> None:
        self.cell = running
        self._newer: dict[str, Running] = {}
        ports = running.cell.ports
        self.cast: Cast = assemble(LOOPBACK, ports["gateway"], PASSWORD, settings(running.cell, DEPARTMENT))

    def renew(self, service: str, does: str) -> None:
        """Stop a service as a rollout does and start the next release of it."""
        self._stop(service)
        path = f"services.{service}.service:{service.capitalize()}Service"
        command = (sys.executable, "-W", "ignore", "-m", "tests.support.next_release", does, path)
        told = environment(self.cell.cell, self.cell.servers, service, mode="test")
        program = Program(name=service, command=command, environment=told, directory=REPOSITORY)
        self._newer[service] = Running(program, self.cell.cell.logs / f"{service}.newer.log")
        self._wait(service)

    def put_back(self, service: str) -> None:
        """Stop the next release of a service and start the one before."""
        self._stop(service)
        self.cell.supervisor.launch([service])
        self._wait(service)

    def close(self) -> None:
        for each in self._newer.values():
            each.stop()

    def _stop(self, service: str) -> None:
        if service in self._newer:
            self._newer.pop(service).stop()
        else:
            self.cell.supervisor.stop([service])

    def _wait(self, service: str) -> None:
        eventually(lambda: is_well(self.cell.cell, service), within_s=120)

    @contextmanager
    def cases(self, total: int, *, in_flight: int = 12) -> Iterator[Tally]:
        """Let cases go round meanwhile; afterwards each is archived."""
        port = self.cell.cell.ports["gateway"]
        loops = Loops(LOOPBACK, port, self.cast, total=total, in_flight=in_flight, patience_s=120.0)
        worker = threading.Thread(target=loops.run, kwargs={"within_s": 240}, daemon=True)
        worker.start()
        yield loops.tally
        worker.join(300)
        assert (loops.tally.errors, len(loops.tally.ended)) == ([], total)

    def rows(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.cell.database(service)) as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture(scope="module")
def rollout() -> Iterator[Rollout]:
    folder, cell = temporary_cell("upgrade")
    made: list[Rollout] = []
    try:
        Startup(cell, Display(quiet=True), mode="test").run()
        made.append(Rollout(RunningCell(cell)))
        yield made[0]
    finally:
        for each in made:
            each.close()
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def test_every_process_is_replaced_while_cases_go_round(rollout: Rollout) -> None:
    before = {name: rollout.cell.pid(name) for name in ORDER}
    with rollout.cases(60) as tally:
        _until(tally, 5)
        upgrade(rollout.cell.cell, Display(quiet=True))
    assert not before.items() & {name: rollout.cell.pid(name) for name in ORDER}.items()
    for service in CONSUMERS:
        assert rollout.rows(service, "SELECT count(*) FROM inbox_parked") == [(0,)]
    _everybody_took_every_event_once_and_in_order(rollout)


def test_consumers_learn_a_new_version_before_intake_says_it_and_nothing_is_parked(rollout: Rollout) -> None:
    with rollout.cases(60) as tally:
        _until(tally, 5)
        for service in CONSUMERS:
            rollout.renew(service, READS)
        rollout.renew("intake", WRITES)
    with rollout.cases(20):
        pass
    for service in CONSUMERS:
        assert _versions(rollout, service) == {"v1", "v2"}
        assert rollout.rows(service, "SELECT count(*) FROM inbox_parked") == [(0,)]
    _everybody_took_every_event_once_and_in_order(rollout)


def test_intake_says_a_new_version_to_a_dispatch_that_does_not_know_it_and_orders_follow_its_upgrade(
    rollout: Rollout,
) -> None:
    for service in CONSUMERS[1:]:
        rollout.renew(service, READS)
    rollout.renew("intake", WRITES)
    rollout.put_back("dispatch")
    with rollout.cases(40):
        parked = "SELECT DISTINCT reason FROM inbox_parked WHERE state = 'parked'"
        assert eventually(lambda: rollout.rows("dispatch", parked)) == [(UNKNOWN_VERSION,)]
        rollout.renew("dispatch", READS)
    assert rollout.rows("dispatch", "SELECT DISTINCT state FROM inbox_parked") == [("replayed",)]
    _everybody_took_every_event_once_and_in_order(rollout)


@dataclass
class Reports:
    """A grid worker who reports again and again; how long each report took, in seconds, and what failed."""

    took: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def test_a_column_comes_to_the_cases_while_they_go_round_and_a_backup_reads_them(
    rollout: Rollout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing without `lock_timeout` in `chassis.data.migrate.run`: reports waited for the reader."""
    monkeypatch.syspath_prepend(tmp_path)
    later = Release(
        tmp_path, name="later_intake", grown_from=REPOSITORY / "services" / "intake" / "migrations"
    )
    revision = later.add(
        "online.add_column(op, 'cases', 'origin', 'text', default=\"'here'\")",
        f"online.fill(op, {FILL!r})",
        "online.build_index(op, 'cases_origin', 'cases (origin, case_id)')",
        "online.require(op, 'cases', 'origin')",
    )
    database = rollout.cell.database("intake")
    with rollout.cases(60, in_flight=4) as tally, _reports(rollout) as reports:
        _until(tally, 5)
        with _reading(database, READING_S):
            migrate(database, later.package)
    assert reports.failed == []
    assert max(reports.took) < LOCK_WAIT_S + SLOWNESS_S
    print(f"longest wait for a report {max(reports.took):.2f} s of {len(reports.took)}")
    assert rollout.rows("intake", "SELECT version_num FROM alembic_version") == [(revision,)]
    found = rollout.rows("intake", "SELECT origin, count(*) FROM cases GROUP BY 1 ORDER BY 1")
    assert [origin for origin, _ in found] == ["before", "here"]
    assert rollout.rows("intake", "SELECT count(*) FROM inbox_parked") == [(0,)]
    _everybody_took_every_event_once_and_in_order(rollout)


@contextmanager
def _reading(url: str, seconds: float) -> Iterator[None]:
    """A backup reads the table in one long transaction."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT count(*) FROM cases")
        over = threading.Timer(seconds, connection.rollback)
        over.start()
        yield
        over.join()


@contextmanager
def _reports(rollout: Rollout) -> Iterator[Reports]:
    reports, over = Reports(), threading.Event()

    def report() -> None:
        grid = rollout.cast.grids[0]
        body = {
            "grid": grid,
            "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
            "occurred_at": datetime.now(UTC).isoformat(),
            "channel": "app",
            "evidence": [rollout.cast.photos[grid]],
        }
        client = Client(LOOPBACK, rollout.cell.cell.ports["gateway"], rollout.cast.workers[grid])
        while not over.wait(0.05):
            began = time.monotonic()
            try:
                client.post("/api/v1/cases", body)
            except (RefusedError, OSError) as error:
                reports.failed.append(str(error))
            reports.took.append(time.monotonic() - began)
        client.close()

    worker = threading.Thread(target=report)
    worker.start()
    yield reports
    over.set()
    worker.join(60)


def _until(tally: Tally, ended: int) -> None:
    eventually(lambda: len(tally.ended) >= ended, within_s=120)


def _versions(rollout: Rollout, service: str) -> set[str]:
    found = rollout.rows(
        service, "SELECT DISTINCT type FROM inbox WHERE type LIKE 'intake.case.classified.%%'"
    )
    return {str(row[0]).rpartition(".")[2] for row in found}


def _everybody_took_every_event_once_and_in_order(rollout: Rollout) -> None:
    told = "SELECT count(*), count(DISTINCT id) FROM outbox WHERE type LIKE 'intake.case.%%'"
    [(wanted, ids)] = rollout.rows("intake", told)
    assert wanted == ids
    taken = "SELECT count(*) FROM inbox WHERE source = 'intake' AND type LIKE 'intake.case.%%'"
    disordered = (
        "SELECT count(*) FROM (SELECT array_agg(sequence ORDER BY position) AS found, count(*) AS last "
        "FROM inbox WHERE source = 'intake' AND type LIKE 'intake.case.%%' GROUP BY aggregate) AS lines "
        "WHERE found <> (SELECT array_agg(n::bigint) FROM generate_series(1, last) AS n)"
    )
    for service in CONSUMERS:
        eventually(lambda service=service: rollout.rows(service, taken) == [(wanted,)], within_s=120)  # type: ignore[misc]
        assert rollout.rows(service, disordered) == [(0,)]
        assert rollout.rows(service, "SELECT count(*) FROM inbox_waiting") == [(0,)]
