"""Parked messages: poison goes to a table, is acked, and holds back its own aggregate alone."""

import msgspec
import sqlalchemy as sa
import structlog

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from contracts.envelope import ORDERING_KEY_HEADER, CloudEvent, MalformedEvent, decode

log = structlog.get_logger()

SUSPECTED = "suspected: the process died on it"
FORK = "fork: this sequence was another event"

_PARK = sa.text(
    "INSERT INTO inbox_parked (message_key, queue, routing_key, source, aggregate, sequence, ordering_key, "
    "type, reason, headers, body) VALUES (:message_key, :queue, :routing_key, :source, :aggregate, "
    ":sequence, :ordering_key, :type, :reason, CAST(:headers AS jsonb), :body) "
    "ON CONFLICT (message_key) DO UPDATE SET state = 'parked', reason = EXCLUDED.reason, "
    "settled_at = NULL, settled_by = NULL"
)
_NO_LONGER_WAITING = sa.text(
    "DELETE FROM inbox_waiting WHERE source = :source AND aggregate = :aggregate AND sequence = :sequence "
    "AND event_id = CAST(:message_key AS uuid)"
)
# A note has to outlive this process, not the database: nobody waits for it to be on the disk.
_ATTEMPT = sa.text(
    "INSERT INTO inbox_attempt (message_key, attempts) VALUES (:key, 1) "
    "ON CONFLICT (message_key) DO UPDATE SET attempts = CASE WHEN :survived THEN 1 "
    "ELSE inbox_attempt.attempts + 1 END RETURNING attempts, set_config('synchronous_commit', 'off', true)"
)
_PASSED = sa.text(
    "SELECT EXISTS (SELECT FROM inbox_cursor WHERE source = :source AND aggregate = :aggregate "
    "AND sequence >= :sequence)"
)
_FORGET = sa.text("DELETE FROM inbox_attempt WHERE message_key = :key")


def key_of(message: Inbound) -> str:
    """Return the event's id, or a name made of the body's hash where there is none to read."""
    event = _event(message)
    return message.fallback_key if event is None else str(event.id)


def park(database: Database, message: Inbound, *, reason: str, ours: bool = True) -> None:
    """Keep a message that cannot be handled, whole, so that it can be looked at and replayed.

    `ours` False says that it came from outside: it may then not name one of our own events.
    """
    event = _event(message) if ours else None
    row = {
        "message_key": message.fallback_key if event is None else str(event.id),
        "queue": message.queue,
        "routing_key": _text(message.routing_key),
        "source": event and event.source,
        "aggregate": event and event.subject,
        "sequence": event and event.sequence,
        "ordering_key": event.orderingkey if event else _text(message.headers.get(ORDERING_KEY_HEADER)),
        "type": event and event.type,
        "reason": reason,
        "headers": msgspec.json.encode(
            {_text(key): _text(value) for key, value in message.headers.items()}
        ).decode(),
        "body": message.body,
    }
    with database.engine.begin() as connection:
        connection.execute(_PARK, row)
        if event is not None:
            connection.execute(_NO_LONGER_WAITING, row)
    log.warning("message.parked", message_key=row["message_key"], queue=message.queue, reason=reason)


def note_attempt(database: Database, key: str, *, survived: bool) -> int:
    """Return how often this message has been begun and not ended, this time included.

    `survived` says that this process began it before and lived: then it was not the message.
    """
    with database.autocommitting() as connection:
        attempts = connection.scalar(_ATTEMPT, {"key": key, "survived": survived})
    return int(attempts or 1)


def forget_attempt(database: Database, key: str) -> None:
    """The message was handled or parked."""
    with database.autocommitting() as connection:
        connection.execute(_FORGET, {"key": key})


def was_applied(database: Database, message: Inbound) -> bool:
    """Return whether the cursor has passed this event: the process died after the commit, not on it."""
    event = _event(message)
    if event is None:
        return False
    with database.reading() as connection:
        place = {"source": event.source, "aggregate": event.subject, "sequence": event.sequence}
        return bool(connection.scalar(_PASSED, place))


def _text(value: object) -> str | None:
    """Return what PostgreSQL can hold as text: a stranger's header may have null characters."""
    if value is None:
        return None
    return str(value).encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _event(message: Inbound) -> CloudEvent | None:
    try:
        return decode(message.body)
    except MalformedEvent:
        return None
