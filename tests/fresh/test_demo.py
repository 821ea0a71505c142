"""`./qiaotou demo` at a small scale: its figures are those of its plan, and the verifier confirms them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.demo.plan import half_year
from ops.demo.volumes import REFORMED
from services.registry import reference_data
from tests.support.servers import remove, temporary_cell

ROOT = Path(__file__).resolve().parents[2]
SEED, SCALE = 7, 0.05
# Where little is done in a day, the days are over sooner.
HURRIED = {"QIAOTOU_DUE_POLL_S": "0.1"}


@pytest.fixture
def folder() -> Iterator[Path]:
    parent, cell = temporary_cell("demo")
    yield cell.folder
    remove(parent)


def test_a_small_half_year_is_lived_counted_and_confirmed(folder: Path) -> None:
    found = _demo(folder)
    wanted = half_year(SEED, SCALE, reference_data.read()).totals(REFORMED)
    assert (found["reported"], found["closed"], found["open"]) == (58, 56, 2)
    assert (found["reported"], found["closed"]) == (wanted.reported, wanted.closed)
    assert found["disputes"] == [wanted.disputes_closed, wanted.disputes]
    assert found["as_planned"]
    assert found["verified"]["holds"]
    assert found["verified"]["agrees_with_api"]


def _demo(folder: Path) -> dict[str, Any]:
    ran = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "ops.demo", "--json"),
            *("--seed", str(SEED), "--scale", str(SCALE), "--cell", str(folder)),
        ],
        cwd=ROOT,
        env=os.environ | HURRIED,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found
