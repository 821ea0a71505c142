"""Votes, objections and their timeline in PostgreSQL: the only SQL that changes them."""

from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from contracts.commands.votes import About
from services.governance.meeting.repository import columns
from services.governance.vote.models import objection, vote, vote_timeline
from services.governance.vote.results import Objection
from services.governance.vote.vote import Objected, Vote

_VOTES = sa.text("SELECT * FROM vote WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_SHARED = sa.text("SELECT * FROM vote WHERE id = ANY(:keys) ORDER BY id FOR SHARE")
_DUE = sa.text(
    "SELECT id FROM vote WHERE (state = 'noticed' AND opens_at <= cell_now()) "
    "OR (state IN ('open', 'extended') AND closes_at <= cell_now()) ORDER BY id"
)
_RUN_OFF = sa.text(
    "SELECT EXISTS (SELECT 1 FROM vote WHERE run_off_of = :vote_id "
    "AND state NOT IN ('failed_quorum', 'rejected', 'voided'))"
)
_OBJECTIONS = sa.text("SELECT * FROM objection WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_OBJECTED = sa.text(
    "SELECT count(*) FILTER (WHERE upheld IS NULL), max(answered_at) FILTER (WHERE upheld) "
    "FROM objection WHERE vote_id = :vote_id AND about = :about"
)


class Votes(Store[UUID, Vote]):
    """The votes of one unit of work, locked: nobody casts a ballot meanwhile."""

    flush_order: ClassVar[int] = -3

    def load_many(self, keys: list[UUID]) -> dict[UUID, Vote]:
        """Read and lock the votes that exist."""
        rows = self.connection.execute(_VOTES, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Vote) for row in rows}

    def save_many(self, changes: list[Change[UUID, Vote]]) -> None:
        """Write new votes, and known ones as they are now."""
        bulk.insert(self.connection, vote, [columns(change.new) for change in changes if change.old is None])
        moved = [columns(change.new) for change in changes if change.old is not None]
        bulk.update(self.connection, vote, moved, key=("id",))

    def has_run_off(self, vote_id: UUID) -> bool:
        """Return whether an election's run-off stood, or was under way, before this unit of work."""
        return bool(self.connection.scalar(_RUN_OFF, {"vote_id": vote_id}))

    @staticmethod
    def due(connection: sa.Connection) -> list[UUID]:
        """Return the votes that are to open or to end by now."""
        return list(connection.scalars(_DUE))


class RunningVotes(Store[UUID, Vote]):
    """Votes in which somebody casts: shared by ballots, and nobody closes one meanwhile."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Vote]:
        """Read the votes that exist, and keep them from changing."""
        rows = self.connection.execute(_SHARED, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Vote) for row in rows}

    def save_many(self, changes: list[Change[UUID, Vote]]) -> None:
        """Raises: AssertionError, always: a ballot changes nothing of a vote."""
        raise AssertionError(changes)


class ObjectionStore(Store[UUID, Objection]):
    """The objections of one unit of work, locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Objection]:
        """Read and lock the objections that exist."""
        rows = self.connection.execute(_OBJECTIONS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Objection) for row in rows}

    def save_many(self, changes: list[Change[UUID, Objection]]) -> None:
        """Write new objections, and the answers to known ones."""
        made = [columns(change.new) for change in changes if change.old is None]
        answered = [columns(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, objection, made)
        bulk.update(self.connection, objection, answered, key=("id",))

    def objected(self, vote_id: UUID, about: About) -> Objected:
        """Return how a vote's objections to one thing stand, those of this unit of work among them.

        What was answered in this unit still counts as open: who asks comes again.
        """
        row = self.connection.execute(_OBJECTED, {"vote_id": vote_id, "about": about.value}).one()
        made = sum(
            self._loaded[key] is None and (each.vote_id, each.about) == (vote_id, about)
            for key, each in {**self._kept, **self._staged}.items()
        )
        return Objected(open=int(row[0]) + made, upheld_at=row[1])


class Line(NamedTuple):
    """One step of a vote's life."""

    vote_id: UUID
    at: datetime
    kind: str
    step: str
    state: str
    by: str


class Timeline(Journal[Line]):
    """The lives of votes."""

    def write_many(self, rows: list[Line]) -> None:
        """Add the lines."""
        bulk.insert(self.connection, vote_timeline, [row._asdict() for row in rows])
