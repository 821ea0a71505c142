"""A whole running cell: the one that `./qiaotou test` has started, else one of the test run's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ops.cell import Cell
from ops.departments import api_url, settings
from ops.display import Display
from ops.processes import STOP_STAGES
from ops.servers import Servers
from ops.startup import Startup, wait_until
from ops.status import OK, components
from ops.supervision import Supervisor
from tests.support.servers import remove, temporary_cell


class RunningCell:
    """What a test may do to a running cell, and see of it."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.servers = Servers(cell)
        self.supervisor = Supervisor(cell)

    @property
    def base(self) -> str:
        """The gateway's address."""
        return api_url(self.cell)

    @property
    def departments(self) -> Path:
        """The folder with each department's settings."""
        return self.cell.departments

    def database(self, service: str) -> str:
        """Return the URL of a service's database."""
        return self.servers.databases.url(service)

    def amqp(self, user: str = "operator") -> str:
        """Return the URL of a broker user."""
        return self.servers.broker.url(user)

    def department(self, code: str) -> dict[str, str]:
        """Return the settings of a department's software."""
        return settings(self.cell, code)

    def metrics(self, process: str) -> str:
        """Return where a process's metrics are."""
        return f"http://127.0.0.1:{self.cell.ports[f'{process}-metrics']}/metrics"

    def pid(self, process: str) -> int:
        """Return the pid of a process, 0 while it is down."""
        return self.supervisor.processes()[process].pid

    def kill(self, process: str) -> None:
        """Kill a process as a crash would; supervisor starts another."""
        os.kill(self.pid(process), 9)

    @contextmanager
    def without(self, process: str) -> Iterator[None]:
        """Do something while a process is stopped; it is well again afterwards."""
        self.supervisor.stop([process])
        try:
            yield
        finally:
            self.supervisor.launch([process])
            self.wait_until_well()

    def is_well(self) -> bool:
        """Say whether every component is."""
        return all(each.state == OK for each in components(self.cell))

    def wait_until_well(self, *, within_s: float = 180) -> None:
        """Wait until every component is well again."""
        assert wait_until(self.is_well, seconds=within_s), components(self.cell)

    def count(self, service: str, table: str) -> int:
        """Return how many rows a table of a service has."""
        with psycopg.connect(self.database(service)) as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture(scope="session")
def running_cell() -> Iterator[RunningCell]:
    """A cell with every process running; `QIAOTOU_TEST_CELL` names one to join."""
    joined = os.environ.get("QIAOTOU_TEST_CELL")
    if joined and Supervisor(Cell(Path(joined))).is_running():
        yield RunningCell(Cell(Path(joined)))
        return
    folder, cell = temporary_cell("running")
    try:
        Startup(cell, Display(quiet=True), mode="test").run()
        yield RunningCell(cell)
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)
        remove(folder)
