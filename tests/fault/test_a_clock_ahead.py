"""The clock of a process of ours is an hour ahead of the database's."""

import subprocess
import sys
from pathlib import Path

from ops.cell import REPOSITORY
from ops.debian import ensure_for_tests

INSIDE = Path(__file__).with_name("an_hour_ahead.py")


def test_deadlines_and_votes_are_judged_by_the_databases_time() -> None:
    """Debian's `faketime` moves the clock of the process that decides; servers have their own environment.

    Seen failing: with the process's clock as `now` of the unit of work.
    """
    ensure_for_tests()
    done = subprocess.run(
        ["faketime", "-f", "+1h", sys.executable, "-m", "pytest", "-q", str(INSIDE)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "3 passed" in done.stdout
