"""One connection to the broker: our queue in, the replies exchange out. Declares nothing.

The connection belongs to one thread; a second one only sends heartbeats while a handler works,
so every use of the socket is taken one at a time.
"""

import contextlib
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from amqp.exceptions import AccessRefused, AMQPError, PreconditionFailed

from qiaotou_department.errors import LinkLost, NotAllowed
from qiaotou_department.messages import CONTENT_TYPE, Message
from qiaotou_department.settings import Settings

REPLIES = "qiaotou.replies"
IO_TIMEOUT_S = 10
# This long without a single frame, heartbeats included: the link is dead though nobody said so.
SILENT_HEARTBEATS = 2.5
BROKEN = (AMQPError, OSError, EOFError, AttributeError)  # a collected connection is full of None
FORBIDDEN = (AccessRefused, PreconditionFailed)


@dataclass(frozen=True)
class Delivery:
    """A message from our queue; `attempts` counts how often it was given back before."""

    tag: int
    body: bytes
    attempts: int = 0


class Link:
    """A live connection. Every method raises LinkLost when it breaks, NotAllowed when refused."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._arrived: deque[Delivery] = deque()
        self._unacked = 0
        self._window = 0
        self._returned: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        with _told_apart():
            self._connection = _connect(settings)
            self._channel = amqp.Channel(self._connection, auto_decode=False)
            self._channel.open()
            self._channel.events["basic_return"].add(self._note_return)
        self._heard_at, self._frames = time.monotonic(), -1
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def consume(self) -> None:
        """Start taking what lies on our queue; each further call doubles what may be on its way to us."""
        window = self._window or self._settings.prefetch
        with self._using():
            self._channel.basic_qos(0, window, False)  # noqa: FBT003 amqp's signature
            # Where the broker takes the queue away, py-amqp raises out of the next read.
            self._channel.basic_consume(self._settings.queue, callback=self._note_delivery)
        self._window += window

    @property
    def full(self) -> bool:
        """Whether the broker holds further messages back until we acknowledge some."""
        return self._unacked >= self._window

    def next(self, timeout_s: float) -> Delivery | None:
        """Return the next message, None where none came in time."""
        if not self._arrived:
            self._drain(timeout_s)
        return self._arrived.popleft() if self._arrived else None

    def publish(self, message: Message) -> None:
        """Publish under our own key and name, and wait for the broker's confirm."""
        timeout_s = self._settings.publish_timeout_s
        outgoing = amqp.Message(
            message.body,
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            message_id=str(message.id),
            type=message.type,
            user_id=self._settings.user,
            application_headers={"ordering-key": message.ordering_key},
        )
        with self._using():
            self._channel.basic_publish_confirm(
                outgoing,
                exchange=REPLIES,
                routing_key=self._settings.department,
                mandatory=True,
                timeout=timeout_s,
                confirm_timeout=timeout_s,
            )
        if self._returned:
            raise NotAllowed(f"nobody takes our replies: {self._returned.pop()}")

    def ack(self, delivery: Delivery) -> None:
        """Say that this message is done with."""
        with self._using():
            self._channel.basic_ack(delivery.tag)
        self._unacked -= 1

    def give_back(self, delivery: Delivery, *, requeue: bool) -> None:
        """Put a message back on the queue, or among the dead letters."""
        with self._using():
            self._channel.basic_reject(delivery.tag, requeue)
        self._unacked -= 1

    def close(self) -> None:
        """Say goodbye; what was not acknowledged comes again."""
        self._closed.set()
        with contextlib.suppress(*BROKEN), self._lock:
            self._connection.close()
        self._connection.collect()

    # What the broker sends us.

    def _note_delivery(self, message: Any) -> None:
        headers = message.properties.get("application_headers") or {}
        attempts = int(headers.get("x-delivery-count", 0))
        self._arrived.append(Delivery(message.delivery_tag, bytes(message.body), attempts))
        self._unacked += 1

    def _note_return(self, error: Exception, *_: object) -> None:
        self._returned.append(str(error))

    # Time.

    def _drain(self, timeout_s: float) -> None:
        try:
            with self._using():
                self._connection.drain_events(timeout=timeout_s)
        except _NothingCame:
            self._notice_silence()
        else:
            self._heard_at = time.monotonic()

    def _notice_silence(self) -> None:
        frames, now = self._connection.bytes_recv, time.monotonic()
        if frames != self._frames:
            self._frames, self._heard_at = frames, now
        elif now - self._heard_at > SILENT_HEARTBEATS * self._settings.heartbeat_s:
            raise LinkLost("the broker has been silent")

    def resume(self) -> None:
        """A handler was at work and nobody listened: silence counts from now."""
        self._heard_at = time.monotonic()

    def _beat(self) -> None:
        while not self._closed.wait(self._settings.heartbeat_s / 3):
            with contextlib.suppress(*BROKEN), self._lock:
                self._connection.send_heartbeat()

    @contextlib.contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock, _told_apart():
            yield


class _NothingCame(LinkLost):
    """A deadline passed. While we only listen, that is no fault."""


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    """Translate what py-amqp raises into our two kinds of trouble."""
    try:
        yield
    except FORBIDDEN as error:
        raise NotAllowed(str(error)) from error
    except TimeoutError as error:
        raise _NothingCame("the broker gave no answer in time") from error
    except BROKEN as error:
        raise LinkLost(f"{type(error).__name__}: {error}") from error


def _connect(settings: Settings) -> Any:
    parts = urlsplit(settings.amqp_uri)
    secure = parts.scheme == "amqps"
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or (5671 if secure else 5672)}",
        userid=settings.user,
        password=unquote(parts.password or ""),
        login_method="PLAIN",
        virtual_host=unquote(parts.path[1:]) or "/",
        # What py-amqp makes its own context of: it takes no context, and of itself looks at no name.
        ssl={"server_hostname": parts.hostname, "cert_reqs": ssl.CERT_REQUIRED} if secure else False,
        heartbeat=settings.heartbeat_s,
        connect_timeout=IO_TIMEOUT_S,
        read_timeout=IO_TIMEOUT_S,
        write_timeout=IO_TIMEOUT_S,
    )
    try:
        connection.connect()
    except BaseException:
        connection.collect()
        raise
    return connection
