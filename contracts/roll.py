"""What a roll 名册 is hashed from, the same for who answers it and who checks it. Pure.

A leaf is the canonical JSON (RFC 8785) of an entry with its electors hashed, so that it can be published;
leaves stand in the order of their entitlement ids, and their RFC 6962 tree hash is the roll's root.
"""

from collections.abc import Iterable
from hashlib import sha256

import rfc8785

from contracts.events.registry import RollEntry

MOST_ENTRIES = 500


def leaf(entry: RollEntry) -> bytes:
    """Return what is published of an entry: its id, its area, and the hash of who may use it."""
    entitlement = str(entry.entitlement_id)
    electors = {"electors": sorted(map(str, entry.electors)), "entitlement_id": entitlement}
    return rfc8785.dumps(
        {
            "area_hundredths_m2": entry.area_hundredths_m2,
            "electors": sha256(rfc8785.dumps(electors)).hexdigest(),
            "entitlement_id": entitlement,
        }
    )


def in_order(entries: Iterable[RollEntry]) -> tuple[RollEntry, ...]:
    """Return the entries as they are hashed and told: by their ids' text."""
    return tuple(sorted(entries, key=lambda entry: str(entry.entitlement_id)))


def leaves(entries: Iterable[RollEntry]) -> list[bytes]:
    """Return the leaves of a roll, in order."""
    return [leaf(entry) for entry in in_order(entries)]


def area_of(entries: Iterable[RollEntry]) -> int:
    """Return the area of a whole roll, in 0.01 m2."""
    return sum(entry.area_hundredths_m2 for entry in entries)
