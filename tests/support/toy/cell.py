"""A toy service's surroundings: its queues, its database, its processes, and what a test asks of them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import amqp
import msgspec
import psycopg
import sqlalchemy as sa

from chassis.bus.connection import HEARTBEAT_S
from chassis.bus.publisher import Message, Publisher
from chassis.context import Context
from chassis.rpc_client import RpcClient
from contracts import envelope, naming
from ops.cell import Cell
from tests.support.servers import connect
from tests.support.toy.process import Process, eventually
from tests.support.toy.service import Bump, Thing, metadata

_QUORUM = {"x-queue-type": "quorum", "x-single-active-consumer": True}
_REPLY_TO = "amq.rabbitmq.reply-to"


class ToyCell:
    """A toy of its own name, with its own queues and database."""

    def __init__(self, cell: Cell, *, name: str, amqp_url: str, database_url: str) -> None:
        self.name = name
        self.cell = cell
        self.amqp_url = amqp_url
        self.database_url = database_url
        self.diary = cell.logs / f"{name}.diary"
        self.diary.touch()
        self.client = RpcClient(amqp_url)
        self.processes: list[Process] = []
        self._publisher: Publisher | None = None
        self._published_at = 0.0
        self._publishing = threading.Lock()
        with self.channel() as channel:
            self._declare(channel)
        engine = sa.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
        metadata.create_all(engine)
        engine.dispose()

    # Its processes.

    def start(
        self,
        *,
        amqp_url: str = "",
        database_url: str = "",
        entry: tuple[str, ...] = ("-m", "chassis.run"),
        service: str = "tests.support.toy.service:Toy",
        **environment: str,
    ) -> Process:
        given = self._environment(amqp_url, database_url) | environment
        return self._started(Process(self.cell, self.name, (*entry, service), given))

    def start_relay(
        self, *, amqp_url: str = "", entry: tuple[str, ...] = ("-m", "chassis.relay"), **environment: str
    ) -> Process:
        given = self._environment(amqp_url, "") | {"QIAOTOU_DATABASES": f"{self.name}={self.database_url}"}
        return self._started(Process(self.cell, f"{self.name}-relay", entry, given | environment))

    def _started(self, process: Process) -> Process:
        self.processes.append(process)
        return process

    def _environment(self, amqp_url: str, database_url: str) -> dict[str, str]:
        return {
            "QIAOTOU_AMQP_URI": amqp_url or self.amqp_url,
            "QIAOTOU_DATABASE_URL": database_url or self.database_url,
            "TOY_NAME": self.name,
            "TOY_DIARY": str(self.diary),
        }

    def close(self) -> None:
        """End every process and remove every queue."""
        for each in self.processes:
            if each.is_running():
                each.kill()
        self.client.close()
        if self._publisher is not None:
            self._publisher.close()
        with self.channel() as channel:
            for queue in self._queues():
                channel.queue_delete(queue)
            channel.exchange_delete(naming.inbox_exchange(self.name))

    # Its queues.

    def _queues(self) -> list[str]:
        inboxes = [naming.inbox_queue(self.name, i) for i in range(naming.PARTITIONS)]
        return [*inboxes, naming.command_queue(self.name), naming.query_queue(self.name)]

    def _declare(self, channel: Any) -> None:
        exchange = naming.inbox_exchange(self.name)
        channel.exchange_declare(
            exchange, "x-consistent-hash", durable=True, auto_delete=False,
            arguments={"hash-header": envelope.ORDERING_KEY_HEADER},
        )  # fmt: skip
        channel.exchange_bind(exchange, naming.EVENTS_EXCHANGE, f"{self.name}.#")
        for i in range(naming.PARTITIONS):
            queue = naming.inbox_queue(self.name, i)
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=_QUORUM)
            channel.queue_bind(queue, exchange, "1")
        for queue, key in (
            (naming.command_queue(self.name), naming.command_key(self.name, "*")),
            (naming.query_queue(self.name), naming.query_key(self.name, "*")),
        ):
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.queue_bind(queue, naming.RPC_EXCHANGE, key)

    @contextmanager
    def channel(self) -> Iterator[Any]:
        with connect(self.amqp_url) as connection:
            yield connection.channel()

    def depth(self, queue: str = "") -> int:
        """Return how many messages are ready in a queue, or in all inboxes together."""
        names = [queue] if queue else [naming.inbox_queue(self.name, i) for i in range(naming.PARTITIONS)]
        with self.channel() as channel:
            return sum(channel.queue_declare(name, passive=True).message_count for name in names)

    # What it is told.

    def event(self, thing: UUID, sequence: int, **changes: Any) -> envelope.CloudEvent:
        """Return the event that `thing` was bumped for the `sequence`th time."""
        data = {"id": str(thing), "n": sequence}
        data |= {key: changes.pop(key) for key in ("way", "seconds") if key in changes}
        given: dict[str, Any] = {
            "id": envelope.uuid7(),
            "source": "elsewhere",
            "type": f"{self.name}.thing.bumped.v1",
            "subject": str(thing),
            "time": datetime.now(UTC),
            "sequence": sequence,
            "orderingkey": str(thing),
            "correlationid": "a test",
            "data": msgspec.Raw(msgspec.json.encode(data)),
        }
        return envelope.CloudEvent(**given | changes)

    def publish(self, *events: envelope.CloudEvent) -> None:
        """Put events in the inbox, in this order, as the relay would."""
        exchange = naming.inbox_exchange(self.name)
        messages = [
            Message(str(each.id), exchange, each.type, each.orderingkey, each.type, envelope.encode(each))
            for each in events
        ]
        with self._publishing:
            sent = self._fresh_publisher().publish_all(messages)
        assert not sent.failed

    def _fresh_publisher(self) -> Publisher:
        """Return the publisher, another one where it has sent no heartbeat for too long."""
        now = time.monotonic()
        if self._publisher is not None and now - self._published_at > HEARTBEAT_S:
            self._publisher.close()
            self._publisher = None
        if self._publisher is None:
            self._publisher = Publisher(self.amqp_url)
        self._published_at = now
        return self._publisher

    def put(self, body: bytes, *, partition: int = 0, **properties: Any) -> None:
        """Put a message of any kind straight into an inbox."""
        self.put_message(amqp.Message(body, **properties), naming.inbox_queue(self.name, partition))

    def put_message(self, message: amqp.Message, queue: str) -> None:
        with self.channel() as channel:
            channel.confirm_select()
            channel.basic_publish_confirm(message, exchange="", routing_key=queue)

    def bump(self, thing: UUID, *, command_id: UUID | None = None) -> Thing:
        """Have a thing bumped, by RPC."""
        command = Bump(command_id=command_id or uuid4(), id=thing)
        context = Context(correlation_id="a test")
        return self.client.call(self.name, command, context=context, result=Thing)

    def ask(self, key: str, body: bytes, headers: dict[str, Any], *, within_s: float = 5.0) -> bytes:
        """Send a request of any kind; return the body of its reply. Raises: TimeoutError."""
        replies: list[bytes] = []

        def replied(message: Any) -> None:
            replies.append(message.body.encode() if isinstance(message.body, str) else bytes(message.body))

        with self.channel() as channel:
            channel.basic_consume(_REPLY_TO, no_ack=True, callback=replied)
            message = amqp.Message(body, application_headers=headers, reply_to=_REPLY_TO)
            channel.basic_publish(message, exchange=naming.RPC_EXCHANGE, routing_key=key)
            while not replies:
                channel.connection.drain_events(timeout=within_s)
        return replies[0]

    # What came of it.

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def heard(self, thing: UUID) -> list[int]:
        """Return the numbers of the events that were heard for good, in order."""
        found = self.rows("SELECT n FROM hearing WHERE id = %s ORDER BY position", thing)
        return [row[0] for row in found]

    def bumps(self, thing: UUID) -> int:
        found = self.rows("SELECT n FROM thing WHERE id = %s", thing)
        return int(found[0][0]) if found else 0

    def parked(self) -> dict[str, str]:
        """Return the reason for each parked message, by its key."""
        return dict(self.rows("SELECT message_key, reason FROM inbox_parked WHERE state = 'parked'"))

    def waiting(self, thing: UUID) -> list[int]:
        found = self.rows(
            "SELECT sequence FROM inbox_waiting WHERE aggregate = %s ORDER BY sequence", str(thing)
        )
        return [row[0] for row in found]

    def wait_until_heard(self, thing: UUID, numbers: list[int], *, within_s: float = 60.0) -> None:
        try:
            eventually(lambda: self.heard(thing) == numbers, within_s=within_s)
        except AssertionError as error:
            found = {"heard": self.heard(thing), "waiting": self.waiting(thing), "parked": self.parked()}
            raise AssertionError(f"{found}, and not {numbers}") from error

    def noted(self, *words: object) -> list[list[str]]:
        """Return what the diary says that begins with these words, the rest of each line."""
        wanted = [str(word) for word in words]
        lines = (line.split() for line in self.diary.read_text().splitlines())
        return [line[len(wanted) :] for line in lines if line[: len(wanted)] == wanted]


def a_thing() -> UUID:
    return uuid4()
