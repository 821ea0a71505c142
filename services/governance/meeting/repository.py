"""Meetings, items and resolutions in PostgreSQL: the only SQL that changes them."""

from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from services.governance.meeting.attendance import Attendance
from services.governance.meeting.certifying import Certification
from services.governance.meeting.lifecycle import State
from services.governance.meeting.meeting import Item, Meeting, Resolution
from services.governance.meeting.models import (
    agenda_item,
    agenda_timeline,
    certification,
    conference_attendance,
    meeting,
    resolution,
)

_CHANGING = ("state", "meeting_id", "resolution_id", "emitted", "version")
_MEETINGS = sa.text("SELECT * FROM meeting WHERE id = ANY(:keys)")
_ITEMS = sa.text("SELECT * FROM agenda_item WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_RESOLUTIONS = sa.text("SELECT * FROM resolution WHERE id = ANY(:keys)")
_CERTIFICATIONS = sa.text("SELECT * FROM certification WHERE id = ANY(:keys)")
_ATTENDANCE = sa.text("SELECT * FROM conference_attendance WHERE meeting_id = ANY(:keys)")
_WAITING = sa.text("SELECT id FROM agenda_item WHERE state = 'waiting' ORDER BY id")


def columns(value: msgspec.Struct) -> dict[str, Any]:
    """Return a frozen value as its row; what PostgreSQL knows itself stays as it is."""
    row: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(UUID, datetime, date))
    return row


class Meetings(Store[UUID, Meeting]):
    """The meetings; they never change."""

    flush_order: ClassVar[int] = -2

    def load_many(self, keys: list[UUID]) -> dict[UUID, Meeting]:
        """Read the meetings that exist."""
        rows = self.connection.execute(_MEETINGS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Meeting) for row in rows}

    def save_many(self, changes: list[Change[UUID, Meeting]]) -> None:
        """Write new meetings."""
        bulk.insert(self.connection, meeting, [columns(change.new) for change in changes])


class Items(Store[UUID, Item]):
    """The agenda items of one unit of work, locked. Written after the meetings they name."""

    flush_order: ClassVar[int] = -1

    def load_many(self, keys: list[UUID]) -> dict[UUID, Item]:
        """Read and lock the items that exist."""
        rows = self.connection.execute(_ITEMS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Item) for row in rows}

    def waiting(self) -> list[Item]:
        """Return every item that waits for a meeting, oldest first, locked."""
        ids = list(self.connection.scalars(_WAITING))
        self.prefetch(ids)
        items = [item for key in ids if (item := self.get(key)) is not None and item.state is State.WAITING]
        return sorted(items, key=lambda item: (item.escalated_at, item.id))

    def save_many(self, changes: list[Change[UUID, Item]]) -> None:
        """Write new items, and what has changed in known ones."""
        made = [columns(change.new) for change in changes if change.old is None]
        moved = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, agenda_item, made)
        rows = [{"id": row["id"], **{name: row[name] for name in _CHANGING}} for row in moved]
        bulk.update(self.connection, agenda_item, rows, key=("id",))


class Resolutions(Store[UUID, Resolution]):
    """The resolutions; they never change."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Resolution]:
        """Read the resolutions that exist."""
        rows = self.connection.execute(_RESOLUTIONS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Resolution) for row in rows}

    def save_many(self, changes: list[Change[UUID, Resolution]]) -> None:
        """Write new resolutions."""
        bulk.insert(self.connection, resolution, [columns(change.new) for change in changes])


class Certifications(Store[UUID, Certification]):
    """The certified resolutions; they never change."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Certification]:
        """Read the certified resolutions that exist."""
        rows = self.connection.execute(_CERTIFICATIONS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Certification) for row in rows}

    def save_many(self, changes: list[Change[UUID, Certification]]) -> None:
        """Write new certified resolutions."""
        bulk.insert(self.connection, certification, [columns(change.new) for change in changes])


class Attendances(Store[UUID, Attendance]):
    """Who was at which meeting; it never changes."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Attendance]:
        """Read what was recorded."""
        rows = self.connection.execute(_ATTENDANCE, {"keys": keys}).mappings()
        return {row["meeting_id"]: msgspec.convert(row, Attendance) for row in rows}

    def save_many(self, changes: list[Change[UUID, Attendance]]) -> None:
        """Write who is there."""
        bulk.insert(self.connection, conference_attendance, [columns(change.new) for change in changes])


class Entry(NamedTuple):
    """One line of an item's life; `late` marks a fact that changed nothing."""

    item_id: UUID
    at: datetime
    kind: str
    step: str
    state: str
    by: str
    late: bool


class Timeline(Journal[Entry]):
    """The lives of items."""

    def write_many(self, rows: list[Entry]) -> None:
        """Add the lines."""
        bulk.insert(self.connection, agenda_timeline, [row._asdict() for row in rows])
