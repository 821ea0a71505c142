"""`./qiaotou check` and `./qiaotou test`: the same commands here, at a developer's and in CI."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec

from ops.cell import REPOSITORY, TEST_FOLDER, Cell
from ops.display import Display
from ops.processes import STOP_STAGES
from ops.startup import Startup, empty
from ops.supervision import Supervisor

_PYTHON = (sys.executable, "-m")
_BIN = os.path.dirname(sys.executable)  # noqa: PTH120 - the links of a virtual environment must not be followed
UNIT = "tests/unit"
# Each with servers of its own: two files at a time. The others share one cell, and move its clock.
APART, TOGETHER = ("tests/contract", "tests/integration"), ("tests/e2e",)
BY_FILE = ("-n", "2", "--dist", "loadfile")
SLOW = ("tests/fresh", "tests/fault")
NOT_SLOW = ("-m", "not slow")
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("types", (*_PYTHON, "mypy")),
    ("lint", (f"{_BIN}/ruff", "check", ".")),
    ("format", (f"{_BIN}/ruff", "format", "--check", ".")),
    ("import rules", (f"{_BIN}/lint-imports", "--no-cache")),
    ("dependencies", (f"{_BIN}/deptry", ".")),
    ("broker definitions", (*_PYTHON, "ops.definitions", "--check")),
    ("AsyncAPI document", (*_PYTHON, "contracts.asyncapi", "--check")),
    ("OpenAPI document", (*_PYTHON, "gateway.openapi", "--check")),
    ("life cycles", (*_PYTHON, "ops.lifecycle", "--check")),
)
AT_A_TIME = 2
_BY_TWO = 2
# What hypothesis draws, and whatever else tries more cases where somebody has the time.
WHOLE = ("-m", "hypothesis or whole", UNIT)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one check; `printed` is all that it said."""

    name: str
    passed: bool
    took_s: float
    printed: str


def check(display: Display) -> int:
    """Run every check, also after one has failed; return how many failed."""
    outcomes = []
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for done in as_completed([pool.submit(_outcome, *each) for each in every_check()]):
            outcomes.append(done.result())
            _show(display, outcomes[-1])
    failed = sorted(each.name for each in outcomes if not each.passed)
    if failed:
        display.trouble(f"Failed: {', '.join(failed)}")
    return len(failed)


def every_check() -> list[tuple[str, tuple[str, ...]]]:
    """Return name and command of every check, the longest first: two are done at a time."""
    halves = enumerate(_halves(REPOSITORY / UNIT), start=1)
    unit = [(f"unit tests {at}", (*_PYTHON, "pytest", "-q", "-p", "no:xdist", *half)) for at, half in halves]
    return [*unit, *CHECKS]


def _halves(folder: Path) -> list[list[str]]:
    """Return the files of tests in a folder in two parts of about one size.

    Two workers of xdist would each collect all of the tests, which takes as long as a quarter of them.
    """
    halves: list[list[str]] = [[] for _ in range(_BY_TWO)]
    sizes = [0] * _BY_TWO
    files = ((each.stat().st_size, str(each.relative_to(REPOSITORY))) for each in folder.rglob("test_*.py"))
    for size, name in sorted(files, reverse=True):
        smaller = sizes.index(min(sizes))
        halves[smaller].append(name)
        sizes[smaller] += size
    return halves


def test(display: Display, *, arguments: Sequence[str], everything: bool) -> int:
    """Run the checks and the tests, or only what `arguments` name, in a cell of their own."""
    if arguments:
        return _in_cell(display, arguments)
    marked = () if everything else NOT_SLOW
    if (failed := check(display)) or (failed := _quick(display, marked)):
        return failed
    if not everything:
        return 0
    # The slow ones start cells of their own, and kill them: nothing else should run meanwhile.
    cell = Cell(TEST_FOLDER)
    return _pytest(cell, WHOLE, QIAOTOU_WHOLE_TEST="1") or _pytest(cell, _existing(SLOW))


def _quick(display: Display, marked: Sequence[str]) -> int:
    apart = _pytest(Cell(TEST_FOLDER), [*marked, *BY_FILE, *_existing(APART)])
    return apart or _in_cell(display, [*marked, *_existing(TOGETHER)])


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
    empty(cell)
    Startup(Cell(TEST_FOLDER), display, mode="test").run()


def _pytest(cell: Cell, chosen: Sequence[str], **told: str) -> int:
    environment = os.environ | {"QIAOTOU_TEST_CELL": str(cell.folder)} | told
    command = [*_PYTHON, "pytest", "-q", "--tb=native", "--durations=10", *chosen]
    return subprocess.run(
        command, check=False, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL
    ).returncode


def _outcome(name: str, command: Sequence[str]) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        command, check=False, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    took_s = time.monotonic() - began
    return Outcome(
        name=name, passed=done.returncode == 0, took_s=took_s, printed=(done.stdout + done.stderr).strip()
    )


def _show(display: Display, outcome: Outcome) -> None:
    sign = "[green]✓[/green]" if outcome.passed else "[red]✗[/red]"
    display.say(f"{sign} {outcome.name:<24} [dim]{outcome.took_s:5.1f} s[/dim]")
    if not outcome.passed:
        display.console.print(outcome.printed, markup=False)
