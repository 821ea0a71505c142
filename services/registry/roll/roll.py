"""What a roll is made of. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.merkle import Frontier, leaf_hash
from contracts import roll as contract
from contracts.events.governance import RollRequested
from contracts.events.registry import RollAnswered, RollEntry
from contracts.vocabulary import RollKind

NewId = Callable[[], UUID]


class Roll(msgspec.Struct, frozen=True, kw_only=True):
    """A roll as it was answered: everything but its entries."""

    roll_id: UUID
    vote_id: UUID
    place: str
    kind: RollKind
    as_of: date
    count: int
    area_hundredths_m2: int
    root: str
    answered_at: datetime


class Adult(NamedTuple):
    """Somebody of eighteen years or more, and the household where they live."""

    household: str
    person_id: UUID


class Share(NamedTuple):
    """One owner of one unit; `person_id` is None where an organisation owns."""

    unit_id: UUID
    area_hundredths_m2: int
    owner_id: UUID
    person_id: UUID | None


def adults(found: Iterable[Adult], new_id: NewId) -> list[RollEntry]:
    """成年居民: one entry a person."""
    return [RollEntry(entitlement_id=new_id(), electors=(each.person_id,)) for each in found]


def households(found: Iterable[Adult], new_id: NewId) -> list[RollEntry]:
    """户: one entry a household; any of its adults may use it."""
    homes: dict[str, list[UUID]] = defaultdict(list)
    for each in found:
        homes[each.household].append(each.person_id)
    return [RollEntry(entitlement_id=new_id(), electors=tuple(electors)) for electors in homes.values()]


def owners(found: Iterable[Share], new_id: NewId) -> list[RollEntry]:
    """业主: one entry a head, which is a set of owners; the areas of what it owns are summed.

    An organisation has no account: its head is counted, and its ballot comes on paper.
    Source: Civil Code art. 278; the Supreme People's Court's interpretation, articles 8 and 9.
    """
    units: dict[UUID, list[Share]] = defaultdict(list)
    for share in found:
        units[share.unit_id].append(share)
    areas: dict[frozenset[UUID], int] = defaultdict(int)
    electors: dict[frozenset[UUID], tuple[UUID, ...]] = {}
    for shares in units.values():
        head = frozenset(share.owner_id for share in shares)
        areas[head] += shares[0].area_hundredths_m2
        electors[head] = tuple(share.person_id for share in shares if share.person_id is not None)
    return [
        RollEntry(entitlement_id=new_id(), electors=electors[head], area_hundredths_m2=area)
        for head, area in areas.items()
    ]


def summed(asked: RollRequested, entries: Sequence[RollEntry], *, now: datetime) -> Roll:
    """Return what is said of a whole roll: count, area and root."""
    tree = Frontier()
    for leaf in contract.leaves(entries):
        tree = tree.grown(leaf_hash(leaf))
    return Roll(
        roll_id=asked.roll_id,
        vote_id=asked.vote_id,
        place=asked.place,
        kind=asked.kind,
        as_of=asked.as_of,
        count=len(entries),
        area_hundredths_m2=contract.area_of(entries),
        root=tree.root.hex(),
        answered_at=now,
    )


def chunked(roll: Roll, entries: Sequence[RollEntry]) -> Iterator[RollAnswered]:
    """Give the answer in chunks, the entries in the order of their ids; an empty roll is one chunk."""
    ordered = contract.in_order(entries)
    size = contract.MOST_ENTRIES
    chunks = max(1, -(-len(ordered) // size))
    for chunk in range(chunks):
        yield RollAnswered(
            roll_id=roll.roll_id,
            chunk=chunk + 1,
            chunks=chunks,
            entries=ordered[chunk * size : (chunk + 1) * size],
            count=roll.count,
            area_hundredths_m2=roll.area_hundredths_m2,
            root=roll.root,
            as_of=roll.as_of,
            at=roll.answered_at,
        )
