"""Columns that only this service can read: AES-256-GCM under keys with versions, found by a keyed hash.

A sealed value is its key's version (two bytes), a random nonce (twelve) and the ciphertext with its tag.
What is authenticated beside it is the table, the row and the column: a value that is copied to another
place does not open there. Source: NIST SP 800-38D.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION_BYTES, _NONCE_BYTES = 2, 12
_KEYS = re.compile(r"[1-9][0-9]{0,4}:[0-9a-f]{64}(,[1-9][0-9]{0,4}:[0-9a-f]{64})*")
_INDEX_KEY = re.compile(r"[0-9a-f]{64}")
_LARGEST_VERSION = 2**16 - 1


class NoSealingKeysError(RuntimeError):
    """`QIAOTOU_SEALING_KEYS` or `QIAOTOU_INDEX_KEY` is not there or not of its form."""


class UnsealableError(RuntimeError):
    """A value does not open here: changed, of another place, or under a key that is not known."""


class Spot(NamedTuple):
    """Where a sealed value stands."""

    table: str
    row: UUID
    column: str

    @property
    def data(self) -> bytes:
        """What the value is bound to."""
        return f"{self.table}\0{self.row}\0{self.column}".encode()


class Vault:
    """Seals and opens values; the key of the highest version seals."""

    def __init__(self, keys: Mapping[int, bytes], *, index_key: bytes) -> None:
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self._index_key = index_key
        self.version = max(keys)

    @classmethod
    def parse(cls, keys: str, index_key: str) -> "Vault":
        """Read `1:<64 hex>,2:<64 hex>` and 64 hex. Raises: NoSealingKeysError."""
        if not _KEYS.fullmatch(keys) or not _INDEX_KEY.fullmatch(index_key):
            raise NoSealingKeysError("QIAOTOU_SEALING_KEYS and QIAOTOU_INDEX_KEY are needed")
        pairs = [each.split(":") for each in keys.split(",")]
        known = {int(version): bytes.fromhex(key) for version, key in pairs}
        if len(known) != len(pairs) or max(known) > _LARGEST_VERSION:
            raise NoSealingKeysError("each version of QIAOTOU_SEALING_KEYS stands once, 65535 at most")
        return cls(known, index_key=bytes.fromhex(index_key))

    def seal(self, text: str, spot: Spot) -> bytes:
        """Return a value as it is stored at `spot`."""
        nonce = token_bytes(_NONCE_BYTES)
        sealed = self._keys[self.version].encrypt(nonce, text.encode(), spot.data)
        return self.version.to_bytes(_VERSION_BYTES) + nonce + sealed

    def open(self, sealed: bytes, spot: Spot) -> str:
        """Return what was sealed at `spot`. Raises: UnsealableError."""
        key = self._keys.get(version_of(sealed))
        nonce = sealed[_VERSION_BYTES : _VERSION_BYTES + _NONCE_BYTES]
        try:
            if key is None:
                raise UnsealableError("the key's version is not known")
            return key.decrypt(nonce, sealed[_VERSION_BYTES + _NONCE_BYTES :], spot.data).decode()
        except (InvalidTag, ValueError) as error:
            raise UnsealableError("the value was changed, or is of another place") from error

    def index(self, text: str, *, column: str) -> bytes:
        """Return what a value of `column` is found by: who has not the key cannot try values out."""
        return hmac.digest(self._index_key, column.encode() + b"\0" + text.encode(), sha256)


def version_of(sealed: bytes) -> int:
    """Return the version of the key that a value is sealed under."""
    return int.from_bytes(sealed[:_VERSION_BYTES])
