"""A roll, answered in chunks and checked against what it says of itself. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from chassis.merkle import Frontier, leaf_hash
from contracts.commands.rules import DecisionRule, Electorate
from contracts.events.governance import RollRequested
from contracts.events.registry import RollAnswered, RollEntry
from contracts.roll import area_of, leaves
from contracts.vocabulary import RollKind


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """The electorate of a vote as of a day. Areas in 0.01 m2, the root in hex.

    `received` counts its chunks; `fault` names what its entries do not bear out.
    """

    id: UUID
    vote_id: UUID
    place: str
    kind: RollKind
    as_of: date
    requested_at: datetime
    chunks: int | None = None
    received: int = 0
    count: int | None = None
    area_hundredths_m2: int | None = None
    root: str | None = None
    fault: str | None = None
    answered_at: datetime | None = None
    frozen_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether everything has come, and is what it says."""
        return self.chunks is not None and self.received == self.chunks and self.fault is None


def request(roll: Roll) -> RollRequested:
    """Return what registry is asked."""
    return RollRequested(
        roll_id=roll.id,
        vote_id=roll.vote_id,
        place=roll.place,
        kind=roll.kind,
        as_of=roll.as_of,
        at=roll.requested_at,
    )


def for_whom(rule: DecisionRule) -> str:
    """Return which electors a rule is for, and where registry has no roll of them."""
    if rule.electorates == (Electorate.REPRESENTATIVES,):
        return "for representatives: registry has no roll of them, they decide in an assembly"
    return f"for {', '.join(rule.electorates)}"


def is_expected(roll: Roll, answer: RollAnswered) -> bool:
    """Return whether a chunk is the next of this roll; any other is late."""
    return answer.chunk == roll.received + 1 and (roll.chunks is None or answer.chunk <= roll.chunks)


def receive(roll: Roll, answer: RollAnswered, entries: Iterable[RollEntry], *, now: datetime) -> Roll:
    """Return the roll with one more chunk; `entries` are all of the roll so far.

    After the last chunk it is checked; a fault is kept, and never raised: registry is not there to hear it.
    """
    received = msgspec.structs.replace(
        roll,
        chunks=answer.chunks,
        received=roll.received + 1,
        count=answer.count,
        area_hundredths_m2=answer.area_hundredths_m2,
        root=answer.root,
    )
    if received.received < answer.chunks:
        return received
    return msgspec.structs.replace(
        received, fault=difference(received, entries, as_of=answer.as_of), answered_at=now
    )


def difference(roll: Roll, entries: Iterable[RollEntry], *, as_of: date | None = None) -> str | None:
    """Return what of the roll its entries do not bear out, None where it is whole."""
    found = list(entries)
    checks = {
        "as_of": as_of is None or as_of == roll.as_of,
        "chunks": roll.received == roll.chunks,
        "count": len(found) == len({each.entitlement_id for each in found}) == roll.count,
        "area_hundredths_m2": area_of(found) == roll.area_hundredths_m2,
        "root": root_of(found) == roll.root,
    }
    return next((name for name, holds in checks.items() if not holds), None)


def root_of(entries: Iterable[RollEntry]) -> str:
    """Return the RFC 6962 tree hash of a roll, in hex."""
    tree = Frontier()
    for leaf in leaves(entries):
        tree = tree.grown(leaf_hash(leaf))
    return tree.root.hex()
