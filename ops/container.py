"""What a container of docker-compose.yml is: `python -m ops.container prepare|intake|relay|gateway|...`."""

import os
import sys
import time
from pathlib import Path

import psycopg

from ops import definitions, departments
from ops.cell import DATABASES, Cell
from ops.errors import Unready
from ops.processes import applications
from ops.program import Program
from ops.roster import Roster
from ops.servers import Servers, remember
from ops.startup import refuse_half_restored, seed

_METRICS_PORT, _HTTP_PORT = "9100", "8480"
_DATABASE_S = 60


def main(arguments: list[str]) -> int:
    """Be the process that the argument names, or prepare everything for the others."""
    cell = Cell(Path(os.environ.get("QIAOTOU_FOLDER", "/cell")))
    mode = os.environ.get("QIAOTOU_MODE", "demo")
    if arguments == ["prepare"]:
        prepare(cell, mode=mode)
        return 0
    for program in applications(cell, Servers(cell), mode=mode):
        if [program.name] == arguments:
            become(program)
    print(f"No process is called {' '.join(arguments)}.", file=sys.stderr)
    return 2


def prepare(cell: Cell, *, mode: str) -> None:
    """Make databases, seed and settings, and the definitions that the broker reads when it starts.

    Raises: Unready, also where a restore was broken off.
    """
    refuse_half_restored(cell)
    remember(cell)
    cell.remember_mode(mode)
    servers = Servers(cell)
    _wait_for_database(os.environ["DATABASE_URL"])
    servers.databases.create()
    for service in DATABASES:
        servers.databases.migrate(service)
    seed(cell, servers, mode=mode)
    departments.write_settings(cell, servers)
    content = definitions.of_cell(cell, Roster(cell).codes())
    definitions.shared_path().write_text(definitions.text(content), encoding="utf-8")


def become(program: Program) -> None:
    """Turn into this program, which listens where the other containers can reach it."""
    reachable = {
        "QIAOTOU_METRICS_HOST": "0.0.0.0",  # noqa: S104 - a container's own network
        "QIAOTOU_METRICS_PORT": _METRICS_PORT,
        "QIAOTOU_HTTP_BIND": f"0.0.0.0:{_HTTP_PORT}",
    }
    os.chdir(program.directory)
    os.execve(program.command[0], program.command, os.environ | program.environment | reachable)  # noqa: S606


def _wait_for_database(url: str) -> None:
    until = time.monotonic() + _DATABASE_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise Unready(f"PostgreSQL does not answer: {error}") from error
            time.sleep(1)
        else:
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
