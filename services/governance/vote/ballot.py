"""A ballot, the leaf that it is in the tree, and the receipt that its voter keeps. Pure.

The client makes the id (UUID, version 4) and the nonce (32 random bytes) and computes the receipt itself:
whoever has it knows what must stand in the published bundle. Described for clients in docs/bundle.md.
"""

from typing import Any
from uuid import UUID

import msgspec
import rfc8785

from chassis import merkle


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """What one entitlement has chosen; `nonce` is 64 hex digits.

    An open ballot names its entitlement and that one's area; a secret one must not. An empty choice is a
    paper that said nothing valid: it takes part and is for nothing.
    """

    id: UUID
    choice: tuple[str, ...]
    nonce: str
    entitlement_id: UUID | None = None
    area_hundredths_m2: int = 0


def leaf_of(ballot: Ballot) -> bytes:
    """Return what is hashed and published of a ballot: RFC 8785 JSON."""
    leaf: dict[str, Any] = {
        "ballot_id": str(ballot.id),
        "choice": list(ballot.choice),
        "nonce": ballot.nonce,
    }
    if ballot.entitlement_id is not None:
        leaf |= {
            "area_hundredths_m2": ballot.area_hundredths_m2,
            "entitlement_id": str(ballot.entitlement_id),
        }
    return rfc8785.dumps(leaf)


def receipt_of(ballot: Ballot) -> str:
    """Return the receipt 回执, in hex: the leaf's hash by RFC 6962."""
    return merkle.leaf_hash(leaf_of(ballot)).hex()
