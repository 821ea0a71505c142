import threading
from collections.abc import Callable, Iterator

import pytest
from qiaotou_department import Department, Order, Settings
from qiaotou_department.link import Link

from contracts import topology
from ops.rabbitmq import RabbitNode
from tests.integration.department.standing_in import CODE, Dispatch


@pytest.fixture
def settings(rabbitmq: RabbitNode) -> Settings:
    return Settings(
        department=CODE,
        amqp_uri=rabbitmq.url(topology.department_user(CODE)),
        api="http://unused.test",
        prefetch=3,
        answer_timeout_s=15,
        publish_timeout_s=5,
        heartbeat_s=2,
    )


@pytest.fixture
def dispatch(rabbitmq: RabbitNode) -> Iterator[Dispatch]:
    with Dispatch(rabbitmq.url("operator")) as standing_in:
        yield standing_in


@pytest.fixture
def running(
    settings: Settings, dispatch: Dispatch
) -> Iterator[Callable[[Callable[[Order], None]], Department]]:
    """Call it with a handler: a department that runs in a thread until the test ends."""
    threads: list[tuple[Department, threading.Thread]] = []

    def start(handler: Callable[[Order], None]) -> Department:
        department = Department(settings, api=dispatch.cell)  # type: ignore[arg-type]
        department.on_order(handler)
        thread = threading.Thread(target=department.run)
        thread.start()
        threads.append((department, thread))
        return department

    yield start
    for department, thread in threads:
        department.stop()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def link(settings: Settings) -> Iterator[Link]:
    opened = Link(settings)
    yield opened
    opened.close()
