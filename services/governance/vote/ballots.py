"""Ballots in PostgreSQL: the only SQL that touches them.

Participations are written in the order of their ids and secret ballots in a random one: neither order tells
of the other. At the end every ballot is written anew, shuffled, in one statement of one transaction: from
then on where a row stands and which transaction wrote it says nothing. docs/decisions.md has what is left.
"""

from secrets import SystemRandom
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from chassis.data import bulk, direct
from chassis.data.store import Change, Journal, Store
from contracts.commands.votes import BallotMode
from services.governance.vote.ballot import Ballot
from services.governance.vote.casting import Channel, OpenBallot, Participation
from services.governance.vote.models import ballot, ballot_box, open_ballot, participation
from services.governance.vote.vote import Vote

Key = tuple[UUID, UUID]
_PAIRS = "unnest(CAST(:votes AS uuid[]), CAST(:entitlements AS uuid[])) AS asked(vote_id, entitlement_id)"
_USED = sa.text(
    "SELECT p.vote_id, p.entitlement_id, p.channel "  # noqa: S608 - no text of anybody's
    f"FROM {_PAIRS} JOIN participation p USING (vote_id, entitlement_id)"
)
_NAMED = sa.text(
    f"SELECT b.* FROM {_PAIRS} JOIN open_ballot b USING (vote_id, entitlement_id) "  # noqa: S608
    "ORDER BY b.vote_id, b.entitlement_id, b.conflicting"
)
_TAKEN = sa.text(
    "SELECT id, vote_id, choice, nonce FROM ballot_box WHERE id = ANY(:keys) "
    "UNION ALL SELECT id, vote_id, choice, nonce FROM ballot WHERE id = ANY(:keys)"
)
_BOTH = (
    "SELECT id, choice, nonce FROM ballot_box WHERE vote_id = %(vote_id)s "
    "UNION ALL SELECT id, choice, nonce FROM ballot WHERE vote_id = %(vote_id)s"
)
_COUNTED = (
    "SELECT id, choice, nonce, entitlement_id, area_hundredths_m2 FROM open_ballot b "
    "WHERE vote_id = %(vote_id)s AND NOT EXISTS (SELECT 1 FROM open_ballot c WHERE c.conflicting "
    "AND (c.vote_id, c.entitlement_id) = (b.vote_id, b.entitlement_id))"
)
_QUARANTINED = sa.text("SELECT count(*) FROM open_ballot WHERE vote_id = :vote_id AND conflicting")
_EMPTY_BOX = "DELETE FROM ballot_box WHERE vote_id = %(vote_id)s"
_EMPTY_TABLE = "DELETE FROM ballot WHERE vote_id = %(vote_id)s"
_chance = SystemRandom()


class Participations(Store[Key, Participation]):
    """Which entitlements were used, by vote and entitlement."""

    def load_many(self, keys: list[Key]) -> dict[Key, Participation]:
        """Read those that took part."""
        rows = self.connection.execute(_USED, _pairs(keys))
        return {(row[0], row[1]): Participation(row[0], row[1], Channel(row[2])) for row in rows}

    def save_many(self, changes: list[Change[Key, Participation]]) -> None:
        """Write them in the order of their ids. One twice fails the transaction: it is looked at again."""
        made = sorted((change.new for change in changes), key=lambda each: str(each.entitlement_id))
        bulk.insert(self.connection, participation, [each._asdict() for each in made])


class InBox(NamedTuple):
    """A secret ballot and the vote that it is of."""

    vote_id: UUID
    ballot: Ballot


class BallotBox(Store[UUID, InBox]):
    """Secret ballots by their own ids."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, InBox]:
        """Read the ballots that have these ids."""
        rows = self.connection.execute(_TAKEN, {"keys": keys}).mappings()
        return {row["id"]: InBox(row["vote_id"], msgspec.convert(row, Ballot)) for row in rows}

    def save_many(self, changes: list[Change[UUID, InBox]]) -> None:
        """Write the new ballots in a random order."""
        made = [_secret(change.new.vote_id, change.new.ballot) for change in changes]
        _chance.shuffle(made)
        bulk.insert(self.connection, ballot_box, made)


class OpenBallots(Store[Key, tuple[OpenBallot, ...]]):
    """Named ballots by vote and entitlement: none, one, or two that contradict each other."""

    def load_many(self, keys: list[Key]) -> dict[Key, tuple[OpenBallot, ...]]:
        """Read the ballots of these entitlements."""
        found: dict[Key, tuple[OpenBallot, ...]] = {}
        for row in self.connection.execute(_NAMED, _pairs(keys)).mappings():
            key = (row["vote_id"], row["entitlement_id"])
            cast = msgspec.convert({**row, "ballot": msgspec.convert(row, Ballot)}, OpenBallot)
            found[key] = (*found.get(key, ()), cast)
        return found

    def save_many(self, changes: list[Change[Key, tuple[OpenBallot, ...]]]) -> None:
        """Write the new ballots."""
        made = [each for change in changes for each in change.new[len(change.old or ()) :]]
        bulk.insert(self.connection, open_ballot, [_open(each) for each in made])

    def quarantined(self, vote_id: UUID) -> int:
        """Return of how many entitlements the co-owners contradict each other."""
        return int(self.connection.scalar(_QUARANTINED, {"vote_id": vote_id}) or 0)


class Shuffled(Journal[UUID]):
    """Votes whose secret ballots are taken out of the box and laid down in a random order."""

    flush_order: ClassVar[int] = 20

    def write_many(self, rows: list[UUID]) -> None:
        """Write every ballot of these votes anew. Their rows are locked: nothing is cast meanwhile."""
        for vote_id in rows:
            laid = [_secret(vote_id, each) for each in _of_box(self.connection, vote_id)]
            _chance.shuffle(laid)
            direct.execute(self.connection, _EMPTY_BOX, {"vote_id": vote_id})
            direct.execute(self.connection, _EMPTY_TABLE, {"vote_id": vote_id})
            bulk.insert(self.connection, ballot, laid)


def ballots_of(connection: sa.Connection, vote: Vote) -> tuple[Ballot, ...]:
    """Return the ballots that count, in no order that means anything."""
    if vote.mode is BallotMode.SECRET:
        return tuple(_of_box(connection, vote.id))
    names = ("id", "choice", "nonce", "entitlement_id", "area_hundredths_m2")
    rows = direct.rows(connection, _COUNTED, {"vote_id": vote.id})
    return tuple(_ballot(**dict(zip(names, row, strict=True))) for row in rows)


def _of_box(connection: sa.Connection, vote_id: UUID) -> list[Ballot]:
    rows = direct.rows(connection, _BOTH, {"vote_id": vote_id})
    return [_ballot(id=row[0], choice=row[1], nonce=row[2]) for row in rows]


def _ballot(*, choice: list[str], **fields: Any) -> Ballot:
    return Ballot(choice=tuple(choice), **fields)


def _pairs(keys: list[Key]) -> dict[str, list[UUID]]:
    return {"votes": [key[0] for key in keys], "entitlements": [key[1] for key in keys]}


def _secret(vote_id: UUID, each: Ballot) -> dict[str, object]:
    return {"id": each.id, "vote_id": vote_id, "choice": each.choice, "nonce": each.nonce}


def _open(each: OpenBallot) -> dict[str, object]:
    named = each.ballot
    return {
        **_secret(each.vote_id, named),
        "entitlement_id": named.entitlement_id,
        "area_hundredths_m2": named.area_hundredths_m2,
        "cast_by": each.cast_by,
        "cast_at": each.cast_at,
        "conflicting": each.conflicting,
    }
