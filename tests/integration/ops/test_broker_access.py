"""What a department may do at a broker that runs: given, renewed, taken away, and so after its restart."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import amqp
import msgspec
import pytest
import requests

from contracts import topology
from ops.broker import ForeignBroker
from ops.broker_access import Access, admits
from ops.cell import Cell
from ops.department_queues import DepartmentQueues, Held
from ops.errors import Unready
from ops.program import Running
from ops.rabbitmq import RabbitNode
from ops.servers import Broker
from tests.support.servers import connect, remove, temporary_cell

OURS, NEW = ("CGJ", "GAF"), "LHJ"
ALL = (*OURS, NEW)
USER = topology.department_user(NEW)
BROKEN = (amqp.AMQPError, OSError)


class Station:
    """A node of its own, with the management plugin, that is reached in both ways."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self._epmd, self._program = self.node().prepare()
        port = cell.ports["gateway-metrics"]
        self.api = f"http://127.0.0.1:{port}"
        (self.node()._home / "advanced.config").write_text(
            f'[{{rabbitmq_management, [{{listener, [{{port, {port}}}, {{ip, "127.0.0.1"}}]}}]}}].'
        )
        self._running = [Running(self._epmd, cell.logs / "epmd.log")]

    def node(self, *departments: str) -> RabbitNode:
        return RabbitNode(self.cell, departments or OURS, plugins=("rabbitmq_management",))

    def foreign(self, *departments: str) -> ForeignBroker:
        return ForeignBroker(self.cell, departments or OURS, self._administrator())

    def url(self, user: str) -> str:
        return self.node().url(user)

    def start(self) -> None:
        """Start the node as supervisor does: by the files that are there."""
        self._running.append(Running(self._program, self.cell.logs / "rabbitmq.log"))
        self.node().wait(self._running[-1].check)

    def restart(self) -> None:
        self._running.pop().stop()
        self.start()

    def stop(self) -> None:
        for each in reversed(self._running):
            each.stop()

    def _administrator(self) -> str:
        name, password = "administrator", self.cell.secret("administrator")
        node = self.node()
        if name not in node._users():
            node.ctl("add_user", name, password)
            node.ctl("set_user_tags", name, "administrator")
        return f"amqp://{name}:{password}@127.0.0.1:{self.cell.ports['amqp']}/"


@pytest.fixture(scope="module")
def station() -> Iterator[Station]:
    folder, cell = temporary_cell("station")
    made = Station(cell)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        remove(folder)


Known = Callable[..., Broker]


@pytest.fixture
def foreign(station: Station, monkeypatch: pytest.MonkeyPatch) -> Iterator[Known]:
    """Call it with the cell's departments: the broker as its management plugin lets it be told."""
    monkeypatch.setenv("RABBITMQ_API", station.api)
    yield station.foreign
    Access(station.cell, station.foreign()).take(NEW)
    DepartmentQueues(station.url("operator")).remove(NEW, drop=True)


@pytest.fixture(params=[pytest.param("rabbitmqctl", marks=pytest.mark.slow), "management"])
def known(request: pytest.FixtureRequest, station: Station, foreign: Known) -> Known:
    """The same in both ways."""
    return station.node if request.param == "rabbitmqctl" else foreign


@pytest.fixture
def queues(station: Station, foreign: Known) -> DepartmentQueues:
    """The operator's hand on the queues, after the new department was let in."""
    Access(station.cell, foreign(*ALL)).give(NEW)
    return DepartmentQueues(station.url("operator"))


def test_a_message_to_an_added_department_arrives_and_it_replies_under_its_own_key_alone(
    station: Station, known: Known
) -> None:
    Access(station.cell, known(*ALL)).give(NEW)
    _publish(station, b"an order")
    with connect(station.url(USER)) as connection:
        assert connection.channel().basic_get(USER).body == b"an order"
    assert _replies_under_its_own_key_alone(station)


def test_after_a_rotation_the_old_password_is_refused_and_its_connections_are_dead(
    station: Station, known: Known
) -> None:
    access = Access(station.cell, known(*ALL))
    access.give(NEW)
    old = station.url(USER)
    # The silent one does not answer the broker's goodbye: politely, it would stand for half a minute.
    reading, silent, other = connect(old), connect(old), connect(station.url("department.CGJ"))
    access.renew(NEW)
    with pytest.raises(BROKEN):
        reading.channel()
    assert not station.node().has_connections(USER)
    assert (admits(old), admits(station.url(USER))) == (False, True)
    assert _replies_under_its_own_key_alone(station)
    other.channel().queue_declare("department.CGJ", passive=True)
    for each in (reading, silent, other):
        each.collect()


def test_nobody_comes_in_after_removal(station: Station, known: Known) -> None:
    Access(station.cell, known(*ALL)).give(NEW)
    old = station.url(USER)
    open_still = connect(old)
    Access(station.cell, known()).take(NEW)
    with pytest.raises(BROKEN):
        open_still.channel()
    assert not admits(old)
    assert USER not in station.node().ctl("list_users")
    known().forget_user(USER)
    open_still.collect()


@pytest.mark.slow
def test_a_restarted_broker_brings_back_neither_an_old_password_nor_who_was_removed(
    station: Station, foreign: Known
) -> None:
    """It reads the definitions at its start: an older file would bring back all that it says."""
    Access(station.cell, station.node(*ALL, "XFY")).give("XFY")
    old, removed = station.url("department.GAF"), station.url("department.XFY")
    Access(station.cell, station.node(*ALL)).renew("GAF")
    Access(station.cell, station.node(*ALL)).take("XFY")
    station.restart()
    assert [admits(each) for each in (old, removed)] == [False, False]
    assert admits(station.url("department.GAF"))
    assert admits(station.url(USER))
    foreign().check_departments()


def test_nobody_is_let_in_without_all_of_the_rights(
    station: Station, foreign: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user without its topic rights may speak for anyone: it is not left there."""
    rights = topology.department_user_rights

    def forgetting(code: str) -> topology.User:
        return msgspec.structs.replace(rights(code), topics=()) if code == NEW else rights(code)

    broker = foreign(*ALL)
    with monkeypatch.context() as patch:
        patch.setattr(topology, "department_user_rights", forgetting)
        broker.learn()
    assert admits(station.url(USER))
    monkeypatch.setattr(broker, "learn", lambda: None)
    with pytest.raises(Unready, match="no topic permissions"):
        Access(station.cell, broker).give(NEW)
    assert not admits(station.url(USER))


def test_a_queue_with_orders_stays_until_it_is_said_to_go(station: Station, queues: DepartmentQueues) -> None:
    _publish(station, b"one")
    _publish(station, b"two")
    assert queues.remove(NEW) == 2
    _publish(station, b"three")
    assert queues.look([NEW]) == {NEW: Held(messages=3, consumers=0)}
    assert queues.remove(NEW, drop=True) == 0
    assert queues.look([NEW]) == {NEW: None}


def test_an_empty_queue_goes_with_its_dead_letters(queues: DepartmentQueues) -> None:
    assert queues.remove(NEW) == 0
    assert queues.look([NEW]) == {NEW: None}
    assert queues.remove(NEW) == 0


def test_a_dead_letter_keeps_both_queues(station: Station, queues: DepartmentQueues) -> None:
    _publish(station, b"dead", exchange="", key=f"{USER}.dead")
    assert queues.remove(NEW) == 1
    assert queues.look([NEW]) == {NEW: Held(messages=0, consumers=0)}


def test_a_queue_that_is_consumed_still_is_not_removed(
    station: Station, queues: DepartmentQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.department_queues._GONE_S", 0.2)
    with connect(station.url(USER)) as connection:
        connection.channel().basic_consume(USER, callback=print)
        with pytest.raises(Unready, match="still consumes"):
            queues.remove(NEW)
    _publish(station, b"an order")


def test_a_department_sees_nothing_of_the_management_api(station: Station, known: Known) -> None:
    Access(station.cell, known(*ALL)).give(NEW)
    parts = urlsplit(station.url(USER))
    for path in ("overview", "connections", "queues", "definitions", "users", "whoami", "user-limits"):
        answer = requests.get(f"{station.api}/api/{path}", auth=(USER, parts.password or ""), timeout=30)
        assert answer.status_code == 401, path


def test_a_user_without_limits_is_not_let_in(
    station: Station, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = known(*ALL)
    Access(station.cell, broker).give(NEW)
    station.node().ctl("clear_user_limits", USER, "all")
    with monkeypatch.context() as patch:
        patch.setattr(broker, "learn", lambda: None)
        with pytest.raises(Unready, match="not the limits"):
            Access(station.cell, broker).give(NEW)
    assert not admits(station.url(USER))


def _replies_under_its_own_key_alone(station: Station) -> bool:
    with connect(station.url(USER)) as connection:
        channel = connection.channel()
        channel.confirm_select()
        own = amqp.Message("{}", user_id=USER)
        channel.basic_publish_confirm(own, exchange=topology.REPLIES, routing_key=NEW)
        with pytest.raises(amqp.AccessRefused):
            channel.basic_publish_confirm(own, exchange=topology.REPLIES, routing_key="CGJ")
    return True


def _publish(station: Station, body: bytes, *, exchange: str = topology.DEPARTMENTS, key: str = NEW) -> None:
    with connect(station.url("operator")) as connection:
        channel = connection.channel()
        channel.confirm_select()
        returned: list[object] = []
        channel.events["basic_return"].add(lambda *what: returned.append(what))
        message = amqp.Message(body, delivery_mode=2)
        channel.basic_publish_confirm(message, exchange=exchange, routing_key=key, mandatory=True)
        assert returned == []
