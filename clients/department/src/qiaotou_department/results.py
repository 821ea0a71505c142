"""A result: what was done, by whom it was told, and the files that show it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid5

from qiaotou_department.api import Receipt

Files = Iterable[str | PathLike[str]]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """When and how we spoke to the reporter's side about the result; `at` None is now."""

    channel: str = "phone"
    note: str = ""
    at: datetime | None = None


class ResultDesk(Protocol):
    """What handing in needs of the API."""

    def upload(self, *, name: str, content: bytes, kind: str, key: UUID) -> UUID:
        """Upload a file and return its id."""

    def hand_in(self, order_id: UUID, result: dict[str, object], *, key: UUID) -> Receipt:
        """Store a result."""


def hand_in(
    api: ResultDesk, order_id: UUID, *, text: str, contact: Contact, photos: Files = (), papers: Files = ()
) -> Receipt:
    """Upload the files and hand in the result. The same files and words are stored once, however often."""
    files = [(Path(path), "photo") for path in photos] + [(Path(path), "document") for path in papers]
    # The same file twice is one piece of evidence.
    evidence = list(dict.fromkeys(str(_upload(api, order_id, path=path, kind=kind)) for path, kind in files))
    at = contact.at or datetime.now(UTC).replace(microsecond=0)
    result: dict[str, object] = {
        "text": text,
        "contact": {"at": at.isoformat(), "channel": contact.channel, "note": contact.note},
        "evidence": evidence,
    }
    return api.hand_in(order_id, result, key=_key(order_id, "result", _canonical(result)))


def _upload(api: ResultDesk, order_id: UUID, *, path: Path, kind: str) -> UUID:
    content = path.read_bytes()
    return api.upload(name=path.name, content=content, kind=kind, key=_key(order_id, kind, content))


def _key(order_id: UUID, step: str, content: bytes) -> UUID:
    """Return the idempotency key of one step with one content: repeats are the same request."""
    return uuid5(order_id, f"{step}:{hashlib.sha256(content).hexdigest()}")


def _canonical(result: dict[str, object]) -> bytes:
    return json.dumps(result, sort_keys=True, ensure_ascii=False).encode()
