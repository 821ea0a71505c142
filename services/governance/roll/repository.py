"""Rolls and their entries in PostgreSQL: the only SQL that changes them."""

from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from contracts.events.registry import RollEntry
from services.governance.meeting.repository import columns
from services.governance.roll.models import roll, roll_entry
from services.governance.roll.roll import Roll

_CHANGING = (
    "chunks",
    "received",
    "count",
    "area_hundredths_m2",
    "root",
    "fault",
    "answered_at",
    "frozen_at",
)
_ROLLS = sa.text("SELECT * FROM roll WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_ENTRIES = sa.text(
    "SELECT entitlement_id, electors, area_hundredths_m2 FROM roll_entry WHERE roll_id = :roll_id"
)
_OF_VOTES = sa.text(
    "SELECT v.id AS vote_id, e.entitlement_id, e.electors, e.area_hundredths_m2 "
    "FROM unnest(CAST(:votes AS uuid[]), CAST(:entitlements AS uuid[])) AS asked(vote_id, entitlement_id) "
    "JOIN vote v ON v.id = asked.vote_id "
    "JOIN roll_entry e ON e.roll_id = v.roll_id AND e.entitlement_id = asked.entitlement_id"
)


class Rolls(Store[UUID, Roll]):
    """The rolls of one unit of work, locked."""

    flush_order: ClassVar[int] = -2

    def load_many(self, keys: list[UUID]) -> dict[UUID, Roll]:
        """Read and lock the rolls that exist."""
        rows = self.connection.execute(_ROLLS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Roll) for row in rows}

    def save_many(self, changes: list[Change[UUID, Roll]]) -> None:
        """Write new rolls, and what has come of known ones."""
        made = [columns(change.new) for change in changes if change.old is None]
        grown = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, roll, made)
        rows = [{"id": row["id"], **{name: row[name] for name in _CHANGING}} for row in grown]
        bulk.update(self.connection, roll, rows, key=("id",))


class Entered(NamedTuple):
    """An entry of a roll."""

    roll_id: UUID
    entry: RollEntry


class Entries(Journal[Entered]):
    """The entries of rolls; they never change."""

    def all_of(self, roll_id: UUID) -> list[RollEntry]:
        """Return every entry of a roll, those of this unit of work among them."""
        rows = self.connection.execute(_ENTRIES, {"roll_id": roll_id}).mappings()
        new = [each.entry for each in (*self._kept, *self._staged) if each.roll_id == roll_id]
        return [*(msgspec.convert(row, RollEntry) for row in rows), *new]

    def write_many(self, rows: list[Entered]) -> None:
        """Add the entries."""
        bulk.insert(
            self.connection,
            roll_entry,
            [{"roll_id": each.roll_id, **columns(each.entry)} for each in rows],
        )


class Electorate(Store[tuple[UUID, UUID], RollEntry]):
    """Entries by vote and entitlement, as the vote's own roll has them. They are read alone."""

    def load_many(self, keys: list[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], RollEntry]:
        """Read the entries that are on the votes' rolls."""
        given = {"votes": [key[0] for key in keys], "entitlements": [key[1] for key in keys]}
        rows = self.connection.execute(_OF_VOTES, given).mappings()
        return {(row["vote_id"], row["entitlement_id"]): msgspec.convert(row, RollEntry) for row in rows}

    def save_many(self, changes: list[Change[tuple[UUID, UUID], RollEntry]]) -> None:
        """Raises: AssertionError, always: a roll is registry's to make."""
        raise AssertionError(changes)
