"""Who has settled which message, when and why: each service's chain of entries that nobody changes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import psycopg
from psycopg.rows import class_row

from ops.parked_message import Parked

_ALONE = "LOCK TABLE message_settled IN SHARE ROW EXCLUSIVE MODE"
_LAST = (
    "SELECT clock_timestamp(), "
    "coalesce((SELECT hash FROM message_settled ORDER BY position DESC LIMIT 1), ''::bytea)"
)
_ADD = (
    "INSERT INTO message_settled (settled_at, settled_by, action, because, message_key, queue, source, "
    "aggregate, sequence, type, reason, body_sha256, hash) VALUES (%(settled_at)s, %(settled_by)s, "
    "%(action)s, %(because)s, %(message_key)s, %(queue)s, %(source)s, %(aggregate)s, %(sequence)s, "
    "%(type)s, %(reason)s, %(body_sha256)s, %(hash)s)"
)
_ALL = (
    "SELECT settled_at, settled_by, action, because, message_key, queue, source, aggregate, sequence, "
    "type, reason, body_sha256, hash FROM message_settled ORDER BY position"
)


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One entry; `action` is replayed or skipped, `reason` is why the message had been put aside.

    `service` is whose database keeps it.
    """

    service: str = ""
    settled_at: datetime
    settled_by: str
    action: str
    because: str
    message_key: str
    queue: str
    source: str | None
    aggregate: str | None
    sequence: int | None
    type: str | None
    reason: str
    body_sha256: bytes
    hash: bytes
    stands: bool = True

    @property
    def key(self) -> str:
        """The name by which a person gave the message."""
        place = self.queue.removesuffix(".dead") if self.queue.endswith(".dead") else self.service
        return f"{place}/{self.message_key}"

    def summary(self) -> dict[str, object]:
        """Return it as it is printed; `stands` is False where it or one before it was changed."""
        facts = {name: getattr(self, name) for name in self.__struct_fields__ if name != "message_key"}
        return {"key": self.key} | facts | {"body_sha256": self.body_sha256.hex(), "hash": self.hash.hex()}


def add(connection: psycopg.Connection, each: Parked, *, action: str, by: str, because: str) -> None:
    """Write an entry in the caller's transaction; the next one waits until it has ended."""
    connection.execute(_ALONE)
    now, last = connection.execute(_LAST).fetchone() or (None, b"")
    entry: dict[str, object] = {
        "settled_at": now,
        "settled_by": by,
        "action": action,
        "because": because,
        "message_key": each.message_key,
        "queue": each.queue,
        "source": each.source,
        "aggregate": each.aggregate,
        "sequence": each.sequence,
        "type": each.type,
        "reason": each.reason,
        "body_sha256": sha256(each.body).digest(),
    }
    connection.execute(_ADD, entry | {"hash": _hash(bytes(last), entry)})


def read(connection: psycopg.Connection, service: str) -> Iterator[Settled]:
    """Give every entry of a service's database, the oldest first, each looked at whether it stands."""
    with connection.cursor(row_factory=class_row(Settled)) as cursor:
        found = cursor.execute(_ALL).fetchall()
    last = b""
    for row in found:
        facts: dict[str, object] = {name: getattr(row, name) for name in _HASHED}
        stands = row.hash == _hash(last, facts)
        # Behind an entry that does not stand none does: its hash vouches for nothing.
        last = row.hash if stands else b"broken"
        yield msgspec.structs.replace(row, service=service, stands=stands)


def lacking(found: Iterable[Settled], kept: Sequence[str]) -> list[str]:
    """Return which hashes (hex) that were kept elsewhere are those of no entry, or of none that stands.

    Whoever may write into the database can write all of a chain anew: then it stands, without these.
    """
    known = {each.hash.hex() for each in found if each.stands}
    return [each for each in kept if each.strip().lower() not in known]


_HASHED = tuple(name for name in Settled.__struct_fields__ if name not in ("service", "hash", "stands"))


def _hash(last: bytes, entry: dict[str, object]) -> bytes:
    facts = {name: _plain(entry[name]) for name in _HASHED}
    return sha256(last + json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).digest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else value
