"""`./qiaotou check` and `./qiaotou test`: the same commands here, at a developer's and in CI."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

from ops.cell import REPOSITORY, TEST_FOLDER, Cell
from ops.display import Display
from ops.processes import STOP_STAGES
from ops.roster import Roster
from ops.startup import Startup
from ops.supervision import Supervisor

_PYTHON = (sys.executable, "-m")
_BIN = os.path.dirname(sys.executable)  # noqa: PTH120 - the links of a virtual environment must not be followed
UNIT = "tests/unit"
QUICK = ("tests/contract", "tests/integration", "tests/e2e")
SLOW = ("tests/fresh", "tests/fault")
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lint", (f"{_BIN}/ruff", "check", ".")),
    ("format", (f"{_BIN}/ruff", "format", "--check", ".")),
    ("types", (*_PYTHON, "mypy")),
    ("import rules", (f"{_BIN}/lint-imports", "--no-cache")),
    ("dependencies", (f"{_BIN}/deptry", ".")),
    ("broker definitions", (*_PYTHON, "ops.definitions", "--check")),
    ("AsyncAPI document", (*_PYTHON, "contracts.asyncapi", "--check")),
    ("OpenAPI document", (*_PYTHON, "gateway.openapi", "--check")),
    ("life cycles", (*_PYTHON, "ops.lifecycle", "--check")),
    ("unit tests", (*_PYTHON, "pytest", "-q", UNIT)),
)


def check(display: Display) -> int:
    """Run every check, also after one has failed; return how many failed."""
    failed = [name for name, command in CHECKS if not _passes(display, name, command)]
    if failed:
        display.trouble(f"Failed: {', '.join(failed)}")
    return len(failed)


def test(display: Display, *, arguments: Sequence[str], everything: bool) -> int:
    """Run the checks and the tests, or only what `arguments` name, in a cell of their own."""
    if arguments:
        return _in_cell(display, arguments)
    if (failed := check(display)) or (failed := _in_cell(display, _existing(QUICK))):
        return failed
    # The slow ones start cells of their own, and kill them: nothing else should run meanwhile.
    return _pytest(Cell(TEST_FOLDER), _existing(SLOW)) if everything else 0


def _in_cell(display: Display, chosen: Sequence[str]) -> int:
    cell = Cell(TEST_FOLDER)
    with cell.locked("tests"):
        try:
            if _needs_cell(chosen):
                _start(cell, display)
            return _pytest(cell, chosen)
        finally:
            Supervisor(cell).shut_down(STOP_STAGES)


def module(name: str, arguments: Sequence[str]) -> int:
    """Run one of our modules in the terminal."""
    return subprocess.run([*_PYTHON, name, *arguments], check=False, cwd=REPOSITORY).returncode


def _existing(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if (REPOSITORY / path).exists()]


def _needs_cell(paths: Sequence[str]) -> bool:
    return any("e2e" in path or path.strip("/") == "tests" for path in paths)


def _start(cell: Cell, display: Display) -> None:
    """Start a fresh cell: what earlier tests left in it is nobody's."""
    Supervisor(cell).shut_down(STOP_STAGES)
    for name in ("postgres", "rabbitmq", "media", "departments", "elsewhere"):
        path = cell.folder / name
        if path.is_symlink():
            shutil.rmtree(path.resolve(), ignore_errors=True)
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
    Roster(cell).path.unlink(missing_ok=True)
    Startup(Cell(TEST_FOLDER), display, mode="test").run()


def _pytest(cell: Cell, chosen: Sequence[str]) -> int:
    told = os.environ | {"QIAOTOU_TEST_CELL": str(cell.folder)}
    command = [*_PYTHON, "pytest", "-q", "--tb=native", "--durations=10", *chosen]
    return subprocess.run(command, check=False, cwd=REPOSITORY, env=told, stdin=subprocess.DEVNULL).returncode


def _passes(display: Display, name: str, command: Sequence[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command, check=False, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    took = f"[dim]{time.monotonic() - began:5.1f} s[/dim]"
    if done.returncode == 0:
        display.say(f"[green]✓[/green] {name:<24} {took}")
        return True
    display.say(f"[red]✗[/red] {name:<24} {took}")
    display.console.print((done.stdout + done.stderr).strip(), markup=False)
    return False
