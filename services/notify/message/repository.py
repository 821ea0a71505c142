"""Messages in PostgreSQL."""

from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from contracts.envelope import uuid7
from services.notify.message.circle import Circle
from services.notify.message.cursor import Cursor
from services.notify.message.message import Note, Received
from services.notify.message.models import circles, messages
from services.notify.message.templates import Template

_LOAD = sa.text(
    "SELECT message_id, person, read_at FROM message WHERE message_id = ANY(:ids) "
    "ORDER BY message_id FOR UPDATE"
)
_CIRCLES = sa.text(
    "SELECT case_id, reporter, supporters FROM case_circle WHERE case_id = ANY(:ids) "
    "ORDER BY case_id FOR UPDATE"
)
_KEEP_CIRCLE = "ON CONFLICT (case_id) DO UPDATE SET supporters = EXCLUDED.supporters"
_PAGE = (
    "SELECT message_id, template, case_id, number, category, at, read_at, position FROM message "
    "WHERE person = :person{unread}{below} ORDER BY at DESC, position DESC LIMIT :limit"
)
_UNREAD, _BELOW = " AND read_at IS NULL", " AND (at, position) < (:at, :position)"
_COUNT_UNREAD = sa.text("SELECT count(*) FROM message WHERE person = :person AND read_at IS NULL")
# The inbox lets each event in once; this holds also where somebody replays one by hand.
_ONCE = "ON CONFLICT (event_id, person, template) DO NOTHING"


class NewMessage(NamedTuple):
    """What somebody is told, and the event that it is about."""

    event_id: UUID
    note: Note


class Outgoing(Journal[NewMessage]):
    """The messages of this unit of work."""

    def write_many(self, rows: list[NewMessage]) -> None:
        """Write the messages, once each."""
        bulk.insert(
            self.connection,
            messages,
            [{"message_id": uuid7(), "event_id": row.event_id, **row.note._asdict()} for row in rows],
            on_conflict=_ONCE,
        )


class ReceivedStore(Store[UUID, Received]):
    """Messages by id, as their readers mark them."""

    flush_order: ClassVar[int] = 20

    def load_many(self, keys: list[UUID]) -> dict[UUID, Received]:
        """Read and lock messages."""
        rows = self.connection.execute(_LOAD, {"ids": keys})
        return {row[0]: Received(row[1], row[2]) for row in rows}

    def save_many(self, changes: list[Change[UUID, Received]]) -> None:
        """Write when they were read."""
        rows = [{"message_id": change.key, "read_at": change.new.read_at} for change in changes]
        bulk.update(self.connection, messages, rows, key=("message_id",))


class Circles(Store[UUID, Circle]):
    """Who stands behind each case."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Circle]:
        """Read and lock circles."""
        rows = self.connection.execute(_CIRCLES, {"ids": keys})
        return {row[0]: Circle(row[1], tuple(map(UUID, row[2]))) for row in rows}

    def save_many(self, changes: list[Change[UUID, Circle]]) -> None:
        """Write circles; who reported a case never changes."""
        rows = [{"case_id": change.key, **change.new._asdict()} for change in changes]
        bulk.insert(self.connection, circles, rows, on_conflict=_KEEP_CIRCLE)


class Line(NamedTuple):
    """One message of a page."""

    message_id: UUID
    template: Template
    case_id: UUID
    number: str
    category: str | None
    at: datetime
    read_at: datetime | None
    position: int


def page(
    connection: Connection, person: UUID, *, unread_only: bool, below: Cursor | None, limit: int
) -> list[Line]:
    """Return a person's messages, newest first, `limit` at most."""
    given: dict[str, object] = {"person": person, "limit": limit}
    if below is not None:
        given |= below._asdict()
    sql = _PAGE.format(unread=_UNREAD if unread_only else "", below="" if below is None else _BELOW)
    rows = connection.execute(sa.text(sql), given)
    return [Line(row[0], Template(row[1]), *row[2:]) for row in rows]


def count_unread(connection: Connection, person: UUID) -> int:
    """Return how many messages a person has not read."""
    return int(connection.scalar(_COUNT_UNREAD, {"person": person}) or 0)
