"""The relay: one plain process that publishes every service's outbox.

One thread, one broker connection and one advisory lock a database: a database or a
destination that is away holds up nobody else. Several relays may run; the lock decides.
"""

import os
import signal
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from chassis import log as logs
from chassis import metrics
from chassis.bus.connection import HEARTBEAT_S, LINK_ERRORS
from chassis.bus.publisher import Message, Publisher
from chassis.config import Settings
from chassis.data.engine import Database
from chassis.data.outbox import Unsent, mark_sent, unsent
from chassis.leaving import leave, wait_for
from chassis.observe import Observer
from contracts.naming import EVENTS_EXCHANGE

log = structlog.get_logger()

_LOST: tuple[type[Exception], ...] = (*LINK_ERRORS, SQLAlchemyError)

_LOCK_KEY = 0x51_71_A0_01
_BATCH = 500
_BUSY_POLL_S, _IDLE_POLL_S, _LOCK_POLL_S = 0.04, 0.1, 0.25
_FIRST_HOLD_S, _LONGEST_HOLD_S = 1.0, 60.0
_COUNT_EVERY_S = 1.0
_STOP_S = 10.0
_COUNTED = (metrics.OUTBOX_UNSENT, metrics.OUTBOX_OLDEST, metrics.RELAY_HELD)
_COUNT = sa.text("SELECT count(*), min(created_at) FROM outbox WHERE sent_at IS NULL")


class Holds:
    """Destinations in back-off: what came back from one is tried again later, and later again."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._pause: dict[str, float] = defaultdict(lambda: _FIRST_HOLD_S)

    def held(self, now: float) -> list[str]:
        """Return the destinations to leave alone at `now` (monotonic seconds)."""
        return [destination for destination, until in self._until.items() if until > now]

    def failed(self, destination: str, now: float, *, is_certain: bool = True) -> None:
        """Leave this destination alone for a while, twice as long each time, if the fault is its own."""
        self._until[destination] = now + self._pause[destination]
        if is_certain:
            self._pause[destination] = min(self._pause[destination] * 2, _LONGEST_HOLD_S)

    def succeeded(self, destination: str) -> None:
        """This destination takes messages again."""
        self._until.pop(destination, None)
        self._pause.pop(destination, None)


class DatabaseRelay(threading.Thread):
    """Publishes the outbox of one database for as long as it holds the lock."""

    def __init__(self, name: str, url: str, amqp_uri: str, stopping: threading.Event) -> None:
        super().__init__(name=f"relay-{name}", daemon=True)
        self._database_name = name
        self._database = Database(url, pool_size=2)
        self._amqp_uri = amqp_uri
        self._stopping = stopping
        self._holds = Holds()
        self._counted = 0.0
        self._beaten = 0.0
        self.working = False

    def run(self) -> None:
        """Lead or wait to lead, until told to stop."""
        # That nobody leads is seen only where somebody says of himself that he does not.
        metrics.RELAY_LEADER.labels(self._database_name).set(0)
        pause = _LOCK_POLL_S
        while not self._stopping.is_set():
            try:
                with self._autocommitting() as connection:
                    # Whoever finds no broker says all the same how much waits for one.
                    self._count(connection, [])
                    # The broker before the lock: a leader without one would only be in the way.
                    self._lead(connection, Publisher(self._amqp_uri))
                pause = _LOCK_POLL_S
            except Exception as error:  # noqa: BLE001 - whatever it is, its database must not fall silent
                pause = _LOCK_POLL_S if self.working else min(pause * 2, 5.0)
                self._note_lost(error)
            self._stopping.wait(pause)

    def _note_lost(self, error: BaseException) -> None:
        self.working = False
        metrics.RELAY_LEADER.labels(self._database_name).set(0)
        if isinstance(error, SQLAlchemyError):
            # Nobody has counted since, and the alerts would go by what was.
            for gauge in _COUNTED:
                gauge.remove(self._database_name)
        expected = isinstance(error, _LOST)
        log.warning(
            "relay.lost",
            database=self._database_name,
            error=type(error).__name__,
            exc_info=None if expected else error,
        )

    def _lead(self, connection: Connection, publisher: Publisher) -> None:
        try:
            self.working = True
            while not self._stopping.is_set() and not self._lock(connection):
                # A dead session may hold the lock, and then nobody else counts.
                self._count(connection, [])
                self._idle(publisher)
                self._stopping.wait(_LOCK_POLL_S)
            metrics.RELAY_LEADER.labels(self._database_name).set(1)
            self._relay(connection, publisher)
        finally:
            publisher.close()

    def _autocommitting(self) -> Connection:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # The lock lasts as long as the connection: it must not live on in a pool.
        connection.detach()
        return connection

    @staticmethod
    def _lock(connection: Connection) -> bool:
        return bool(connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}))

    def _relay(self, connection: Connection, publisher: Publisher) -> None:
        poll = _BUSY_POLL_S
        while not self._stopping.is_set():
            held = self._holds.held(time.monotonic())
            rows = unsent(connection, held=held, limit=_BATCH)
            if rows:
                self._publish(connection, publisher, rows)
                poll = _BUSY_POLL_S
            else:
                poll = min(poll * 1.25, _IDLE_POLL_S)
            self._count(connection, held)
            self._idle(publisher)
            self._stopping.wait(poll)

    def _publish(self, connection: Connection, publisher: Publisher, rows: list[Unsent]) -> None:
        try:
            published = publisher.publish_all([_message(row) for row in rows])
        except TimeoutError:
            self._hold_unconfirmed(rows)
            raise
        sent = [row for row in rows if str(row.id) in published.confirmed]
        mark_sent(connection, [row.position for row in sent])
        now = time.monotonic()
        for destination in {row.destination for row in sent}:
            self._holds.succeeded(destination)
        for destination in {row.destination for row in rows if str(row.id) in published.failed}:
            log.warning("relay.held", database=self._database_name, destination=destination)
            self._holds.failed(destination, now)
        self._measure(sent, [row for row in rows if str(row.id) in published.failed])

    def _hold_unconfirmed(self, rows: list[Unsent]) -> None:
        """Nothing was confirmed: the next look is to find others' rows, were there ever so many of these.

        With events among them it may be the broker that is silent, and no queue of a department.
        """
        now = time.monotonic()
        is_certain = all(row.exchange != EVENTS_EXCHANGE for row in rows)
        for destination in {row.destination for row in rows if row.exchange != EVENTS_EXCHANGE}:
            log.warning("relay.held", database=self._database_name, destination=destination)
            self._holds.failed(destination, now, is_certain=is_certain)

    def _measure(self, sent: list[Unsent], failed: list[Unsent]) -> None:
        name, now = self._database_name, datetime.now(UTC)
        for row in sent:
            metrics.RELAY_PUBLISHED.labels(name, row.exchange).inc()
            metrics.OUTBOX_LAG.labels(name).observe(max(0.0, (now - row.created_at).total_seconds()))
        for row in failed:
            metrics.RELAY_FAILED.labels(name, row.exchange).inc()

    def _count(self, connection: Connection, held: list[str]) -> None:
        if time.monotonic() - self._counted < _COUNT_EVERY_S:
            return
        self._counted = time.monotonic()
        count, oldest = connection.execute(_COUNT).one()
        age = 0.0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds()
        metrics.OUTBOX_UNSENT.labels(self._database_name).set(count)
        metrics.OUTBOX_OLDEST.labels(self._database_name).set(max(0.0, age))
        metrics.RELAY_HELD.labels(self._database_name).set(len(held))

    def _idle(self, publisher: Publisher) -> None:
        if time.monotonic() - self._beaten > HEARTBEAT_S / 2.5:
            self._beaten = time.monotonic()
            publisher.idle()


def _message(row: Unsent) -> Message:
    return Message(str(row.id), row.exchange, row.routing_key, row.ordering_key, row.type, bytes(row.body))


def databases(value: str) -> dict[str, str]:
    """Read `intake=postgresql://...,dispatch=...`. Raises: ValueError."""
    pairs = [each.partition("=") for each in value.split(",") if each.strip()]
    if not pairs or not all(url for _, _, url in pairs):
        raise ValueError("QIAOTOU_DATABASES wants name=url[,name=url...]")
    return {name.strip(): url.strip() for name, _, url in pairs}


def main() -> int:
    """Relay every database that the environment names, until SIGTERM."""
    settings = Settings.from_env()
    logs.configure(settings.log_level, service="relay")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    relays = [
        DatabaseRelay(name, url, settings.amqp_uri, stopping)
        for name, url in databases(os.environ["QIAOTOU_DATABASES"]).items()
    ]
    checks = {"relays": lambda: all(each.working for each in relays)}
    observer = Observer(settings.metrics_port, checks, host=settings.metrics_host)
    observer.start()
    for each in relays:
        each.start()
    log.info("relay.started", databases=len(relays))
    stopping.wait()
    for thread in wait_for(relays, within_s=_STOP_S):
        # What it has sent and not noted is sent again; nothing is lost with it.
        log.warning("relay.abandoned", thread=thread.name)
    observer.stop()
    return 0


if __name__ == "__main__":
    leave(main())
