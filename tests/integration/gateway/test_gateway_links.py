"""A gateway whose database falls silent: nobody waits for long, and it finds its database again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from chassis.data.engine import Database
from fault.proxy import Proxy, proxied
from gateway import tokens
from gateway.repository import SqlSessions
from ops.databases import Databases
from ops.rabbitmq import RabbitNode
from tests.integration.gateway.running import Gateway

LONGEST_S = 10.0
CLIENTS, ROUNDS = 48, 3
NAME = "test_gateway_links"
# Who asks is looked up, and then what is asked for: nothing else is needed than the database.
NOBODYS = "/api/v1/media/22222222-2222-5222-8222-222222222222"

pytestmark = pytest.mark.slow


@pytest.fixture
def link(databases: Databases) -> Iterator[Proxy]:
    databases.migrate("gateway")
    with proxied(databases.copy(databases.name("gateway"), NAME, owner="gateway")) as link:
        yield link
    databases.drop(NAME)


@pytest.fixture
def gateway(
    tmp_path_factory: pytest.TempPathFactory, link: Proxy, rabbitmq_node: RabbitNode
) -> Iterator[Gateway]:
    made = Gateway(
        tmp_path_factory.mktemp("gateway"), database_url=link.url, amqp_uri=rabbitmq_node.url("gateway")
    )
    try:
        made.wait()
        yield made
    finally:
        made.kill()


@pytest.fixture
def officer(link: Proxy) -> dict[str, str]:
    with closing(Database(link.url, pool_size=1)) as database:
        return {"Authorization": f"Bearer {tokens.issue(SqlSessions(database), 'CGJ')}"}


def test_a_silent_database_is_answered_by_503_in_time_whoever_asks(
    gateway: Gateway, officer: dict[str, str], link: Proxy
) -> None:
    def asks(_number: int) -> list[tuple[int, float]]:
        answers = []
        for _ in range(ROUNDS):
            began = time.monotonic()
            status, _, _ = gateway.ask("GET", NOBODYS, headers=officer)
            answers.append((status, time.monotonic() - began))
        return answers

    def everybody() -> list[tuple[int, float]]:
        with ThreadPoolExecutor(CLIENTS) as clients:
            return [answer for answers in clients.map(asks, range(CLIENTS)) for answer in answers]

    # More ask than there are threads, and threads are more than connections.
    assert {status for status, _ in everybody()} == {404}
    link.black_hole()
    answers = everybody()
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < LONGEST_S
    link.restore()
    gateway.wait(seconds=60)
    assert {status for status, _ in everybody()} == {404}
