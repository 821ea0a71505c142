"""Whether the district's reference data has reached every service that mirrors it."""

from collections.abc import Mapping

import psycopg

from contracts.topology import STREAMS

SOURCE = "registry"
_MIRRORED = f"{SOURCE}.#"
_SENT = "SELECT id FROM outbox WHERE exchange = 'qiaotou.events'"
_MISSING = (
    "SELECT count(*) FROM unnest(%s::uuid[]) AS wanted(id) "
    "WHERE NOT EXISTS (SELECT FROM inbox WHERE inbox.event_id = wanted.id) "
    "AND NOT EXISTS (SELECT FROM inbox_parked WHERE inbox_parked.message_key = wanted.id::text)"
)


def missing(urls: Mapping[str, str]) -> dict[str, int]:
    """Return how many of the registry's events each service has not taken yet; parked ones count as taken."""
    with psycopg.connect(urls[SOURCE]) as connection:
        emitted = [row[0] for row in connection.execute(_SENT)]
    found = {}
    for service, followed in STREAMS.items():
        if _MIRRORED not in followed:
            continue
        with psycopg.connect(urls[service]) as connection:
            row = connection.execute(_MISSING, (emitted,)).fetchone()
            found[service] = int(row[0]) if row else 0
    return found
