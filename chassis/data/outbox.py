"""The outbox: events are rows of the same transaction as the change they tell of."""

from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Journal
from chassis.data.tables import outbox
from contracts import envelope
from contracts.naming import DEPARTMENTS_EXCHANGE, EVENTS_EXCHANGE, department_queue


class Outgoing(NamedTuple):
    """One message that the relay will publish. `destination` is what back-off goes by."""

    id: UUID
    exchange: str
    routing_key: str
    destination: str
    ordering_key: str
    type: str
    body: bytes


class Outbox(Journal[Outgoing]):
    """The messages of one unit of work."""

    flush_order: ClassVar[int] = 50

    def event(self, payload: envelope.Payload, *, subject: str, sequence: int, ordering_key: str) -> None:
        """Tell everybody. `sequence` counts what this source emitted for `subject`, from 1."""
        self._add(payload, (EVENTS_EXCHANGE, payload.type, "events"), (subject, sequence, ordering_key))

    def to_department(
        self, payload: envelope.Payload, *, department: str, subject: str, sequence: int, ordering_key: str
    ) -> None:
        """Put a message on one subscriber's own queue."""
        route = (DEPARTMENTS_EXCHANGE, department, department_queue(department))
        self._add(payload, route, (subject, sequence, ordering_key))

    def _add(
        self, payload: envelope.Payload, route: tuple[str, str, str], place: tuple[str, int, str]
    ) -> None:
        exchange, routing_key, destination = route
        subject, sequence, ordering_key = place
        if not ordering_key:
            raise ValueError("an event needs an ordering key: without one all would crowd one partition")
        event = envelope.CloudEvent(
            id=envelope.uuid7(),
            source=self._uow.source,
            type=payload.type,
            subject=subject,
            time=self._uow.now,
            sequence=sequence,
            epoch=envelope.told_epoch(self._uow.epoch),
            orderingkey=ordering_key,
            correlationid=self._uow.context.correlation_id,
            causationid=None if self._uow.cause is None else str(self._uow.cause),
            data=envelope.raw(payload),
        )
        body = envelope.encode(event)
        self.append(Outgoing(event.id, exchange, routing_key, destination, ordering_key, event.type, body))

    def write_many(self, rows: list[Outgoing]) -> None:
        """Insert the messages; the relay finds them by `sent_at IS NULL`."""
        bulk.insert(self.connection, outbox, [row._asdict() for row in rows])


class Unsent(NamedTuple):
    """A row that the relay has read."""

    position: int
    id: UUID
    exchange: str
    routing_key: str
    destination: str
    ordering_key: str
    type: str
    body: bytes
    created_at: datetime


_UNSENT = sa.text(
    "SELECT position, id, exchange, routing_key, destination, ordering_key, type, body, created_at "
    "FROM outbox WHERE sent_at IS NULL AND destination <> ALL(:held) ORDER BY position LIMIT :limit"
)
_SENT = sa.text("UPDATE outbox SET sent_at = clock_timestamp() WHERE position = ANY(:positions)")


def unsent(connection: sa.Connection, *, held: list[str], limit: int) -> list[Unsent]:
    """Return the oldest rows that were not sent and whose destination is not held back."""
    return [Unsent(*row) for row in connection.execute(_UNSENT, {"held": held, "limit": limit})]


def mark_sent(connection: sa.Connection, positions: list[int]) -> None:
    """Note that the broker has confirmed these rows."""
    connection.execute(_SENT, {"positions": positions})
