"""A department's broker user attacks the bus: what the broker refuses, and the little that it does not.

Seen failing: with `read`, `write` and `configure` of ".*" and without `topics` and `limits` in
`topology.department_user_rights`, and without `max_message_size` and `channel_max` in `ops.rabbitmq`. What
RabbitMQ refuses of its own accord (another's `user_id`, another virtual host, garbage) has no protection of
ours to take out.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import amqp
import pytest

from chassis.bus import connection as bus
from contracts import naming, topology
from ops.cell import Cell
from ops.ports import LOOPBACK
from ops.rabbitmq import RabbitNode
from tests.support.servers import connect
from tests.support.toy.process import eventually

ATTACKER, VICTIM = "GAF", "CGJ"
USER = topology.department_user(ATTACKER)
OWN, OTHERS = naming.department_queue(ATTACKER), naming.department_queue(VICTIM)
BROKEN = (amqp.AMQPError, OSError)
Attack = Callable[[Any], object]

QUEUES_OF_OTHERS = [
    OTHERS,
    f"{OTHERS}.dead",
    f"{OWN}.dead",
    naming.inbox_queue("intake", 0),
    naming.command_queue("dispatch"),
    naming.query_queue("registry"),
    naming.reply_queue(VICTIM),
    naming.reply_queue(ATTACKER),
]
EXCHANGES_OF_OTHERS = [
    "",
    "amq.topic",
    "amq.direct",
    "amq.fanout",
    "amq.headers",
    topology.EVENTS,
    topology.DEPARTMENTS,
    topology.DEAD_DEPARTMENTS,
    topology.RPC,
    naming.inbox_exchange("intake"),
]
DECLARATIONS: dict[str, Attack] = {
    "a queue": lambda channel: channel.queue_declare("mine"),
    "a queue without a name": lambda channel: channel.queue_declare("", exclusive=True),
    "its own queue, as it is": lambda channel: channel.queue_declare(
        OWN, durable=True, auto_delete=False, arguments=topology.department_queues(ATTACKER)[0].arguments
    ),
    "another's queue": lambda channel: channel.queue_declare(OTHERS, durable=True, auto_delete=False),
    "an exchange": lambda channel: channel.exchange_declare("mine", "topic"),
    "an exchange that exists": lambda channel: channel.exchange_declare(
        topology.EVENTS, "topic", durable=True, auto_delete=False
    ),
}
REMOVALS: dict[str, Attack] = {
    "its own queue": lambda channel: channel.queue_delete(OWN),
    "another's queue": lambda channel: channel.queue_delete(OTHERS),
    "an inbox": lambda channel: channel.queue_delete(naming.inbox_queue("intake", 0)),
    "an exchange": lambda channel: channel.exchange_delete(topology.REPLIES),
}
BINDINGS: dict[str, Attack] = {
    "its queue to all events": lambda channel: channel.queue_bind(OWN, topology.EVENTS, "#"),
    "its queue to another's orders": lambda channel: channel.queue_bind(OWN, topology.DEPARTMENTS, VICTIM),
    "its queue to all replies": lambda channel: channel.queue_bind(OWN, topology.REPLIES, "#"),
    "replies to events": lambda channel: channel.exchange_bind(topology.EVENTS, topology.REPLIES, "#"),
    "another's queue to its own key": lambda channel: channel.queue_bind(
        OTHERS, topology.DEPARTMENTS, ATTACKER
    ),
    "another's queue off": lambda channel: channel.queue_unbind(OTHERS, topology.DEPARTMENTS, VICTIM),
    "its own queue off": lambda channel: channel.queue_unbind(OWN, topology.DEPARTMENTS, ATTACKER),
}


@pytest.fixture
def channel(rabbitmq: RabbitNode) -> Iterator[Any]:
    """A channel of the attacker's, in confirm mode; what it is refused costs it the channel."""
    with connect(rabbitmq.url(USER)) as connection:
        made = connection.channel()
        made.confirm_select()
        yield made


@pytest.fixture
def operator(rabbitmq: RabbitNode) -> Iterator[Any]:
    with connect(rabbitmq.url("operator")) as connection:
        yield connection.channel()


def say(channel: Any, *, exchange: str = topology.REPLIES, key: str = ATTACKER, **properties: Any) -> None:
    body = properties.pop("body", b"{}")
    channel.basic_publish_confirm(
        amqp.Message(body, **properties), exchange=exchange, routing_key=key, confirm_timeout=60
    )


def depth(operator: Any, queue: str) -> int:
    return int(operator.queue_declare(queue, passive=True).message_count)


@pytest.mark.parametrize("queue", QUEUES_OF_OTHERS)
def test_reading_anothers_queue_is_refused(channel: Any, operator: Any, queue: str) -> None:
    operator.basic_publish(amqp.Message(b"not yours"), exchange="", routing_key=queue)
    with pytest.raises(amqp.AccessRefused):
        channel.basic_get(queue)
    consuming = channel.connection.channel()
    with pytest.raises(amqp.AccessRefused):
        consuming.basic_consume(queue, callback=print)
    eventually(lambda: depth(operator, queue) == 1)


@pytest.mark.parametrize("queue", QUEUES_OF_OTHERS)
def test_purging_anothers_queue_is_refused(channel: Any, operator: Any, queue: str) -> None:
    operator.basic_publish(amqp.Message(b"not yours"), exchange="", routing_key=queue)
    eventually(lambda: depth(operator, queue) == 1)
    with pytest.raises(amqp.AccessRefused):
        channel.queue_purge(queue)
    assert depth(operator, queue) == 1


@pytest.mark.parametrize("what", DECLARATIONS)
def test_declaring_is_refused(channel: Any, what: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        DECLARATIONS[what](channel)


@pytest.mark.parametrize("what", REMOVALS)
def test_deleting_is_refused(channel: Any, operator: Any, what: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        REMOVALS[what](channel)
    for queue in (OWN, OTHERS, naming.inbox_queue("intake", 0)):
        depth(operator, queue)


@pytest.mark.parametrize("what", BINDINGS)
def test_binding_is_refused(channel: Any, operator: Any, what: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        BINDINGS[what](channel)
    for code, queue in ((VICTIM, OTHERS), (ATTACKER, OWN)):
        operator.basic_publish(amqp.Message(b"an order"), exchange=topology.DEPARTMENTS, routing_key=code)
        eventually(partial(lambda queue: depth(operator, queue) == 1, queue))


@pytest.mark.parametrize("exchange", EXCHANGES_OF_OTHERS)
def test_publishing_where_only_the_cell_may_is_refused(channel: Any, operator: Any, exchange: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        say(channel, exchange=exchange, key=OTHERS if exchange == "" else VICTIM)
    assert [depth(operator, queue) for queue in QUEUES_OF_OTHERS] == [0] * len(QUEUES_OF_OTHERS)


@pytest.mark.parametrize("key", [VICTIM, "", "#", "*", f"{ATTACKER}.x", f"x.{ATTACKER}", ATTACKER.lower()])
def test_publishing_under_anothers_key_is_refused(channel: Any, operator: Any, key: str) -> None:
    with pytest.raises(amqp.AccessRefused):
        say(channel, key=key, user_id=USER)
    assert depth(operator, naming.reply_queue(ATTACKER)) == 0


@pytest.mark.parametrize("name", [topology.department_user(VICTIM), "operator", "dispatch", "relay", "x"])
def test_publishing_under_anothers_name_is_refused(channel: Any, operator: Any, name: str) -> None:
    with pytest.raises(amqp.PreconditionFailed):
        say(channel, user_id=name)
    assert depth(operator, naming.reply_queue(ATTACKER)) == 0


def test_an_answer_to_somebody_elses_question_is_refused(
    channel: Any, operator: Any, rabbitmq: RabbitNode
) -> None:
    """Direct reply-to: even who has learnt the address at which another waits cannot write there."""
    asked, heard = "amq.rabbitmq.reply-to", []
    operator.basic_consume(asked, no_ack=True, callback=heard.append)
    operator.basic_publish(
        amqp.Message(b"?", reply_to=asked), exchange="", routing_key=naming.reply_queue(ATTACKER)
    )
    question = eventually(lambda: operator.basic_get(naming.reply_queue(ATTACKER), no_ack=True))
    address = question.properties["reply_to"]
    assert address.startswith(f"{asked}.")
    with pytest.raises(amqp.AccessRefused):
        say(channel, exchange="", key=address)
    with pytest.raises(amqp.AccessRefused):
        say(_confirming(channel), exchange=topology.RPC, key="intake.get_case", reply_to=address)
    with pytest.raises(TimeoutError):
        operator.connection.drain_events(timeout=0.5)
    assert heard == []


@pytest.mark.parametrize("vhost", ["/", "elsewhere", "qiaotou.events", "*"])
def test_another_virtual_host_is_refused(rabbitmq: RabbitNode, vhost: str) -> None:
    parts = urlsplit(rabbitmq.url(USER))
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}", userid=USER, password=parts.password, virtual_host=vhost
    )
    with pytest.raises(amqp.NotAllowed):
        connection.connect()
    connection.collect()


def test_no_password_but_its_own_is_taken(rabbitmq: RabbitNode) -> None:
    parts = urlsplit(rabbitmq.url(USER))
    for user in (topology.department_user(VICTIM), "operator", "guest", ""):
        connection = amqp.Connection(
            f"{parts.hostname}:{parts.port}",
            userid=user,
            password=parts.password,
            virtual_host=parts.path[1:],
            login_method="PLAIN",
        )
        with pytest.raises((amqp.AccessRefused, amqp.NotAllowed)):
            connection.connect()
        connection.collect()


def test_what_it_can_see_of_another_is_how_much_waits_there(channel: Any, operator: Any) -> None:
    """RabbitMQ lets whoever is in ask for the length of a queue by name; the guide says so."""
    operator.basic_publish(amqp.Message(b"an order"), exchange=topology.DEPARTMENTS, routing_key=VICTIM)
    eventually(lambda: depth(operator, OTHERS) == 1)
    assert channel.queue_declare(OTHERS, passive=True).message_count == 1


# What one may take of the broker.


def test_a_thousand_connections_are_refused_after_the_sixteenth(rabbitmq: RabbitNode) -> None:
    with ExitStack() as open_ones:
        for _ in range(topology.DEPARTMENT_CONNECTIONS):
            open_ones.callback(connect(rabbitmq.url(USER)).collect)
        for _ in range(20):
            with pytest.raises(amqp.NotAllowed, match="connection limit"):
                bus.connect(rabbitmq.url(USER))
        connect(rabbitmq.url(topology.department_user(VICTIM))).close()
    eventually(lambda: _comes_in(rabbitmq))


def test_thousands_of_channels_are_refused(rabbitmq: RabbitNode) -> None:
    """The broker counts a user's channels a moment later: what one connection may have holds at once."""
    with ExitStack() as open_ones:

        def connected() -> Any:
            connection = connect(rabbitmq.url(USER))
            open_ones.callback(connection.collect)
            return connection

        first = connected()
        for _ in range(topology.CHANNELS_PER_CONNECTION):
            first.channel()
        with pytest.raises(BROKEN):
            first.channel()
        eventually(lambda: _has_no_channel(connected()))


def _has_no_channel(connection: Any) -> bool:
    try:
        connection.channel()
    except BROKEN:
        return True
    # Not yet: whoever goes on asking goes on being counted.
    return False


def test_a_huge_message_is_refused(channel: Any, operator: Any) -> None:
    with pytest.raises(amqp.PreconditionFailed, match="larger than configured"):
        say(channel, body=b"x" * (topology.LARGEST_MESSAGE_BYTES + 1), user_id=USER)
    assert depth(operator, naming.reply_queue(ATTACKER)) == 0


@pytest.mark.parametrize(
    "garbage", [b"", b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x00\x00\x09\x01" + b"\xff" * 4096]
)
def test_garbage_and_half_open_connections_hold_up_nobody(
    rabbitmq: RabbitNode, server_cell: Cell, garbage: bytes
) -> None:
    with ExitStack() as open_ones:
        for _ in range(300):
            half_open = open_ones.enter_context(
                socket.create_connection((LOOPBACK, server_cell.ports["amqp"]), timeout=20)
            )
            half_open.sendall(garbage)
        with connect(rabbitmq.url(topology.department_user(VICTIM))) as connection:
            connection.channel().queue_declare(OTHERS, passive=True)


def _confirming(channel: Any) -> Any:
    another = channel.connection.channel()
    another.confirm_select()
    return another


def _comes_in(rabbitmq: RabbitNode) -> bool:
    try:
        bus.connect(rabbitmq.url(USER)).close()
    except amqp.NotAllowed:
        return False
    return True
