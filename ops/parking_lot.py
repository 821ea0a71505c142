"""The services' `inbox_parked` tables, seen as one."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import psycopg
from psycopg.rows import class_row

from chassis.bus.publisher import Message
from contracts.naming import inbox_exchange
from contracts.topology import STREAMS
from ops import settled
from ops.draining import Urls
from ops.errors import Unready
from ops.mailing import mailing
from ops.parked_message import PARKED, REPLAYED, SKIPPED, Parked
from ops.settled import Settled

_COLUMNS = (
    "message_key, queue, routing_key, source, aggregate, sequence, ordering_key, type, reason, headers, "
    "body, state, parked_at, settled_at, settled_by, waiting, waiting_since, passed"
)
_PARKED = (
    "inbox_parked p CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(since) AS waiting_since "
    "FROM inbox_waiting w WHERE w.source = p.source AND w.aggregate = p.aggregate) w "
    "CROSS JOIN LATERAL (SELECT coalesce(max(c.sequence), 0) AS passed "
    "FROM inbox_cursor c WHERE c.source = p.source AND c.aggregate = p.aggregate) c"
)
_OPEN = f"SELECT {_COLUMNS} FROM {_PARKED} WHERE state = 'parked' ORDER BY position"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM {_PARKED} ORDER BY position"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM {_PARKED} WHERE message_key = %s"  # noqa: S608
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

    def replay(self, key: str, *, by: str, because: str) -> None:
        """Publish it again. Should it fail again, the service parks it again after this commit.

        Raises: Unready.
        """
        each = self.get(key)
        if each.remedy:
            raise Unready(f"{each.key} stays: {each.remedy}.")
        with self._settling(each, REPLAYED, by=by, because=because):
            self._publish(each.service, each.message_key, each.ordering_key, each.type or "", each.body)

    def skip(self, key: str, *, by: str, because: str) -> bool:
        """Leave it out; return whether something had waited for it and goes on now. Raises: Unready."""
        each = self.get(key)
        if each.state == SKIPPED:
            # Asked again: what waited may not have been put back, the broker was away.
            return self._release(each)
        with self._settling(each, SKIPPED, by=by, because=because) as connection:
            if each.source is not None:
                _step_over(connection, each)
        # Only now: a service that took it before the commit would find the old cursor.
        return self._release(each)

    def history(self) -> list[Settled]:
        """Return who has settled what, the oldest first."""
        found: list[Settled] = []
        for service in STREAMS:
            with self._database(service) as connection:
                found.extend(settled.read(connection, service))
        return sorted(found, key=lambda each: each.settled_at)

    def _release(self, each: Parked) -> bool:
        with self._database(each.service) as connection:
            place = (each.source, each.aggregate, (each.sequence or 0) + 1)
            row = connection.execute(_NEXT, place).fetchone()
        if row is None:
            return False
        event_id, body = row
        self._publish(each.service, str(event_id), each.ordering_key, "", bytes(body))
        return True

    @contextmanager
    def _settling(self, each: Parked, state: str, *, by: str, because: str) -> Iterator[psycopg.Connection]:
        with self._database(each.service) as connection:
            row = connection.execute(_LOCKED, (each.message_key,)).fetchone()
            if row is None or row[0] != PARKED:
                raise Unready(f"{each.key} was settled already: {row and row[0]}.")
            settled.add(connection, each, action=state, by=by, because=because)
            yield connection
            connection.execute(_SETTLE, (state, by, each.message_key))

    @contextmanager
    def _database(self, service: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._databases.url(service), connect_timeout=10) as connection:
            yield connection

    def _publish(self, service: str, key: str, ordering_key: str | None, type_: str, body: bytes) -> None:
        message = Message(key, inbox_exchange(service), "parked", ordering_key or "", type_, body)
        with mailing(self._broker.url("operator")) as put:
            put(message)


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
