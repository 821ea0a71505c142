"""What the databases need after they went back in time: they know more than the broker, which is empty.

What was sent and not taken by all of its followers at that point is sent again: they have the same cursors
of the same moment, and what they had taken is a repeat to them. Sent rows of the outbox are never removed.

Every source begins a new epoch, and whatever is still to be sent or applied is told in it: nothing of the
old one is true any more but what the databases hold.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import psycopg

from chassis.data.epochs import RAISE
from contracts import envelope
from contracts.naming import EVENTS_EXCHANGE
from contracts.topology import STREAMS
from ops.cell import SERVICES
from ops.draining import follows

_TYPES = "SELECT DISTINCT type FROM outbox WHERE exchange = %s AND sent_at IS NOT NULL"
_CURSORS = "SELECT aggregate, sequence FROM inbox_cursor WHERE source = %s"
# A person has to settle it, and its line waits for that.
_PARKED = "SELECT message_key FROM inbox_parked WHERE source = %s AND state = 'parked'"
_TABLES = """
CREATE TEMPORARY TABLE follower (service text, type text);
CREATE TEMPORARY TABLE taken (service text, aggregate text, sequence bigint);
CREATE TEMPORARY TABLE held (service text, event_id text);
"""
_SEND_AGAIN = """
UPDATE outbox SET sent_at = NULL FROM (
    SELECT DISTINCT sent.position FROM (
        SELECT position, id, type, convert_from(body, 'UTF8')::jsonb AS event
        FROM outbox WHERE exchange = %s AND sent_at IS NOT NULL
    ) AS sent
    JOIN follower ON follower.type = sent.type
    LEFT JOIN taken ON taken.service = follower.service AND taken.aggregate = sent.event->>'subject'
    WHERE coalesce(taken.sequence, 0) < (sent.event->>'sequence')::bigint
    AND NOT EXISTS (
        SELECT FROM held WHERE held.service = follower.service AND held.event_id = sent.id::text)
) AS missing WHERE outbox.position = missing.position
"""
# Who had begun a message before is no suspect any more: it comes from another broker.
_FORGET_ATTEMPTS = "DELETE FROM inbox_attempt"
_EPOCH = "SELECT coalesce(max(epoch), 1) FROM source_epoch"
# Where events are kept that a service will take yet, and what a row is known by. What a department was
# about to be told stays of the old epoch: it comes before the word that a new one has begun.
_KEPT = (
    ("outbox", "position", f"sent_at IS NULL AND exchange = '{EVENTS_EXCHANGE}'"),
    ("inbox_waiting", "ctid", "true"),
    ("inbox_parked", "position", "state = 'parked' AND source IS NOT NULL"),
)
# Seconds since then, so that no two restores of one backup begin the same epoch.
_EPOCHS_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_END_SESSIONS = (
    "UPDATE sessions SET revoked_at = clock_timestamp() WHERE kind = 'staff' AND revoked_at IS NULL"
)
_FORGET_TRANSFERS = "DELETE FROM transfers"


class RolledBack(NamedTuple):
    """The epoch that has begun, how many events are sent again, by service, and how many sessions ended."""

    epoch: int
    sent_again: dict[str, int]
    sessions: int


def roll_forward(urls: Mapping[str, str]) -> RolledBack:
    """Make the databases at `urls` fit to go on with an empty broker. Safe to run again."""
    with ExitStack() as stack:
        open_ = {name: stack.enter_context(psycopg.connect(url)) for name, url in urls.items()}
        services = {name: open_[name] for name in SERVICES}
        sent_again = {name: _send_again(name, services) for name in SERVICES}
        epoch = next_epoch(max(_number(each, _EPOCH) for each in services.values()), now=datetime.now(UTC))
        raised = {"sources": list(SERVICES), "epochs": [epoch] * len(SERVICES)}
        for connection in services.values():
            connection.execute(RAISE, raised)
            for table in _KEPT:
                _tell_in(epoch, connection, *table)
            connection.execute(_FORGET_ATTEMPTS)
        sessions = open_["gateway"].execute(_END_SESSIONS).rowcount
        open_["gateway"].execute(_FORGET_TRANSFERS)
    return RolledBack(epoch, sent_again, sessions)


def next_epoch(last: int, *, now: datetime) -> int:
    """Return the epoch that a restore begins: higher than that of the backup, and of its other restores."""
    return max(last + 1, int((now - _EPOCHS_SINCE).total_seconds()))


def _send_again(source: str, services: Mapping[str, psycopg.Connection]) -> int:
    """Mark as unsent what a follower of `source` has not taken; return how many rows."""
    own = services[source]
    types = [str(row[0]) for row in own.execute(_TYPES, (EVENTS_EXCHANGE,))]
    followers = [(each, kind) for kind in types for each in STREAMS if follows(each, kind)]
    own.execute(_TABLES)
    _fill(own, "follower (service, type)", followers)
    for follower in sorted({each for each, _ in followers}):
        other = services[follower]
        taken = other.execute(_CURSORS, (source,)).fetchall()
        _fill(own, "taken (service, aggregate, sequence)", [(follower, *row) for row in taken])
        held = other.execute(_PARKED, (source,)).fetchall()
        _fill(own, "held (service, event_id)", [(follower, *row) for row in held])
    own.execute("ANALYZE taken")
    number = own.execute(_SEND_AGAIN, (EVENTS_EXCHANGE,)).rowcount
    own.execute("DROP TABLE follower, taken, held")
    return number


def _tell_in(epoch: int, connection: psycopg.Connection, table: str, key: str, which: str) -> None:
    """Let the messages of a table be of this epoch; nothing else of them changes."""
    found = connection.execute(f"SELECT {key}::text, body FROM {table} WHERE {which}".encode())  # noqa: S608
    update = f"UPDATE {table} SET body = %s WHERE {key} = %s::{'tid' if key == 'ctid' else 'bigint'}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(update.encode(), [(_of_epoch(epoch, bytes(body)), row) for row, body in found])


def _of_epoch(epoch: int, body: bytes) -> bytes:
    try:
        event = envelope.decode(body)
    except envelope.MalformedEvent:
        # It was parked for that, and is looked at by a person.
        return body
    return envelope.encode(msgspec.structs.replace(event, epoch=envelope.told_epoch(epoch)))


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return 0 if row is None else int(row[0])


def _fill(connection: psycopg.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
