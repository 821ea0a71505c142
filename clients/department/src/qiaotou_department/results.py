"""A result: what was done, by whom it was told, and the files that show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Protocol
from uuid import UUID

from qiaotou_department.receipts import Receipt, canonical, key

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
    return api.hand_in(order_id, result, key=key(order_id, "result", canonical(result)))


def _upload(api: ResultDesk, order_id: UUID, *, path: Path, kind: str) -> UUID:
    content = path.read_bytes()
    return api.upload(name=path.name, content=content, kind=kind, key=key(order_id, kind, content))
