"""The batched consumer: drain the socket until it is dry, linger under load, hand over, ack once.

It knows threads, not nameko: under nameko its threads are green ones.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto

import structlog

from chassis import metrics
from chassis.bus.connection import BROKER_ERRORS, HEARTBEAT_S, LINK_ERRORS
from chassis.bus.inbound import Inbound
from chassis.bus.link import Link

log = structlog.get_logger()

MAX_BATCH = 200
PREFETCH = 2 * MAX_BATCH
# Under load waiting this long for company saves CPU; when idle nobody waits.
LINGER_S = 0.025
BUSY_MESSAGES, BUSY_WITHIN_S = 4, 0.1
QUIET_BEFORE_CLOSE_S = 0.3
IDLE_READ_S = 0.5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0


class Acks(Enum):
    """Who acknowledges."""

    BATCH = auto()  # the consumer, once a batch, when the handler returns
    HANDLER = auto()  # the handler, each message by itself, whenever it is done


class Consumer:
    """Consumes queues on one connection of its own, and reconnects for as long as it runs.

    `handle` gets the link and a batch. What it raises keeps the messages: the same batch is
    handed over again after a pause, for as long as the connection stands.
    """

    def __init__(
        self,
        uri: str,
        queues: Sequence[str],
        handle: Callable[[Link, list[Inbound]], None],
        *,
        service: str,
        acks: Acks = Acks.BATCH,
        linger_s: float = LINGER_S,
        prefetch: int = PREFETCH,
    ) -> None:
        self._uri = uri
        self._queues = queues
        self._handle = handle
        self._service = service
        self._acks = acks
        self._linger_s = linger_s
        self._prefetch = prefetch
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self.connected = threading.Event()
        self._tags: dict[str, str] = {}
        self._pending: list[Inbound] = []
        self._arrivals: deque[float] = deque(maxlen=BUSY_MESSAGES)
        self.in_flight = 0

    def run(self) -> None:
        """Consume until `stop` is called."""
        pause = FIRST_PAUSE_S
        try:
            while not self._stopping.is_set():
                try:
                    self._session()
                    pause = FIRST_PAUSE_S
                except BROKER_ERRORS as error:
                    if self.connected.is_set():
                        pause = FIRST_PAUSE_S
                    log.warning("broker.lost", service=self._service, error=type(error).__name__)
                finally:
                    self.connected.clear()
                    metrics.BROKER_CONNECTED.labels(self._service).set(0)
                if not self._stopping.wait(pause):
                    pause = min(pause * 2, LONGEST_PAUSE_S)
        finally:
            self._stopped.set()

    def stop(self, timeout_s: float = 25.0) -> None:
        """Take nothing new, finish what is here, acknowledge it, close."""
        self._stopping.set()
        self._stopped.wait(timeout_s)

    def _session(self) -> None:
        self._pending.clear()
        self._arrivals.clear()
        self._tags.clear()
        link = Link(self._uri)
        over = threading.Event()
        try:
            self._begin(link)
            self.connected.set()
            metrics.BROKER_CONNECTED.labels(self._service).set(1)
            threading.Thread(target=_keep_alive, args=(link, over), daemon=True).start()
            while not self._stopping.is_set():
                self._turn(link)
            self._finish(link, list(self._tags.values()))
        finally:
            over.set()
            link.drop()

    def _begin(self, link: Link) -> None:
        # Per consumer: quorum queues refuse a prefetch for the whole channel.
        link.channel.basic_qos(0, max(1, self._prefetch // len(self._queues)), a_global=False)
        for queue in self._queues:
            self._consume(link, queue)

    def _consume(self, link: Link, queue: str) -> None:
        self._tags[queue] = link.consume(queue, self._arrived)

    def _arrived(self, message: Inbound) -> None:
        self._pending.append(message)
        self._arrivals.append(time.monotonic())

    def _turn(self, link: Link) -> None:
        """Wait for a message, gather what comes with it, hand it over."""
        if not self._pending and not link.drain(IDLE_READ_S):
            return
        self._gather(link)
        self._hand_over(link)

    def _gather(self, link: Link) -> None:
        self._until_dry(link)
        if not self._busy():
            return
        until = time.monotonic() + self._linger_s
        while len(self._pending) < MAX_BATCH and (left := until - time.monotonic()) > 0:
            # Where nobody comes for a while the crowd is over, and the last of it need not wait on.
            if not link.drain(min(left, LINGER_S)):
                break

    def _until_dry(self, link: Link) -> None:
        while len(self._pending) < MAX_BATCH and link.drain(0):
            pass

    def _busy(self) -> bool:
        full = len(self._arrivals) == BUSY_MESSAGES
        return full and time.monotonic() - self._arrivals[0] < BUSY_WITHIN_S

    def _hand_over(self, link: Link) -> None:
        batch, self._pending = self._pending[:MAX_BATCH], self._pending[MAX_BATCH:]
        if not batch:
            return
        pause = FIRST_PAUSE_S
        while True:
            try:
                self._handle(link, batch)
                break
            except BROKER_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the messages must not be lost
                log.warning("batch.kept", service=self._service, error=type(error).__name__, size=len(batch))
                self._pause(link, pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
        link.resume()
        if self._acks is Acks.BATCH:
            link.ack(batch[-1].delivery_tag, multiple=True)

    def _pause(self, link: Link, seconds: float) -> None:
        """Wait while reading on, so that a lost connection is noticed: its messages come again."""
        if self._stopping.is_set():
            raise ConnectionAbortedError("stopping with work that cannot be done now")
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            link.drain(left)

    def _finish(self, link: Link, tags: list[str]) -> None:
        for tag in tags:
            link.cancel(tag)
        quiet_since = time.monotonic()
        while self._pending or self.in_flight or time.monotonic() - quiet_since < QUIET_BEFORE_CLOSE_S:
            if link.drain(0.05) or not all(map(link.is_cancelled, tags)):
                # A quorum queue answers when its log is written, which may take longer than any quiet.
                quiet_since = time.monotonic()
            self._until_dry(link)
            if self._pending:
                self._hand_over(link)
                # While the handler was at work nobody listened: that was no quiet.
                quiet_since = time.monotonic()
        link.close()


def _keep_alive(link: Link, over: threading.Event) -> None:
    """Send heartbeats from a thread of their own: a long batch must not look like death."""
    while not over.wait(HEARTBEAT_S / 2.5):
        try:
            link.beat()
        except LINK_ERRORS:
            return
