"""Make a ballot and its receipt on the voter's own device. Standard library alone: copy this file.

The receipt is SHA-256(0x00 || leaf), where the leaf is the canonical JSON (RFC 8785) of what the service
stores of the ballot. Whoever keeps `Ballot.kept` can check later that the published bundle holds it as cast.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4


@dataclass(frozen=True)
class Ballot:
    """A ballot that only its voter knows; `weight` is what an open vote adds to it."""

    ballot_id: str
    choice: tuple[str, ...]
    nonce: str
    weight: Mapping[str, str | int]

    @property
    def leaf(self) -> dict[str, object]:
        """What is hashed, and published when the vote is closed."""
        return {
            **self.weight,
            "ballot_id": self.ballot_id,
            "choice": list(self.choice),
            "nonce": self.nonce,
        }

    @property
    def receipt(self) -> str:
        """The receipt, in hex."""
        return sha256(b"\x00" + canonical(self.leaf)).hexdigest()

    @property
    def kept(self) -> str:
        """What to keep as a file, for `qiaotou-verify vote BUNDLE.json --receipt FILE`."""
        return json.dumps({"receipt": self.receipt, "leaf": self.leaf}, ensure_ascii=False)


def make(choice: Sequence[str], *, entitlement_id: str = "", area_hundredths_m2: int = 0) -> Ballot:
    """Make a ballot with a new id and nonce; an open vote's names its entitlement and that one's area."""
    named = {"area_hundredths_m2": area_hundredths_m2, "entitlement_id": entitlement_id}
    return Ballot(str(uuid4()), tuple(choice), secrets.token_hex(32), named if entitlement_id else {})


def canonical(value: object) -> bytes:
    """Return the RFC 8785 JSON of a leaf: names in order, no blanks, whole numbers, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
