"""What a running service shows of itself: its checks, and gauges read from its database."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from chassis.data.engine import Database
from chassis.observe import Check

if TYPE_CHECKING:
    from chassis.bus.consumer import Consumer

_KEPT_S = 2.0
# How many wait; how many are parked and for how many seconds the oldest; how many aggregates cannot go on
# without one that is parked, and for how many seconds the one that has stood still longest.
INBOX_STATE = (
    "SELECT (SELECT count(*) FROM inbox_waiting), count(*), "
    "coalesce(extract(epoch FROM clock_timestamp() - min(parked_at)), 0)::float8, "
    "count(DISTINCT (source, aggregate)) FILTER (WHERE holds), "
    "coalesce(extract(epoch FROM clock_timestamp() - min(parked_at) FILTER (WHERE holds)), 0)::float8 "
    "FROM (SELECT source, aggregate, parked_at, sequence > coalesce((SELECT c.sequence FROM inbox_cursor c "
    "WHERE c.source = p.source AND c.aggregate = p.aggregate), 0) AS holds "
    "FROM inbox_parked p WHERE state = 'parked') AS parked"
)
_GAUGES = (
    ("qiaotou_inbox_waiting_events", "Events that wait for an earlier one"),
    ("qiaotou_inbox_parked_messages", "Messages parked and not settled"),
    ("qiaotou_inbox_parked_oldest_seconds", "Since when the oldest of them is parked"),
    ("qiaotou_inbox_held_aggregates", "Aggregates that cannot go on without a message that is parked"),
    ("qiaotou_inbox_longest_hold_seconds", "For how long the first of these has stood still"),
)


class InboxCollector(Collector):
    """How much waits, how much is parked and what that holds up, read when Prometheus asks."""

    def __init__(self, service: str, database: Database) -> None:
        self._service = service
        self._database = database
        self._read_at = 0.0
        self._values: tuple[float, ...] = (0,) * len(_GAUGES)

    def collect(self) -> Iterator[Metric]:
        """Give the gauges; the last values while the database is away."""
        try:
            self._refresh()
        except SQLAlchemyError:
            # The health check says that the database is away; the scrape goes on.
            self._read_at = 0.0
        for (name, help_text), value in zip(_GAUGES, self._values, strict=True):
            family = GaugeMetricFamily(name, help_text, labels=["service"])
            family.add_metric([self._service], value)
            yield family

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at > _KEPT_S:
            with self._database.reading() as connection:
                self._values = tuple(connection.execute(sa.text(INBOX_STATE)).one())
            self._read_at = time.monotonic()


class Observed:
    """Collects what one process's extensions want watched."""

    def __init__(self) -> None:
        self._consumers: list[Consumer] = []
        self._databases: list[Database] = []

    def watch(self, service: str, database: Database) -> None:
        """Show this database's inbox and check that it answers."""
        self._databases.append(database)
        REGISTRY.register(InboxCollector(service, database))

    def connected(self, consumer: "Consumer") -> None:
        """Check that this consumer has its connection."""
        self._consumers.append(consumer)

    def checks(self) -> dict[str, Check]:
        """Return what `/health` asks."""
        return {"database": self._database_answers, "broker": self._broker_stands}

    def _broker_stands(self) -> bool:
        return bool(self._consumers) and all(each.connected.is_set() for each in self._consumers)

    def _database_answers(self) -> bool:
        for each in self._databases:
            with each.reading() as connection:
                connection.execute(sa.text("SELECT 1"))
        return bool(self._databases)
