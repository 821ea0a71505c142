"""A cell is backed up while cases go round, destroyed, and restored into an empty one: it goes on."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from contracts.department import CellRestored
from contracts.envelope import decode, epoch_of
from fault.checker import Verdict, check, read_and_check
from fault.final_state import load
from fault.history import RESTORES, Log, Restored, heard
from fault.load.cast import CATEGORIES, assemble
from fault.load.loops import REST, Loops, Pace
from gateway.media.storage import weighed
from ops.display import Display
from ops.processes import STOP_STAGES
from ops.program import marked
from ops.recovery.backup import Backup
from ops.recovery.restore import Restore
from ops.startup import Startup, wait_until
from ops.supervision import Supervisor
from tests.support.cells import RunningCell
from tests.support.servers import remove, temporary_cell

BEFORE, AFTER, ANEW = 60, 60, 10
PACE = Pace(40.0, 24)
QUIET = Display(quiet=True)
SERVICES = ("registry", "intake", "dispatch", "governance", "notify")
LIFE = (
    "report classify work_order.offered work_order.signed work_order.completed "
    "pass_check record_satisfied archive"
)


class Told(NamedTuple):
    """What people had been told before the backup began, and how many had reported at the end."""

    reported: frozenset[str]
    archived: frozenset[str]
    later: frozenset[str]
    number: int
    began: float


class Returned(NamedTuple):
    """The cell that came back, what is known of the one that went, and the histories of both."""

    cell: RunningCell
    told: Told
    folder: Path
    open_at_the_point: list[dict[str, str]]
    there: frozenset[str]
    archived: frozenset[str]
    refused: Counter[str]
    verdict: Verdict


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Returned]:
    """A cell restored from a backup that was made while 24 loops were under way."""
    kept = tmp_path_factory.mktemp("kept")
    told = lived_and_destroyed(kept)
    folder, cell = temporary_cell("found")
    try:
        Restore(cell, QUIET).run(kept / "out", kept / "keys")
        Startup(cell, QUIET, mode="test").run()
        running = RunningCell(cell)
        cases = _cases(running)
        open_cases = [case for case in cases if case["state"] != "archived"]
        cast = assemble(cell)
        with closing(Log(kept / RESTORES)) as log:
            log.write(Restored(point=told.began, back=time.time()))
        loops = Loops(cell.ports["gateway"], cast, kept, delivered=lambda _accepted_at: None)
        loops.take_over(open_cases, number=told.number)
        with closing(loops):
            loops.start()
            loops.at(PACE)
            wait_for(lambda: loops.tally.reported >= told.number + ANEW, "new reports")
            loops.at(REST)
            ended = wait_until(lambda: loops.tally.alive <= 0, seconds=300)
            assert ended, (loops.tally.alive, loops.refusals(), loops.surprises)
        yield Returned(
            running,
            told,
            kept,
            open_cases,
            frozenset(case["case_id"] for case in cases),
            frozenset(loops.tally.archived),
            loops.refusals(),
            read_and_check(kept, running.base, cast.judge),
        )
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def lived_and_destroyed(kept: Path) -> Told:
    """Live, be backed up, live on, and die; the clients' histories are in the same folder as the backup."""
    folder, cell = temporary_cell("lost")
    try:
        Startup(cell, QUIET, mode="test").run()
        loops = Loops(cell.ports["gateway"], assemble(cell), kept, delivered=lambda _accepted_at: None)
        archived = loops.tally.archived
        with closing(loops):
            loops.start()
            loops.at(PACE)
            wait_for(lambda: len(archived) >= BEFORE, "some are archived before")
            reported_before, archived_before = frozenset(loops.tally.accepted), frozenset(archived)
            began = time.time()
            Backup(cell, QUIET).make(kept / "out", kept / "keys")
            enough = len(archived) + AFTER
            wait_for(lambda: len(archived) >= enough, "some are archived after")
            assert not loops.refusals()
            for pid in marked(cell.folder):
                os.kill(pid, signal.SIGKILL)
        later = frozenset(loops.tally.accepted) - reported_before
        return Told(reported_before, archived_before, later, loops.tally.reported, began)
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    assert wait_until(condition, seconds=300), what


def _rows(cell: RunningCell, service: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(cell.database(service)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def _cases(cell: RunningCell) -> list[dict[str, str]]:
    names = ("case_id", "grid", "community", "state")
    found = _rows(cell, "intake", "SELECT case_id::text, grid, community, state FROM cases")
    return [dict(zip(names, row, strict=True)) for row in found]


def test_the_checker_finds_nothing_lost_and_nothing_forked(returned: Returned) -> None:
    """Judged by histories that nothing of the cell has written, as after `./qiaotou fault`."""
    verdict = returned.verdict
    assert verdict.counts == dict.fromkeys(verdict.counts, 0), verdict
    assert verdict.accepted >= len(returned.told.reported) + ANEW
    # Answers that may be forgotten there have to be, or little is shown.
    assert verdict.notes["answers_before_a_restore"] >= AFTER


def test_the_checker_would_see_what_is_lost(returned: Returned) -> None:
    """The same histories, and not a word of the restore: what came after the backup is missed."""
    told = (returned.folder / RESTORES).read_bytes()
    try:
        (returned.folder / RESTORES).unlink()
        verdict = check(returned.folder, load(returned.folder))
    finally:
        (returned.folder / RESTORES).write_bytes(told)
    assert verdict.false_201.count >= AFTER // 2
    assert verdict.lost.count >= AFTER // 2


def test_nothing_that_was_acknowledged_before_the_backup_is_lost(returned: Returned) -> None:
    """The same without the checker."""
    states = {case["case_id"]: case["state"] for case in _cases(returned.cell)}
    assert returned.told.reported <= states.keys()
    assert {states[case_id] for case_id in returned.told.archived} == {"archived"}
    # The test would show little if nothing had been open, or nothing had come after the backup.
    assert returned.open_at_the_point
    assert len(returned.told.later - returned.there) >= AFTER // 2


def test_every_case_that_was_open_is_archived_and_new_ones_too(returned: Returned) -> None:
    assert not returned.refused
    assert {case["case_id"] for case in returned.open_at_the_point} <= returned.archived
    assert len(returned.archived) >= len(returned.open_at_the_point) + ANEW
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


@pytest.mark.parametrize("department", CATEGORIES.values())
def test_the_department_was_told_before_anything_else(returned: Returned, department: str) -> None:
    heard_of_it = [each for each in heard(returned.folder) if each.department == department]
    first = next(at for at, each in enumerate(heard_of_it) if each.epoch > 1 and each.source == "dispatch")
    assert heard_of_it[first].type == CellRestored.type
    assert all(each.type != CellRestored.type for each in heard_of_it[:first])
    assert len(heard_of_it) > first + 1


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
