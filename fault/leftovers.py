"""What the public API does not show of a run: what each service made of what it was told, and what stands."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import psycopg

from contracts.naming import EVENTS_EXCHANGE, department_queue
from ops.cell import SERVICES
from ops.draining import follows

_TOLD = "SELECT id::text, type FROM outbox WHERE exchange = %s"
_APPLIED = "SELECT event_id::text FROM inbox"
_OUT_OF_ORDER = (
    "SELECT count(*) FROM (SELECT sequence, lag(sequence) OVER (PARTITION BY source, aggregate "
    "ORDER BY position) AS before FROM inbox) AS lines WHERE sequence <= before"
)
_STANDS = (
    "SELECT (SELECT count(*) FROM inbox_waiting) + (SELECT count(*) FROM inbox_parked WHERE state = 'parked')"
)
_SENT_TO = "SELECT id::text FROM outbox WHERE destination = ANY(%s) AND sent_at IS NOT NULL"
_UNLOGGED = "SELECT count(*) FROM case_seal WHERE log_index IS NULL"

Url = Callable[[str], str]


class LeftOver(NamedTuple):
    """How many there are of what there should be none of.

    `never_applied`: events that a service follows and has not applied, over all services.
    `applied_out_of_order`: what a service applied behind a later one of the same aggregate, or twice.
    `left_standing`: messages that wait for an earlier one, or are parked and not settled.
    `never_heard`: messages that were sent to the departments of the load and never came to them.
    `unlogged`: seals that the archive's log does not have.
    """

    never_applied: int = 0
    applied_out_of_order: int = 0
    left_standing: int = 0
    never_heard: int = 0
    unlogged: int = 0


def left_over(url: Url, *, heard: Iterable[str], departments: Iterable[str]) -> LeftOver:
    """Look into every database. `url` gives a service's; `heard` are the ids that departments noted."""
    told = [row for service in SERVICES for row in _rows(url, service, _TOLD, EVENTS_EXCHANGE)]
    queues = [department_queue(code) for code in departments]
    sent = {row[0] for row in _rows(url, "dispatch", _SENT_TO, queues)}
    return LeftOver(
        never_applied=sum(_not_applied(url, service, told) for service in SERVICES),
        applied_out_of_order=sum(_number(url, service, _OUT_OF_ORDER) for service in SERVICES),
        left_standing=sum(_number(url, service, _STANDS) for service in SERVICES),
        never_heard=len(sent.difference(heard)),
        unlogged=_number(url, "intake", _UNLOGGED),
    )


def _not_applied(url: Url, service: str, told: list[tuple[Any, ...]]) -> int:
    applied = {row[0] for row in _rows(url, service, _APPLIED)}
    return sum(event_id not in applied for event_id, type_ in told if follows(service, type_))


def _rows(url: Url, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url(service), connect_timeout=5) as connection:
        return connection.execute(query.encode(), values).fetchall()


def _number(url: Url, service: str, query: str) -> int:
    return int(_rows(url, service, query)[0][0])
