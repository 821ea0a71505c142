"""Hearings and registrations in PostgreSQL: the only SQL that changes them."""

from typing import ClassVar
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.hearing.hearing import Hearing, Registration
from services.governance.hearing.lifecycle import OVER
from services.governance.hearing.models import hearing, hearing_registration
from services.governance.meeting.repository import columns

_HEARINGS = sa.text("SELECT * FROM hearing WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_OF_TOPIC = sa.text("SELECT id FROM hearing WHERE topic_id = :topic ORDER BY id")
_REGISTRATIONS = sa.text("SELECT * FROM hearing_registration WHERE id = ANY(:keys)")
_OF_HEARING = sa.text("SELECT id FROM hearing_registration WHERE hearing_id = :hearing")


class Hearings(Store[UUID, Hearing]):
    """The hearings of one unit of work, locked."""

    flush_order: ClassVar[int] = -1

    def load_many(self, keys: list[UUID]) -> dict[UUID, Hearing]:
        """Read and lock the hearings that exist."""
        rows = self.connection.execute(_HEARINGS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Hearing) for row in rows}

    def under_way(self, topic_id: UUID) -> bool:
        """Return whether a topic, whose row is locked, has a hearing that is not over."""
        kept = [each.id for each in (*self._kept.values(), *self._staged.values())]
        ids = [*self.connection.scalars(_OF_TOPIC, {"topic": topic_id}), *kept]
        found = [each for key in ids if (each := self.get(key)) is not None]
        return any(each.topic_id == topic_id and each.state not in OVER for each in found)

    def save_many(self, changes: list[Change[UUID, Hearing]]) -> None:
        """Write new hearings, and known ones as they are now."""
        made = [columns(change.new) for change in changes if change.old is None]
        known = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, hearing, made)
        bulk.update(self.connection, hearing, known, key=("id",))


class Registrations(Store[UUID, Registration]):
    """The registrations; their hearing's row is locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Registration]:
        """Read the registrations that exist."""
        rows = self.connection.execute(_REGISTRATIONS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Registration) for row in rows}

    def of(self, hearing_id: UUID) -> tuple[Registration, ...]:
        """Return a hearing's registrations in the order of their ids, this unit's own changes included."""
        new = (*self._kept.values(), *self._staged.values())
        ids = {*self.connection.scalars(_OF_HEARING, {"hearing": hearing_id})}
        ids.update(each.id for each in new if each.hearing_id == hearing_id)
        self.prefetch(ids)
        found = (self.get(key) for key in sorted(ids, key=str))
        return tuple(each for each in found if each is not None)

    def save_many(self, changes: list[Change[UUID, Registration]]) -> None:
        """Write new registrations, and known ones as they are now."""
        made = [columns(change.new) for change in changes if change.old is None]
        known = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, hearing_registration, made)
        bulk.update(self.connection, hearing_registration, known, key=("id",))
