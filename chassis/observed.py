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
_INBOX = sa.text(
    "SELECT (SELECT count(*) FROM inbox_waiting), (SELECT count(*) FROM inbox_parked WHERE state = 'parked')"
)


class InboxCollector(Collector):
    """How much waits and how much is parked, read when Prometheus asks."""

    def __init__(self, service: str, database: Database) -> None:
        self._service = service
        self._database = database
        self._read_at = 0.0
        self._counts = (0, 0)

    def collect(self) -> Iterator[Metric]:
        """Give the two gauges; the last values while the database is away."""
        try:
            self._refresh()
        except SQLAlchemyError:
            # The health check says that the database is away; the scrape goes on.
            self._read_at = 0.0
        names = (
            ("qiaotou_inbox_waiting_events", "Events that wait for an earlier one"),
            ("qiaotou_inbox_parked_messages", "Messages parked and not settled"),
        )
        for (name, help_text), count in zip(names, self._counts, strict=True):
            family = GaugeMetricFamily(name, help_text, labels=["service"])
            family.add_metric([self._service], count)
            yield family

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at > _KEPT_S:
            with self._database.reading() as connection:
                waiting, parked = connection.execute(_INBOX).one()
            self._counts = (waiting, parked)
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
