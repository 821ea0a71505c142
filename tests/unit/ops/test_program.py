import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.errors import Unready
from ops.program import MARK, Program, Running, end_marked, inherited, is_alive, marked

SLEEP = ("sleep", "60")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal as s, time\ns.signal(s.SIGTERM, s.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)",
)


def a_program(tmp_path: Path, *command: str, **changes: object) -> Program:
    told = {MARK: str(tmp_path)}
    program = Program(name="sleeper", command=command, environment=told, directory=tmp_path)
    return Program(**({name: getattr(program, name) for name in program.__struct_fields__} | changes))


def test_a_program_is_told_nothing_of_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert inherited().keys() <= {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"}


def test_a_program_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    running = Running(a_program(tmp_path, "sh", "-c", "echo no room; exit 3"), tmp_path / "log")
    running.process.wait(10)
    with pytest.raises(Unready, match="no room"):
        running.check()


def test_a_program_that_does_not_want_to_stop_is_stopped(tmp_path: Path) -> None:
    running = Running(a_program(tmp_path, *STUBBORN, stop_wait_s=1), tmp_path / "log")
    _wait_for(tmp_path / "log", "deaf")
    running.stop()
    assert running.process.returncode == -9


def test_the_processes_of_a_cell_are_told_from_all_others(tmp_path: Path) -> None:
    mine = Running(a_program(tmp_path, *SLEEP), tmp_path / "log")
    other = Running(a_program(tmp_path / "log", *SLEEP, directory=tmp_path), tmp_path / "log")
    try:
        assert list(marked(tmp_path)) == [mine.process.pid]
    finally:
        mine.stop()
        other.stop()


def test_what_a_crash_left_is_ended_and_nothing_else(tmp_path: Path) -> None:
    orphan = a_program(tmp_path, *SLEEP)
    starter = "import subprocess as s, sys; print(s.Popen(sys.argv[1:], stdout=s.DEVNULL).pid)"
    told = os.environ | orphan.environment
    printed = subprocess.run(
        [sys.executable, "-c", starter, *orphan.command],
        env=told,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    pid = int(printed.stdout)
    bystander = Running(a_program(tmp_path / "log", *SLEEP, directory=tmp_path), tmp_path / "log")
    try:
        assert end_marked(tmp_path, patience_s=5) == [pid]
        assert not marked(tmp_path)
        assert bystander.process.poll() is None
    finally:
        bystander.stop()


def test_a_process_that_ended_and_was_not_reaped_is_not_alive(tmp_path: Path) -> None:
    running = Running(a_program(tmp_path, *SLEEP), tmp_path / "log")
    assert is_alive(running.process.pid)
    running.process.kill()
    os.waitid(os.P_PID, running.process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(running.process.pid)
    assert not marked(tmp_path)
    running.stop()
    assert not is_alive(running.process.pid)


def _wait_for(log: Path, word: str) -> None:
    until = time.monotonic() + 10
    while word not in log.read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
