"""`./qiaotou fault --short`: the whole run in small, judged by the line that it prints."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from fault.figures import Figures, goals
from ops.cell import REPOSITORY

SEED = "20121130"


@cache
def ran() -> tuple[int, dict[str, Any], str]:
    """Run it once; return the exit code, the figures, and everything that was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "fault", "--short", "--seed", SEED, "--json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=900,
    )
    printed = done.stdout + done.stderr
    assert done.stdout.strip(), printed
    return done.returncode, json.loads(done.stdout.strip().splitlines()[-1]), printed


def test_the_last_line_has_every_figure() -> None:
    _, figures, printed = ran()
    assert set(figures) == set(Figures.__struct_fields__), printed


@pytest.mark.parametrize("goal", goals(short=True), ids=lambda goal: goal.name)
def test_a_short_run_meets_its_goal(goal: Any) -> None:
    _, figures, _ = ran()
    assert goal.is_met(figures[goal.name]), figures


def test_nothing_went_otherwise_than_conducted() -> None:
    code, figures, _ = ran()
    assert (code, figures["troubles"], figures["violations"]) == (0, [], {})


def test_every_component_was_struck() -> None:
    _, figures, _ = ran()
    wanted = {"gateway", "service", "relay", "broker", "link", "postgres", "message", "department"}
    assert wanted <= set(figures["by_component"])


def test_every_report_that_was_accepted_was_archived() -> None:
    _, figures, _ = ran()
    assert figures["archived"] == figures["accepted"] > 0
