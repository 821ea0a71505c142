"""A Merkle tree that only grows, by RFC 6962 section 2.1. Pure."""

from hashlib import sha256
from typing import Self

import msgspec

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two halves."""
    return sha256(_NODE + left + right).digest()


class Frontier(msgspec.Struct, frozen=True):
    """What a tree of `size` leaves needs to grow: the roots of its whole subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaf: bytes) -> Self:
        """Return the tree with one more leaf, given by its hash."""
        peaks, node, size = list(self.peaks), leaf, self.size
        while size % 2:
            node = node_hash(peaks.pop(), node)
            size //= 2
        return type(self)(self.size + 1, (*peaks, node))

    @property
    def root(self) -> bytes:
        """The tree hash; of no leaves, the hash of nothing."""
        if not self.peaks:
            return sha256(b"").digest()
        *larger, root = self.peaks
        for peak in reversed(larger):
            root = node_hash(peak, root)
        return root
