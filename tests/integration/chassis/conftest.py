"""Toys: small services on the chassis, each with queues and a database of its own."""

import itertools
import signal
from collections.abc import Callable, Iterator

import psycopg
import pytest

from fault.proxy import Proxy, proxied
from ops.cell import Cell
from ops.postgres import PostgresServer
from ops.program import Running
from ops.rabbitmq import RabbitNode
from tests.support.servers import _create_chassis as create_chassis
from tests.support.servers import remove, temporary_cell
from tests.support.toy.cell import ToyCell

MakeToy = Callable[..., ToyCell]


@pytest.fixture(scope="session")
def make_toy(
    server_cell: Cell,
    postgres: PostgresServer,
    rabbitmq_node: RabbitNode,
    _templates: Callable[[str], str],
) -> MakeToy:
    """Call it for a toy of which nothing runs yet; whoever calls it closes it."""
    template = _templates("chassis")
    names = (f"toy{number}" for number in itertools.count())

    def make(server_url: str = "") -> ToyCell:
        name = next(names)
        with psycopg.connect(server_url or postgres.url, autocommit=True) as connection:
            copied = "" if server_url else f"TEMPLATE {template}"
            connection.execute(f"CREATE DATABASE {name} {copied}".encode())
        database_url = f"{(server_url or postgres.url).rpartition('/')[0]}/{name}"
        if server_url:
            create_chassis(database_url)
        amqp_url = rabbitmq_node.url("operator")
        return ToyCell(server_cell, name=name, amqp_url=amqp_url, database_url=database_url)

    return make


@pytest.fixture(scope="session")
def toy(make_toy: MakeToy) -> Iterator[ToyCell]:
    """A running toy that every test may use with things of its own. Nobody stops it."""
    shared = make_toy()
    process, relay = shared.start(TOY_TICK_S="0.5"), shared.start_relay()
    process.wait_until_well()
    relay.wait_until_well()
    yield shared
    shared.close()


@pytest.fixture
def own_toy(make_toy: MakeToy) -> Iterator[ToyCell]:
    """A toy for one test, of which nothing runs yet."""
    own = make_toy()
    yield own
    own.close()


@pytest.fixture
def amqp_proxy(own_toy: ToyCell) -> Iterator[Proxy]:
    """A link to the broker that the test may break."""
    with proxied(own_toy.amqp_url) as proxy:
        yield proxy


class RestartablePostgres:
    """A PostgreSQL that a test may stop in any way."""

    def __init__(self, cell: Cell) -> None:
        self._server = PostgresServer(cell)
        self._program = self._server.prepare()
        self._log = cell.logs / "postgres.log"
        self.start()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._running = Running(self._program, self._log)
        self._server.wait(self._running.check)

    def stop_immediately(self) -> None:
        """As `pg_ctl stop -m immediate` does: no checkpoint, no farewell to anybody."""
        self._running.process.send_signal(signal.SIGQUIT)
        self._running.process.wait(10)

    def close(self) -> None:
        self._running.stop()


@pytest.fixture(scope="module")
def restartable_postgres() -> Iterator[RestartablePostgres]:
    folder, cell = temporary_cell("stopped")
    server = RestartablePostgres(cell)
    yield server
    server.close()
    remove(folder)
