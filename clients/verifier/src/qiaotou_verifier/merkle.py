"""The Merkle tree of RFC 6962 section 2.1, written from the RFC."""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(_LEAF + data).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the tree hash over the hashes of the leaves, in order; of none, SHA-256 of nothing."""
    if not leaves:
        return sha256(b"").digest()
    # Level by level: an odd one at the end moves up as it is, which is the RFC's split at the largest
    # power of two below the size.
    level = list(leaves)
    while len(level) > 1:
        paired = [
            sha256(_NODE + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]
