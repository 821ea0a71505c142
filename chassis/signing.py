"""Ed25519 signatures over RFC 8785 JSON: what a cell publishes is signed by the cell's own key."""

from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nameko.extensions import DependencyProvider

from chassis.entrypoints import settings_of


class NoSigningKeyError(RuntimeError):
    """`QIAOTOU_SIGNING_KEY` is not 32 bytes in hex."""


class SigningKey:
    """The key of one district's cell.

    `mark` separates what is signed by kind, so that none can pass for another.
    """

    def __init__(self, seed: str, *, district: str) -> None:
        self.district = district
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        except ValueError as error:
            raise NoSigningKeyError from error

    @property
    def public(self) -> str:
        """The public key, in hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, mark: bytes, content: Mapping[str, Any]) -> str:
        """Return the signature (hex) over `mark` and the canonical JSON of `content`."""
        return self._key.sign(mark + rfc8785.dumps(dict(content))).hex()


class SigningKeyDependency(DependencyProvider):  # type: ignore[misc]
    """The cell's key, for a service that signs. A process without one does not start."""

    def setup(self) -> None:
        """Read the key. Raises: NoSigningKeyError."""
        settings = settings_of(self.container)
        self._key = SigningKey(settings.signing_key, district=settings.district)

    def get_dependency(self, worker_ctx: Any) -> SigningKey:  # noqa: ARG002 - nameko's signature
        """Return the key."""
        return self._key
