"""Codes in PostgreSQL. Their time is real, not the cell's."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_ASKED = sa.text(
    "SELECT count(*), coalesce(extract(epoch FROM min(requested_at) + :window - clock_timestamp()), 0) "
    "FROM login_code WHERE phone_index = :phone_index AND requested_at > clock_timestamp() - :window"
)
# Who neither lives nor owns here any more is nobody's resident.
_WHOSE = sa.text(
    "SELECT person_id FROM person p WHERE phone_index = :phone_index AND ("
    "EXISTS (SELECT FROM residence r WHERE r.person_id = p.person_id AND r.valid_to IS NULL) OR "
    "EXISTS (SELECT FROM ownership o WHERE o.person_id = p.person_id AND o.valid_to IS NULL))"
)
_ADD = sa.text(
    "INSERT INTO login_code (request_id, phone_index, person_id, code_hash) "
    "VALUES (:request_id, :phone_index, :person_id, :code_hash) RETURNING requested_at"
)
_TRY = sa.text(
    "UPDATE login_code SET tries = tries + 1 WHERE request_id = :request_id AND used_at IS NULL "
    "AND tries < :tries AND requested_at > clock_timestamp() - :lifetime RETURNING person_id, code_hash"
)
_USE = sa.text("UPDATE login_code SET used_at = clock_timestamp() WHERE request_id = :request_id")
_FORGET = sa.text("DELETE FROM login_code WHERE requested_at <= clock_timestamp() - :window")


class Asked(NamedTuple):
    """How many codes a phone has asked for, and for how long the oldest of them still counts."""

    number: int
    oldest_counts_for_s: float


class Tried(NamedTuple):
    """A code that may be tried: whose it is, and its hash."""

    person_id: UUID | None
    code_hash: bytes


def lock(connection: Connection, phone_index: bytes) -> None:
    """Let codes of one phone be made one at a time, until the transaction ends."""
    connection.execute(_LOCK, {"key": int.from_bytes(phone_index[:8], signed=True)})


def asked(connection: Connection, phone_index: bytes, *, window: timedelta) -> Asked:
    """Return what a phone has asked for within `window`."""
    row = connection.execute(_ASKED, {"phone_index": phone_index, "window": window}).one()
    return Asked(int(row[0]), float(row[1]))


def whose(connection: Connection, phone_index: bytes) -> UUID | None:
    """Return whose phone it is, of those who live or own here."""
    found: UUID | None = connection.execute(_WHOSE, {"phone_index": phone_index}).scalar_one_or_none()
    return found


def add(
    connection: Connection,
    request_id: UUID,
    *,
    phone_index: bytes,
    person_id: UUID | None,
    code_hash: bytes,
) -> datetime:
    """Keep a code; return when it was made."""
    given = {
        "request_id": request_id,
        "phone_index": phone_index,
        "person_id": person_id,
        "code_hash": code_hash,
    }
    made: datetime = connection.execute(_ADD, given).scalar_one()
    return made


def try_code(connection: Connection, request_id: UUID, *, tries: int, lifetime: timedelta) -> Tried | None:
    """Count a try at a code; None where there is none that may be tried. The row stays locked."""
    given = {"request_id": request_id, "tries": tries, "lifetime": lifetime}
    row = connection.execute(_TRY, given).one_or_none()
    return None if row is None else Tried(row[0], bytes(row[1]))


def use(connection: Connection, request_id: UUID) -> None:
    """Note that somebody has signed in by a code: it is good once."""
    connection.execute(_USE, {"request_id": request_id})


def forget_old(connection: Connection, *, window: timedelta) -> None:
    """Drop the codes that no longer count."""
    connection.execute(_FORGET, {"window": window})
