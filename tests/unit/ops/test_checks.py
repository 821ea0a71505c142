import io

import pytest
from rich.console import Console

from ops import checks
from ops.display import Display


@pytest.fixture
def display() -> Display:
    made = Display()
    made.console = Console(file=io.StringIO(), width=100)
    return made


def test_every_check_runs_also_after_one_has_failed(
    monkeypatch: pytest.MonkeyPatch, display: Display
) -> None:
    failing = ("failing", ("sh", "-c", "echo what is wrong >&2; exit 1"))
    every = [failing, ("passing", ("true",)), ("failing too", ("false",))]
    monkeypatch.setattr(checks, "every_check", lambda: every)
    assert checks.check(display) == 2
    shown = display.console.file.getvalue()  # type: ignore[attr-defined]
    assert "✓ passing" in shown
    assert "what is wrong" in shown
    assert "Failed: failing, failing too" in " ".join(shown.split())


def test_two_checks_run_at_a_time(
    monkeypatch: pytest.MonkeyPatch, display: Display, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pipe = tmp_path_factory.mktemp("pipe") / "pipe"
    one_waits_for_the_other = (
        ("reads", ("timeout", "60", "sh", "-c", f"mkfifo {pipe}.made && mv {pipe}.made {pipe}; cat {pipe}")),
        ("writes", ("timeout", "60", "sh", "-c", f"until [ -p {pipe} ]; do sleep 0.01; done; echo > {pipe}")),
    )
    monkeypatch.setattr(checks, "every_check", lambda: one_waits_for_the_other)
    assert checks.check(display) == 0


def test_every_unit_test_is_in_one_of_two_halves_of_about_one_size() -> None:
    unit = checks.REPOSITORY / checks.UNIT
    first, second = checks._halves(unit)
    files = [str(path.relative_to(checks.REPOSITORY)) for path in unit.rglob("test_*.py")]
    assert sorted(first + second) == sorted(files)
    sizes = [sum((checks.REPOSITORY / each).stat().st_size for each in half) for half in (first, second)]
    assert min(sizes) > 0.9 * max(sizes)
