"""`./qiaotou publish`: write what anyone may recompute."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from ops.cell import REPOSITORY, Cell
from ops.errors import Unready
from ops.processes import environment
from ops.program import inherited
from ops.servers import Servers


def publish(cell: Cell, *, since: date, until: date, folder: Path) -> dict[str, Any]:
    """Publish the cases reported in a period into a folder that does not exist yet.

    Returns each file's hash and number of lines, and the public `key`. Raises: Unready.
    """
    told = environment(cell, Servers(cell), "intake", mode="demo")
    days = ("--from", since.isoformat(), "--to", until.isoformat())
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services.intake.publish", *days, "--out", folder.resolve()],
        check=False,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=inherited() | told,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise Unready(f"Nothing was published: {(done.stderr or done.stdout).strip()[-1500:]}")
    written: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return written
