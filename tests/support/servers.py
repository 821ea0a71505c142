"""Light fixtures: a private PostgreSQL and a private RabbitMQ, started once where a test asks for them."""

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import amqp
import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from chassis.data.schema import create_chassis_tables, create_epochs, create_settled
from contracts import topology
from ops.cell import Cell
from ops.databases import Databases
from ops.definitions import department_codes
from ops.postgres import PostgresServer
from ops.program import Running, end_marked
from ops.rabbitmq import RabbitNode

_PREFIX = "qiaotou-test-"


def _sweep() -> None:
    """End what a killed test run left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder / "owner"
        if owner.exists() and not Path(f"/proc/{owner.read_text()}").exists():
            for cell in folder.iterdir():
                end_marked(cell)
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a cell's parent folder, with what stands elsewhere."""
    for link in folder.glob("*/elsewhere"):
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def temporary_cell(name: str = "cell") -> tuple[Path, Cell]:
    """Return a fresh folder that the servers' users can enter, and a cell in it."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)
    (folder / "owner").write_text(str(os.getpid()))
    return folder, Cell(folder / name)


@pytest.fixture(scope="session")
def server_cell() -> Iterator[Cell]:
    """The cell that the light servers stand in."""
    folder, cell = temporary_cell()
    yield cell
    remove(folder)


@pytest.fixture(scope="session")
def postgres(server_cell: Cell) -> Iterator[PostgresServer]:
    """A private PostgreSQL; its `url` is the superuser's."""
    server = PostgresServer(server_cell, durable=False)
    running = Running(server.prepare(), server_cell.logs / "postgres.log")
    server.wait(running.check)
    yield server
    end(running, signal.SIGQUIT)


@pytest.fixture(scope="session")
def databases(server_cell: Cell, postgres: PostgresServer) -> Databases:
    """The services' roles and databases, not migrated yet."""
    made = Databases(server_cell, postgres.url)
    made.create()
    return made


@pytest.fixture(scope="session")
def _templates(databases: Databases, postgres: PostgresServer) -> Callable[[str], str]:
    ready: set[str] = set()

    def template(service: str) -> str:
        if service == "chassis" and service not in ready:
            databases.drop("chassis_template")
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE chassis_template")
            _create_chassis(postgres.url.rpartition("/")[0] + "/chassis_template")
        elif service not in ready:
            databases.migrate(service)
        ready.add(service)
        return "chassis_template" if service == "chassis" else databases.name(service)

    return template


@pytest.fixture
def database(
    databases: Databases, postgres: PostgresServer, _templates: Callable[[str], str]
) -> Iterator[Callable[[str], str]]:
    """Call it with a service's name: the URL of a freshly migrated database of its own.

    `chassis` gives one with the chassis's tables alone, and the superuser's URL.
    """
    made: list[str] = []

    def fresh(service: str) -> str:
        name = f"test_{service}_{next(_COUNT)}"
        template = _templates(service)
        made.append(name)
        if service == "chassis":
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            return f"{postgres.url.rpartition('/')[0]}/{name}"
        return databases.copy(template, name, owner=service)

    yield fresh
    for name in made:
        databases.drop(name)


_COUNT = itertools.count(1)


def _create_chassis(url: str) -> None:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        create_chassis_tables(operations)
        create_settled(operations)
        create_epochs(operations)
    engine.dispose()


@pytest.fixture(scope="session")
def rabbitmq_node(server_cell: Cell) -> Iterator[RabbitNode]:
    """A private RabbitMQ with the whole topology; `url(user)` gives each user's own URL."""
    node = RabbitNode(server_cell, department_codes())
    epmd, broker = node.prepare()
    running = [
        Running(epmd, server_cell.logs / "epmd.log"),
        Running(broker, server_cell.logs / "rabbitmq.log"),
    ]
    node.wait(running[1].check)
    yield node
    for each in reversed(running):
        end(each, signal.SIGKILL)


def end(running: Running, by: signal.Signals) -> None:
    """End what is thrown away: nothing of it is put in order, and nobody waits for it.

    PostgreSQL takes SIGQUIT so, and gives back its shared memory.
    """
    # RabbitMQ's node is a child of the script that starts it.
    os.killpg(running.process.pid, by)
    running.process.wait()


@pytest.fixture
def rabbitmq(rabbitmq_node: RabbitNode) -> RabbitNode:
    """The same broker with every queue empty."""
    purge(rabbitmq_node)
    return rabbitmq_node


def purge(node: RabbitNode) -> None:
    """Empty every queue."""
    with connect(node.url("operator")) as connection:
        channel = connection.channel()
        for queue in topology.queues(department_codes()):
            channel.queue_purge(queue.name, nowait=True)
        channel.queue_declare(queue.name, passive=True)


def connect(url: str) -> amqp.Connection:
    """Return a connection for an AMQP URL."""
    parts = sa.engine.make_url(url)
    connection = amqp.Connection(
        f"{parts.host}:{parts.port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.database or "/",
        read_timeout=20,
        write_timeout=20,
    )
    connection.connect()
    return connection
