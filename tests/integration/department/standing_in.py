"""What stands in for the rest of the world: dispatch behind the broker, and a wire that can go dead."""

import json
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import amqp
from qiaotou_department.messages import Message
from qiaotou_department.sender import Sender

from contracts import naming, topology
from tests.support.servers import connect
from tests.unit.department.fake_cell import FakeCell, an_offer

CODE = "CGJ"
QUEUE = naming.department_queue(CODE)


def eventually(true: Callable[[], bool], *, within_s: float = 60) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.02)


def a_message() -> Message:
    return Sender(department=CODE, order_id=uuid4(), case_id=uuid4(), correlation_id="c").sign()


class Dispatch:
    """Stands in for the cell: offers orders, and answers what the broker brings from departments."""

    def __init__(self, url: str) -> None:
        self.cell = FakeCell()
        self.heard: list[Any] = []
        self._url = url
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._connection = connect(url)
        self._channel = self._connection.channel()

    def offer(self) -> UUID:
        order_id = uuid4()
        self.cell.states[order_id] = "offered"
        self.put(an_offer(order_id))
        return order_id

    def put(self, body: bytes) -> None:
        message = amqp.Message(body, delivery_mode=2)
        self._channel.basic_publish(message, exchange=topology.DEPARTMENTS, routing_key=CODE)

    def depth(self, queue: str = QUEUE) -> int:
        return int(self._channel.queue_declare(queue, passive=True).message_count)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._connection.close()

    def _answer(self) -> None:
        with connect(self._url) as connection:
            channel = amqp.Channel(connection, auto_decode=False)
            channel.open()

            def take(message: Any) -> None:
                self.heard.append(message)
                self._hear(channel, message)
                channel.basic_ack(message.delivery_tag)

            channel.basic_consume(naming.reply_queue(CODE), callback=take)
            while not self._stopping.is_set():
                try:
                    connection.drain_events(timeout=0.1)
                except TimeoutError:
                    continue

    def _hear(self, channel: Any, message: Any) -> None:
        event = json.loads(bytes(message.body))
        said = Message(id=UUID(event["id"]), type=event["type"], ordering_key="", body=bytes(message.body))
        self.cell.hear(said)
        answer = amqp.Message(self.cell.queue.pop(), delivery_mode=2)
        channel.basic_publish(
            answer, exchange=topology.DEPARTMENTS, routing_key=message.delivery_info["routing_key"]
        )


class Proxy:
    """A wire to the broker that can swallow everything without breaking."""

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self._broker = (parts.hostname or "", parts.port or 0)
        self._server = socket.create_server(("127.0.0.1", 0))
        here = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.uri = parts._replace(netloc=f"{parts.username}:{parts.password}@{here}").geturl()
        self._swallowing = threading.Event()
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]

    def swallow(self) -> None:
        self._swallowing.set()

    def pass_on(self) -> None:
        self._swallowing.clear()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._server.close()

    def _accept(self) -> None:
        self._server.settimeout(0.1)
        while not self._closing.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(
                target=self._carry, args=(client, socket.create_connection(self._broker))
            )
            self._threads.append(thread)
            thread.start()

    def _carry(self, client: socket.socket, broker: socket.socket) -> None:
        other = {client: broker, broker: client}
        with client, broker:
            speaking = {client, broker}
            while speaking and not self._closing.is_set():
                for ready in select.select(list(speaking), [], [], 0.1)[0]:
                    if self._pass(ready, other[ready]):
                        continue
                    if not self._swallowing.is_set():
                        return
                    # A hang-up is swallowed too: the other end learns nothing of it.
                    speaking.discard(ready)

    def _pass(self, source: socket.socket, target: socket.socket) -> bool:
        try:
            data = source.recv(65536)
            if data and not self._swallowing.is_set():
                target.sendall(data)
        except OSError:
            return False
        return bool(data)
