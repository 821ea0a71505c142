"""A cell is backed up while cases go round, destroyed, and restored into an empty one: it goes on."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from bench.cast import DEPARTMENT, assemble
from bench.loop import Cast, Loops
from contracts.department import CellRestored
from contracts.envelope import decode, epoch_of
from gateway.media.storage import weighed
from ops.cell import Cell
from ops.departments import settings
from ops.display import Display
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES
from ops.program import marked
from ops.recovery.backup import Backup
from ops.recovery.restore import Restore
from ops.startup import Startup
from ops.supervision import Supervisor
from tests.support.cells import RunningCell
from tests.support.servers import remove, temporary_cell

CASES, BEFORE, AFTER, ANEW = 600, 60, 60, 10
PASSWORD = "qiaotou-demo-2012"
QUIET = Display(quiet=True)
SERVICES = ("registry", "intake", "dispatch", "governance", "notify")
LIFE = (
    "report classify work_order.offered work_order.signed work_order.completed "
    "pass_check record_satisfied archive"
)


class Acknowledged(NamedTuple):
    """What people had been told before the backup began: reported, and archived."""

    reported: frozenset[str]
    archived: frozenset[str]


class GoingOn(Loops):
    """Takes up the cases that were open at the point in time, beside a few new ones."""

    def __init__(self, cell: Cell, cast: Cast, open_cases: list[dict[str, str]]) -> None:
        total = len(open_cases) + ANEW
        super().__init__(
            LOOPBACK, cell.ports["gateway"], cast, total=total, in_flight=total, patience_s=120.0
        )
        self._open = open_cases

    def _feed(self) -> None:
        for case in self._open:
            path = f"/api/v1/cases/{case['case_id']}"
            if case["state"] == "checked":
                self._tasks.put(lambda client, path=path, case=case: self._visit(client, path, case))  # type: ignore[misc]
            if case["state"] == "closed":
                self._tasks.put(lambda client, path=path, case=case: self._archive(client, path, case))  # type: ignore[misc]
        for number in range(ANEW):
            grid = self._cast.grids[number % len(self._cast.grids)]
            self._tasks.put(lambda client, grid=grid: self._report(client, grid))  # type: ignore[misc]


class Returned(NamedTuple):
    """The cell that came back, and what is known of the one that went."""

    cell: RunningCell
    told: Acknowledged
    open_at_the_point: list[dict[str, str]]
    lost: frozenset[str]
    ended: frozenset[str]
    errors: list[str]


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Returned]:
    """A cell restored from a backup that was made while 24 loops were under way."""
    kept = tmp_path_factory.mktemp("kept")
    told, reported = lived_and_destroyed(kept)
    folder, cell = temporary_cell("found")
    try:
        Restore(cell, QUIET).run(kept / "out", kept / "keys")
        Startup(cell, QUIET, mode="test").run()
        running = RunningCell(cell)
        cases = _cases(running)
        open_cases = [case for case in cases if case["state"] != "archived"]
        cast = assemble(LOOPBACK, cell.ports["gateway"], PASSWORD, settings(cell, DEPARTMENT))
        tally = GoingOn(cell, cast, open_cases).run(within_s=300)
        known = {case["case_id"] for case in cases}
        yield Returned(
            running, told, open_cases, frozenset(reported - known), frozenset(tally.ended), tally.errors
        )
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def lived_and_destroyed(kept: Path) -> tuple[Acknowledged, set[str]]:
    """Return what was acknowledged before the backup, and every case that was ever reported."""
    folder, cell = temporary_cell("lost")
    try:
        Startup(cell, QUIET, mode="test").run()
        cast = assemble(LOOPBACK, cell.ports["gateway"], PASSWORD, settings(cell, DEPARTMENT))
        loops = Loops(LOOPBACK, cell.ports["gateway"], cast, total=CASES, in_flight=24)
        turning = threading.Thread(target=loops.run, kwargs={"within_s": 300}, daemon=True)
        turning.start()
        wait_for(loops, BEFORE)
        told = Acknowledged(frozenset(loops.tally.began), frozenset(loops.tally.ended))
        Backup(cell, QUIET).make(kept / "out", kept / "keys")
        wait_for(loops, len(loops.tally.ended) + AFTER)
        assert loops.tally.errors == []
        for pid in marked(cell.folder):
            os.kill(pid, signal.SIGKILL)
        reported = set(loops.tally.began)
        loops._over.set()
        turning.join(timeout=60)
        return told, reported
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def wait_for(loops: Loops, ended: int) -> None:
    until = time.monotonic() + 180
    while len(loops.tally.ended) < ended:
        assert time.monotonic() < until, loops.tally.errors
        time.sleep(0.02)


def _rows(cell: RunningCell, service: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(cell.database(service)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def _cases(cell: RunningCell) -> list[dict[str, str]]:
    names = ("case_id", "grid", "community", "state")
    found = _rows(cell, "intake", "SELECT case_id::text, grid, community, state FROM cases")
    return [dict(zip(names, row, strict=True)) for row in found]


def test_nothing_that_was_acknowledged_before_the_backup_is_lost(returned: Returned) -> None:
    states = {case["case_id"]: case["state"] for case in _cases(returned.cell)}
    assert returned.told.reported <= states.keys()
    assert {states[case_id] for case_id in returned.told.archived} == {"archived"}
    # The test would show little if nothing had been open, or nothing had come after the backup.
    assert returned.open_at_the_point
    assert len(returned.lost) >= AFTER // 2


def test_every_case_that_was_open_is_archived_and_new_ones_too(returned: Returned) -> None:
    assert returned.errors == []
    assert {case["case_id"] for case in returned.open_at_the_point} <= returned.ended
    assert len(returned.ended) == len(returned.open_at_the_point) + ANEW
    lives = _rows(
        returned.cell,
        "intake",
        "SELECT DISTINCT life FROM (SELECT string_agg(step, ' ' ORDER BY position) AS life "
        "FROM case_timeline WHERE NOT late GROUP BY case_id) AS lives",
    )
    assert lives == [(LIFE,)]


@pytest.mark.parametrize("service", ["dispatch", "governance", "notify"])
def test_every_consumer_has_every_event_once_and_in_order(returned: Returned, service: str) -> None:
    number = len(_cases(returned.cell))
    query = (
        "SELECT sequences, count(*) FROM (SELECT array_agg(sequence ORDER BY position) AS sequences "
        "FROM inbox WHERE source = 'intake' GROUP BY aggregate) AS lines GROUP BY sequences"
    )
    until = time.monotonic() + 120
    while (found := _rows(returned.cell, service, query)) != [(list(range(1, 8)), number)]:
        assert time.monotonic() < until, found
        time.sleep(0.2)


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_has_forked_and_nothing_waits(returned: Returned, service: str) -> None:
    query = "SELECT (SELECT count(*) FROM inbox_waiting), (SELECT count(*) FROM inbox_parked)"
    until = time.monotonic() + 120
    while (found := _rows(returned.cell, service, query)) != [(0, 0)]:
        assert time.monotonic() < until, found
        time.sleep(0.2)


def test_what_is_told_since_is_of_a_higher_epoch(returned: Returned) -> None:
    """What was reissued under a number that was used before the loss can be told from what was lost."""
    found = _rows(returned.cell, "intake", "SELECT body FROM outbox ORDER BY position")
    events = [decode(bytes(row[0])) for row in found]
    open_cases = {case["case_id"] for case in returned.open_at_the_point}
    lives = {case_id: [epoch_of(e) for e in events if e.subject == case_id] for case_id in open_cases}
    ((epoch,),) = _rows(returned.cell, "notify", "SELECT DISTINCT epoch FROM source_epoch")
    assert epoch > 1
    for life in lives.values():
        assert life == sorted(life)
        assert life[-1] == epoch
    assert {life[0] for life in lives.values()} >= {1}


def test_the_department_was_told_before_anything_else(returned: Returned) -> None:
    ((epoch,),) = _rows(returned.cell, "dispatch", "SELECT DISTINCT epoch FROM source_epoch")
    found = _rows(
        returned.cell,
        "dispatch",
        "SELECT type, body FROM outbox WHERE destination = 'department.CGJ' ORDER BY position",
    )
    told = [kind for kind, body in found if epoch_of(decode(bytes(body))) == epoch]
    before = [kind for kind, _ in found][: -len(told)]
    assert told[0] == CellRestored.type
    assert CellRestored.type not in before


def test_nobody_was_told_twice(returned: Returned) -> None:
    query = "SELECT person, event_id, template FROM message GROUP BY 1, 2, 3 HAVING count(*) > 1"
    assert _rows(returned.cell, "notify", query) == []


def test_every_file_is_there_and_is_what_was_uploaded(returned: Returned) -> None:
    query = "SELECT original_path, original_sha256, shown_path, sha256 FROM uploads"
    found = _rows(returned.cell, "gateway", query)
    media = returned.cell.cell.media
    assert len(found) >= 18
    for original, original_sha256, shown, sha256 in found:
        assert weighed(media / original).sha256 == original_sha256
        assert weighed(media / shown).sha256 == sha256
