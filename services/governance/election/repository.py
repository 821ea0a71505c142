"""Mandates in PostgreSQL: the only SQL that touches them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from contracts.commands.elections import MandateView
from services.governance.election.mandates import Mandate
from services.governance.election.models import mandate
from services.governance.meeting.repository import columns

_OF_VOTES = sa.text("SELECT * FROM mandate WHERE vote_id = ANY(:keys)")
_LIST = sa.text(
    "SELECT giver_name AS giver, holder_name AS holder FROM mandate WHERE vote_id = :vote_id "
    "ORDER BY holder_name, holder, giver_name"
)
_ELECTORS = sa.text(
    "SELECT DISTINCT elector FROM roll_entry, unnest(electors) AS elector "
    "WHERE roll_id = :roll_id AND electors && CAST(:accounts AS uuid[]) AND elector = ANY(:accounts)"
)


class MandateStore(Store[UUID, tuple[Mandate, ...]]):
    """The mandates of votes; whoever gives one has the vote locked."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, tuple[Mandate, ...]]:
        """Read the mandates of these votes."""
        found: dict[UUID, tuple[Mandate, ...]] = {}
        for row in self.connection.execute(_OF_VOTES, {"keys": keys}).mappings():
            found[row["vote_id"]] = (*found.get(row["vote_id"], ()), msgspec.convert(row, Mandate))
        return found

    def save_many(self, changes: list[Change[UUID, tuple[Mandate, ...]]]) -> None:
        """Write the new mandates."""
        rows = [
            {"vote_id": change.key, **columns(each)}
            for change in changes
            for each in change.new[len(change.old or ()) :]
        ]
        bulk.insert(self.connection, mandate, rows)


def electors_among(connection: sa.Connection, roll_id: UUID, accounts: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these accounts are on a roll."""
    return frozenset(connection.scalars(_ELECTORS, {"roll_id": roll_id, "accounts": list(accounts)}))


def published(connection: sa.Connection, vote_id: UUID) -> tuple[MandateView, ...]:
    """Return the list of a vote's mandates, as everybody may know it."""
    rows = connection.execute(_LIST, {"vote_id": vote_id}).mappings()
    return tuple(msgspec.convert(row, MandateView) for row in rows)
