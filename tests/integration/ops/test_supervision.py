import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.cell import Cell
from ops.program import MARK, Program, marked
from ops.supervision import Supervisor

STAGES = (("first",), ("second",))


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    return Cell(tmp_path / "cell")


@pytest.fixture
def supervisor(cell: Cell) -> Iterator[Supervisor]:
    started = Supervisor(cell)
    started.start([_sleeper(cell, name) for name in ("first", "second")])
    yield started
    started.shut_down(STAGES)
    assert not marked(cell.folder)


def test_nothing_runs_before_it_is_launched(supervisor: Supervisor) -> None:
    assert {each.statename for each in supervisor.processes().values()} == {"STOPPED"}


def test_a_killed_process_is_back_within_two_seconds(supervisor: Supervisor) -> None:
    supervisor.launch(["first"])
    before = _running(supervisor, "first")
    os.kill(before, signal.SIGKILL)
    _until(lambda: supervisor.processes()["first"].pid not in (0, before), within_s=2)


def test_what_is_stopped_stays_stopped(supervisor: Supervisor) -> None:
    supervisor.launch(["first", "second"])
    _running(supervisor, "first")
    supervisor.stop(["first"])
    assert supervisor.processes()["first"].pid == 0
    assert supervisor.processes()["second"].pid != 0


def test_a_socket_that_a_crash_left_is_no_supervisor(cell: Cell) -> None:
    supervisor = Supervisor(cell)
    supervisor.start([_sleeper(cell, "first")])
    supervisor.launch(["first"])
    orphan = _running(supervisor, "first")
    os.kill(int((cell.run / "supervisor.pid").read_text()), signal.SIGKILL)
    _until(lambda: not supervisor.is_running(), within_s=30)
    assert cell.socket.exists()
    assert list(marked(cell.folder)) == [orphan]

    assert supervisor.shut_down(STAGES) == [orphan]
    assert not marked(cell.folder)
    supervisor.start([_sleeper(cell, "first")])
    supervisor.shut_down(STAGES)


def test_stopping_what_is_not_there_does_nothing(cell: Cell) -> None:
    assert Supervisor(cell).shut_down(STAGES) == []


def _sleeper(cell: Cell, name: str) -> Program:
    return Program(
        name=name, command=("sleep", "60"), environment={MARK: str(cell.folder)}, directory=cell.folder
    )


def _running(supervisor: Supervisor, name: str) -> int:
    _until(lambda: supervisor.processes()[name].pid != 0, within_s=30)
    return supervisor.processes()[name].pid


def _until(condition: Callable[[], bool], *, within_s: float) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
