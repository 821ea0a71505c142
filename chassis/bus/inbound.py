"""A message as it came from a queue. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple


class Inbound(NamedTuple):
    """One delivery. `user_id` is checked by the broker where it is set at all."""

    body: bytes
    queue: str
    routing_key: str
    headers: Mapping[str, Any]
    delivery_tag: int = 0
    redelivered: bool = False
    message_id: str | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    user_id: str | None = None

    @property
    def fallback_key(self) -> str:
        """A name for a message without a readable id."""
        return f"sha256:{sha256(self.body).hexdigest()}"
