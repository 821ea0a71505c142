"""The services' `inbox_parked` tables, seen as one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

import msgspec
import psycopg
from psycopg.rows import class_row

from chassis.bus.publisher import Message, Publisher
from contracts.naming import inbox_exchange
from contracts.topology import STREAMS
from ops.errors import Unready

_COLUMNS = (
    "message_key, queue, routing_key, source, aggregate, sequence, ordering_key, type, reason, headers, "
    "body, state, parked_at, settled_at, settled_by, (SELECT count(*) FROM inbox_waiting w "
    "WHERE w.source = p.source AND w.aggregate = p.aggregate) AS held_back"
)
_OPEN = f"SELECT {_COLUMNS} FROM inbox_parked p WHERE state = 'parked' ORDER BY position"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM inbox_parked p ORDER BY position"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM inbox_parked p WHERE message_key = %s"  # noqa: S608
_LOCKED = "SELECT state FROM inbox_parked WHERE message_key = %s FOR UPDATE"
_SETTLE = (
    "UPDATE inbox_parked SET state = %s, settled_at = clock_timestamp(), settled_by = %s "
    "WHERE message_key = %s"
)
_CURSOR = "SELECT sequence FROM inbox_cursor WHERE source = %s AND aggregate = %s FOR UPDATE"
_ADVANCE = (
    "INSERT INTO inbox_cursor (source, aggregate, sequence) VALUES (%s, %s, %s) "
    "ON CONFLICT (source, aggregate) DO UPDATE SET sequence = EXCLUDED.sequence"
)
_NEXT = "SELECT event_id, body FROM inbox_waiting WHERE source = %s AND aggregate = %s AND sequence = %s"
PARKED = "parked"
SKIPPED = "skipped"


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """One message that was put aside, and how many events of its aggregate wait behind it."""

    service: str = ""
    message_key: str
    queue: str
    routing_key: str
    source: str | None
    aggregate: str | None
    sequence: int | None
    ordering_key: str | None
    type: str | None
    reason: str
    headers: dict[str, object]
    body: bytes
    state: str
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    held_back: int

    @property
    def key(self) -> str:
        """The name that a person gives it by: two services may have parked the same event."""
        return f"{self.service}/{self.message_key}"

    def summary(self) -> dict[str, object]:
        """Return everything but the body."""
        facts = {name: getattr(self, name) for name in self.__struct_fields__}
        return {"key": self.key} | {
            k: v for k, v in facts.items() if k not in ("body", "headers", "message_key")
        }


class Urls(Protocol):
    """Gives the URL of a service's database, or of a broker user."""

    def url(self, name: str, /) -> str:
        """Return it."""


class ParkingLot:
    """Lists and settles what is parked."""

    def __init__(self, *, databases: Urls, broker: Urls) -> None:
        self._databases = databases
        self._broker = broker

    def all(self, *, settled: bool = False) -> list[Parked]:
        """Return what is parked, the oldest first."""
        found: list[Parked] = []
        for service in STREAMS:
            with self._database(service) as connection:
                found.extend(_named(service, row) for row in _rows(connection, _ALL if settled else _OPEN))
        return sorted(found, key=lambda each: each.parked_at)

    def get(self, key: str) -> Parked:
        """Return one. Raises: Unready for a key that nobody has."""
        service, _, message_key = key.partition("/")
        if service in STREAMS:
            with self._database(service) as connection:
                for row in _rows(connection, _ONE, message_key):
                    return _named(service, row)
        raise Unready(f"Nothing is parked as {key}; ./qiaotou parked list says what is.")

    def replay(self, key: str, *, by: str) -> None:
        """Publish it again. Should it fail again, the service parks it again after this commit."""
        each = self.get(key)
        ordering_key = _replayable(each)
        with self._settling(each, "replayed", by=by):
            self._publish(each.service, each.message_key, ordering_key, each.type or "", each.body)

    def skip(self, key: str, *, by: str, reason: str) -> bool:
        """Leave it out; return whether something had waited for it and goes on now."""
        each = self.get(key)
        if each.state == SKIPPED:
            # Asked again: what waited may not have been put back, the broker was away.
            return self._release(each)
        with self._settling(each, SKIPPED, by=f"{by}: {reason}") as connection:
            if each.source is not None:
                _step_over(connection, each)
        # Only now: a service that took it before the commit would find the old cursor.
        return self._release(each)

    def _release(self, each: Parked) -> bool:
        with self._database(each.service) as connection:
            place = (each.source, each.aggregate, (each.sequence or 0) + 1)
            row = connection.execute(_NEXT, place).fetchone()
        if row is None:
            return False
        event_id, body = row
        self._publish(each.service, str(event_id), each.ordering_key or "", "", bytes(body))
        return True

    @contextmanager
    def _settling(self, each: Parked, state: str, *, by: str) -> Iterator[psycopg.Connection]:
        with self._database(each.service) as connection:
            row = connection.execute(_LOCKED, (each.message_key,)).fetchone()
            if row is None or row[0] != PARKED:
                raise Unready(f"{each.key} was settled already: {row and row[0]}.")
            yield connection
            connection.execute(_SETTLE, (state, by, each.message_key))

    @contextmanager
    def _database(self, service: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._databases.url(service), connect_timeout=10) as connection:
            yield connection

    def _publish(self, service: str, key: str, ordering_key: str, type_: str, body: bytes) -> None:
        publisher = Publisher(self._broker.url("operator"))
        try:
            message = Message(key, inbox_exchange(service), "parked", ordering_key, type_, body)
            if key not in publisher.publish_all([message]).confirmed:
                raise Unready("The broker did not take the message; ask again when it is back.")
        finally:
            publisher.close()


def _replayable(each: Parked) -> str:
    """Return the ordering key. Raises: Unready for what cannot be put back in good faith."""
    if not each.queue.startswith(f"{each.service}.inbox"):
        raise Unready(
            f"{each.key} came from {each.queue}: the broker vouches for its sender only when the sender "
            "publishes it. Have the department send it again, then skip this one."
        )
    if not each.ordering_key:
        raise Unready(f"{each.key} has no ordering key and came from none of ours; look at it, then skip it.")
    return each.ordering_key


def _step_over(connection: psycopg.Connection, each: Parked) -> None:
    """Move the aggregate's cursor past this message, unless it is past it already (a fork)."""
    row = connection.execute(_CURSOR, (each.source, each.aggregate)).fetchone()
    at, sequence = (int(row[0]) if row else 0), each.sequence or 0
    if sequence > at + 1:
        raise Unready(
            f"{each.key} is number {sequence} and number {at + 1} has not come yet: settle that first."
        )
    if sequence == at + 1:
        connection.execute(_ADVANCE, (each.source, each.aggregate, sequence))


def _rows(connection: psycopg.Connection, query: str, *values: str) -> list[Parked]:
    with connection.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(query, values).fetchall()


def _named(service: str, row: Parked) -> Parked:
    return msgspec.structs.replace(row, service=service, body=bytes(row.body))
