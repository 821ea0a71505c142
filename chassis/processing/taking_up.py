"""What was parked as an unknown version and is known since this build: it is taken up by itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database

UNKNOWN_VERSION = "unreadable: UnknownVersion"
# A stop waits for what was begun: about five seconds of work.
AT_ONCE = 500

_OPEN = sa.text(
    "SELECT message_key, queue, routing_key, headers, body FROM inbox_parked "
    "WHERE state = 'parked' AND reason = :reason AND type = ANY(:types) ORDER BY position LIMIT :limit"
)
_ALONE = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('taking up'))")
_SETTLE = sa.text(
    "UPDATE inbox_parked SET state = 'replayed', settled_at = clock_timestamp(), "
    "settled_by = 'a build that knows the version' "
    "WHERE message_key = :key AND state = 'parked' AND reason = :reason"
)


def readable_now(database: Database, types: Sequence[str]) -> list[tuple[str, Inbound]]:
    """Return the oldest of what was parked as an unknown version and is one of `types`, with their keys.

    They count as delivered again: each is tried by itself, under a note that outlives the process.
    """
    wanted = {"reason": UNKNOWN_VERSION, "types": list(types), "limit": AT_ONCE}
    with database.reading() as connection:
        rows = connection.execute(_OPEN, wanted).all()
    return [
        (key, Inbound(bytes(body), queue, routing_key or "", headers, redelivered=True))
        for key, queue, routing_key, headers, body in rows
    ]


@contextmanager
def alone(database: Database) -> Iterator[bool]:
    """Say whether no other process of the service is at it; hold the others off meanwhile."""
    with database.engine.begin() as connection:
        yield bool(connection.scalar(_ALONE))


def settle(database: Database, key: str) -> None:
    """Note that it was taken up; where it was parked again for another reason, that stands."""
    with database.engine.begin() as connection:
        connection.execute(_SETTLE, {"key": key, "reason": UNKNOWN_VERSION})
