"""Waiting until nothing is under way in a cell: sent, taken, applied, and nothing more comes of it."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any, NamedTuple, Protocol

import amqp
import psycopg

from chassis.bus.connection import BROKER_ERRORS, BusConnection, connect
from contracts import topology
from contracts.envelope import CloudEvent, decode
from contracts.naming import EVENTS_EXCHANGE, reply_queue
from ops.cell import SERVICES
from ops.errors import Unready

PATIENCE_S = 30.0
# A command that a consumer has taken and not begun shows nowhere: so nothing must have changed since the
# look before. Whoever waits for the answers to all that was asked may look again sooner.
PAUSE_S = 0.1
_AWAY: tuple[type[Exception], ...] = (psycopg.OperationalError, *BROKER_ERRORS)
_UNSENT = "SELECT destination, count(*) FROM outbox WHERE sent_at IS NULL GROUP BY destination"
# More than consumers may have taken and not applied; what lies before these is on a queue, if anywhere.
_SENT = (
    "SELECT body FROM outbox WHERE exchange = %s AND sent_at IS NOT NULL AND position > %s "
    "ORDER BY position DESC LIMIT 1000"
)
# The last position, and how much is unsent, at work, and waiting for one that has not come. What stands
# behind a parked message waits for a person: it is not under way.
_STATE = (
    "SELECT (SELECT coalesce(max(position), 0) FROM outbox), "
    "(SELECT count(*) FROM outbox WHERE sent_at IS NULL), "
    "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
    "AND xact_start IS NOT NULL AND pid <> pg_backend_pid()), "
    "(SELECT count(*) FROM inbox_waiting w WHERE NOT EXISTS (SELECT FROM inbox_parked p "
    "WHERE p.state = 'parked' AND p.source = w.source AND p.aggregate = w.aggregate))"
)
_NOT_TAKEN = (
    "SELECT count(*) FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) "
    "AS told (source, aggregate, sequence, key) LEFT JOIN inbox_cursor c USING (source, aggregate) "
    "WHERE coalesce(c.sequence, 0) < told.sequence AND NOT EXISTS (SELECT FROM inbox_parked p "
    "WHERE p.state = 'parked' AND (p.message_key = told.key "
    "OR (p.source = told.source AND p.aggregate = told.aggregate)))"
)


class Urls(Protocol):
    """Gives the URL of a service's database, or of a broker user."""

    def url(self, name: str, /) -> str:
        """Return it."""


class Look(NamedTuple):
    """What is under way, in words, and the last outbox position of every service."""

    under_way: list[str]
    positions: tuple[int, ...]


def drain(*, databases: Urls, broker: Urls, within_s: float = PATIENCE_S) -> None:
    """Wait until nothing is under way between the parts of a cell.

    Departments are not parts of it: what lies on their queues has arrived. Raises: Unready with
    what is under way still.
    """
    with watching(databases, broker) as traffic:
        traffic.drain(within_s=within_s)


class Traffic:
    """The databases and queues of a cell, looked at over connections that stay open.

    What was taken when the cell was drained last stays taken: later looks begin behind it.
    """

    def __init__(
        self, databases: Mapping[str, psycopg.Connection], bus: BusConnection, *, pause_s: float
    ) -> None:
        self._databases = databases
        self._channel = bus.channel()
        self._queues = [*(queue.name for queue in topology.queues(())), *_reply_queues(databases, bus)]
        self._pause_s = pause_s
        self._drained_to = (0,) * len(databases)

    def drain(self, *, within_s: float = PATIENCE_S) -> None:
        """Wait until nothing is under way. Raises: Unready with what is."""
        until = time.monotonic() + within_s
        with _away():
            before = self.look()
            while True:
                time.sleep(self._pause_s)
                found = self.look()
                if before == found and not found.under_way:
                    self._drained_to = found.positions
                    return
                if time.monotonic() > until:
                    left = "; ".join(found.under_way) or "the services go on sending"
                    raise Unready(f"After {within_s:.0f} s there is still something under way: {left}.")
                before = found

    def look(self) -> Look:
        """Look once, and no further than to the first that is under way.

        The senders first: what they send meanwhile is met again at the next look.
        """
        found: list[str] = []
        positions = []
        for service, connection in self._databases.items():
            last, unsent, busy, waiting = _rows(connection, _STATE)[0]
            positions.append(int(last))
            if unsent:
                found += [f"{service} has {n} unsent for {where}" for where, n in _rows(connection, _UNSENT)]
            if busy:
                found.append(f"{service} is at work in {busy} transactions")
            if waiting:
                found.append(f"{waiting} wait in {service} for one that has not come")
        found = found or [*self._on_their_way()] or [*self._on_queues()]
        return Look(found, tuple(positions))

    def _on_queues(self) -> Iterator[str]:
        for queue in self._queues:
            held = self._channel.queue_declare(queue, passive=True).message_count
            if held:
                yield f"{queue} holds {held}"

    def _on_their_way(self) -> Iterator[str]:
        told = [
            decode(bytes(row[0]))
            for connection, behind in zip(self._databases.values(), self._drained_to, strict=True)
            for row in _rows(connection, _SENT, EVENTS_EXCHANGE, behind)
        ]
        for service, connection in self._databases.items():
            heard = [event for event in told if follows(service, event.type)]
            if heard and (missing := _number(connection, _NOT_TAKEN, *_columns(heard))):
                yield f"{missing} have not been taken by {service}"


@contextmanager
def watching(databases: Urls, broker: Urls, *, pause_s: float = PAUSE_S) -> Iterator[Traffic]:
    """Connect to a cell, to look at it again and again. Raises: Unready."""
    with ExitStack() as stack:
        with _away():
            opened = {
                service: stack.enter_context(psycopg.connect(databases.url(service), autocommit=True))
                for service in SERVICES
            }
            bus = connect(broker.url("operator"))
            stack.callback(bus.collect)
            traffic = Traffic(opened, bus, pause_s=pause_s)
        yield traffic


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        said = str(error).strip() or type(error).__name__
        raise Unready(f"The cell cannot be looked at: {said}. ./qiaotou status says more.") from error


def _reply_queues(databases: Mapping[str, psycopg.Connection], bus: BusConnection) -> Iterator[str]:
    """Give the queue of what each department says, where it has one."""
    for (code,) in _rows(databases["dispatch"], "SELECT code FROM department"):
        # A queue that is not there costs the channel.
        channel = bus.channel()
        with suppress(amqp.NotFound):
            channel.queue_declare(reply_queue(code), passive=True)
            channel.close()
            yield reply_queue(code)


@cache
def follows(service: str, type_: str) -> bool:
    """Say whether a service's queues are bound to an event of this type; `#` is any words, `*` one."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\#", ".*").replace(r"\*", "[^.]+"), type_)
        for pattern in topology.STREAMS.get(service, ())
    )


def _columns(events: list[CloudEvent]) -> tuple[list[Any], ...]:
    return (
        [event.source for event in events],
        [event.subject for event in events],
        [event.sequence for event in events],
        [str(event.id) for event in events],
    )


def _rows(connection: psycopg.Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode(), values).fetchall()


def _number(connection: psycopg.Connection, query: str, *values: object) -> int:
    return int(_rows(connection, query, *values)[0][0])
