"""Slips in PostgreSQL: the only SQL that touches them."""

from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from contracts.commands.paper import SlipStage
from services.governance.meeting.repository import columns
from services.governance.vote.models import paper_slip
from services.governance.vote.paper import Slip
from services.governance.vote.tally import Total

_CHANGING = ("second", "third", "settled")
_SLIPS = sa.text("SELECT * FROM paper_slip WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
_OF_VOTE = sa.text("SELECT * FROM paper_slip WHERE vote_id = :vote_id ORDER BY number, entitlement_id")
_PROGRESS = sa.text(
    "SELECT (SELECT count(*) FROM participation WHERE vote_id = :vote_id AND channel <> 'online'), "
    "(SELECT count(*) FROM paper_slip WHERE vote_id = :vote_id AND settled)"
)
# A secret vote's settled slips are in the box, and which envelopes they were in is nobody's to know.
_WAITING = sa.text("""
SELECT count(*), coalesce(sum(e.area_hundredths_m2), 0)
FROM participation p
JOIN vote v ON v.id = p.vote_id
JOIN roll_entry e ON e.roll_id = v.roll_id AND e.entitlement_id = p.entitlement_id
WHERE p.vote_id = :vote_id AND p.channel <> 'online' AND NOT EXISTS (
    SELECT 1 FROM open_ballot b WHERE (b.vote_id, b.entitlement_id) = (p.vote_id, p.entitlement_id))
""")


class Progress(NamedTuple):
    """How many envelopes were handed in, and of how many slips it is settled what they say."""

    handed_in: int
    settled: int


class Slips(Store[UUID, Slip]):
    """The slips of one unit of work, locked."""

    flush_order: ClassVar[int] = 1

    def load_many(self, keys: list[UUID]) -> dict[UUID, Slip]:
        """Read and lock the slips that exist."""
        rows = self.connection.execute(_SLIPS, {"keys": keys}).mappings()
        return {row["id"]: msgspec.convert(row, Slip) for row in rows}

    def save_many(self, changes: list[Change[UUID, Slip]]) -> None:
        """Write new slips, and what was entered of known ones."""
        made = [_row(change.new) for change in changes if change.old is None]
        moved = [_row(change.new) for change in changes if change.old is not None]
        bulk.insert(self.connection, paper_slip, made)
        rows = [{"id": row["id"], **{name: row[name] for name in _CHANGING}} for row in moved]
        bulk.update(self.connection, paper_slip, rows, key=("id",))


def of_vote(connection: Connection, vote_id: UUID) -> list[Slip]:
    """Return a vote's slips in the order of their numbers."""
    rows = connection.execute(_OF_VOTE, {"vote_id": vote_id}).mappings()
    return [msgspec.convert(row, Slip) for row in rows]


def progress(connection: Connection, vote_id: UUID) -> Progress:
    """Return how far the papers have come before this unit of work."""
    row = connection.execute(_PROGRESS, {"vote_id": vote_id}).one()
    return Progress(int(row[0]), int(row[1]))


def waiting(connection: Connection, vote_id: UUID) -> Total:
    """Return what was handed in and is no ballot yet, while the vote runs: it takes part all the same."""
    row = connection.execute(_WAITING, {"vote_id": vote_id}).one()
    return Total(heads=int(row[0]), area_hundredths_m2=int(row[1]))


def _row(slip: Slip) -> dict[str, Any]:
    return {**columns(slip), "settled": slip.stage is SlipStage.SETTLED}
