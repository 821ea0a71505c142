"""The archive's log: its leaves, its signed head. Pure. docs/publication.md says it for outsiders."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from chassis.merkle import Frontier, leaf_hash

MARK = b"\x03"
_canonical = msgspec.json.Encoder(order="sorted")


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A seal in the log; `index` counts from 0."""

    index: int
    case_id: UUID
    seal: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The log as it stands: size, root (hex), the cell's time, and the signature (hex) over these."""

    district: str
    size: int
    root: str
    time: datetime
    signature: str


def hash_of(case_id: UUID, seal: str) -> bytes:
    """Return the hash of a seal's leaf."""
    return leaf_hash(_canonical.encode({"case_id": case_id, "seal": seal}))


def grown(frontier: Frontier, seals: list[tuple[UUID, str]]) -> tuple[Frontier, tuple[Leaf, ...]]:
    """Return the log with more seals, and their leaves."""
    leaves = []
    for case_id, seal in seals:
        leaves.append(Leaf(index=frontier.size, case_id=case_id, seal=seal))
        frontier = frontier.grown(hash_of(case_id, seal))
    return frontier, tuple(leaves)


def content_of(district: str, frontier: Frontier, now: datetime) -> dict[str, object]:
    """Return what is signed of a head."""
    return {
        "district": district,
        "root": frontier.root.hex(),
        "size": frontier.size,
        "time": stamp(now),
    }


def stamp(at: datetime) -> str:
    """Return a time as it is published: RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
