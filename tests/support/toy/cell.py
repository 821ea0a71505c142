"""A toy service's surroundings: its queues, its database, its processes, and what a test asks of them."""

import itertools
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import amqp
import msgspec
import psycopg
import sqlalchemy as sa

from chassis.bus.publisher import Message, Publisher
from chassis.rpc_client import RpcClient
from contracts import envelope, naming
from ops.cell import REPOSITORY, Cell
from ops.ports import pick
from ops.program import MARK, Program, Running
from tests.support.servers import connect
from tests.support.toy.service import metadata

_QUORUM = {"x-queue-type": "quorum", "x-single-active-consumer": True}
_REPLY_TO = "amq.rabbitmq.reply-to"
_NUMBERS = itertools.count(1)


def eventually(check: Callable[[], Any], *, within_s: float = 15.0, every_s: float = 0.02) -> Any:
    """Return the first true answer. Raises: AssertionError with the last one where none comes in time."""
    until = time.monotonic() + within_s
    while not (answer := check()):
        assert time.monotonic() < until, f"still {answer!r} after {within_s} s"
        time.sleep(every_s)
    return answer


class Process:
    """One process of the toy: `python -m chassis.run` or the relay."""

    def __init__(self, cell: Cell, name: str, command: tuple[str, ...], environment: dict[str, str]) -> None:
        self.metrics_port = pick()
        number = next(_NUMBERS)
        self.log = cell.logs / f"{name}-{number}.log"
        self._running = Running(
            Program(
                name=name,
                command=(sys.executable, "-W", "ignore", *command),
                environment={
                    MARK: str(cell.folder),
                    "PYTHONPATH": str(REPOSITORY),
                    "QIAOTOU_METRICS_PORT": str(self.metrics_port),
                    "QIAOTOU_MODE": "test",
                }
                | environment,
                directory=REPOSITORY,
            ),
            self.log,
        )
        self.pid = self._running.process.pid

    def wait_until_well(self, *, within_s: float = 20.0) -> "Process":
        eventually(lambda: self._alive() and self.health()[0] == 200, within_s=within_s)
        return self

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of `/health`; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/health", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.split("{")[0].split(" ")[0] == name)

    def is_running(self) -> bool:
        return self._running.process.poll() is None

    def signal(self, number: int) -> None:
        self._running.process.send_signal(number)

    def wait(self, timeout_s: float = 15.0) -> int:
        """Return the exit code, negative for a signal."""
        return self._running.process.wait(timeout_s)

    def kill(self) -> None:
        self._running.process.kill()
        self.wait()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self._running.stop()
        return self.wait()

    def _alive(self) -> bool:
        assert self.is_running(), self.log.read_text()[-3000:]
        return True


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
        if self._publisher is None:
            self._publisher = Publisher(self.amqp_url)
        exchange = naming.inbox_exchange(self.name)
        sent = self._publisher.publish_all(
            [
                Message(str(each.id), exchange, each.type, each.orderingkey, each.type, envelope.encode(each))
                for each in events
            ]
        )
        assert not sent.failed

    def put(self, body: bytes, *, partition: int = 0, **properties: Any) -> None:
        """Put a message of any kind straight into an inbox."""
        self.put_message(amqp.Message(body, **properties), naming.inbox_queue(self.name, partition))

    def put_message(self, message: amqp.Message, queue: str) -> None:
        with self.channel() as channel:
            channel.confirm_select()
            channel.basic_publish_confirm(message, exchange="", routing_key=queue)

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

    def wait_until_heard(self, thing: UUID, numbers: list[int], *, within_s: float = 15.0) -> None:
        eventually(lambda: self.heard(thing) == numbers, within_s=within_s)

    def noted(self, *words: object) -> list[list[str]]:
        """Return what the diary says that begins with these words, the rest of each line."""
        wanted = [str(word) for word in words]
        lines = (line.split() for line in self.diary.read_text().splitlines())
        return [line[len(wanted) :] for line in lines if line[: len(wanted)] == wanted]


def a_thing() -> UUID:
    return uuid4()
