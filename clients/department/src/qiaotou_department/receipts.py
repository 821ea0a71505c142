"""What the cell has stored for us, and the keys under which it stores a thing once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A result or a statement that the cell has stored, and the SHA-256 (hex) it answered."""

    id: UUID
    sha256: str


def key(order_id: UUID, step: str, content: bytes) -> UUID:
    """Return the idempotency key of one step with one content: repeats are the same request."""
    return uuid5(order_id, f"{step}:{hashlib.sha256(content).hexdigest()}")


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the same bytes for the same content."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
