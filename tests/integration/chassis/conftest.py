"""Toys: small services on the chassis, each with queues and a database of its own."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from ops.cell import Cell
from ops.postgres import PostgresServer
from ops.rabbitmq import RabbitNode
from tests.support.proxy import Proxy
from tests.support.toy.cell import ToyCell

MakeToy = Callable[[], ToyCell]


@pytest.fixture(scope="session")
def make_toy(
    server_cell: Cell,
    postgres: PostgresServer,
    rabbitmq_node: RabbitNode,
    _templates: Callable[[str], str],
) -> MakeToy:
    """Call it for a toy of which nothing runs yet; whoever calls it closes it."""
    template = _templates("chassis")
    made: list[str] = []

    def make() -> ToyCell:
        name = f"toy{len(made)}"
        made.append(name)
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        database_url = f"{postgres.url.rpartition('/')[0]}/{name}"
        return ToyCell(
            server_cell, name=name, amqp_url=rabbitmq_node.url("operator"), database_url=database_url
        )

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
    proxy = Proxy(own_toy.amqp_url)
    yield proxy
    proxy.close()
