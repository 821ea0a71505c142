"""What the databases and the broker say of messages: how late they were sent, how many wait or came again."""

import time
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from ops.cell import SERVICES, Cell
from ops.ports import LOOPBACK
from ops.servers import Servers

_LAGS = (
    "SELECT extract(epoch FROM sent_at - created_at) FROM outbox "
    "WHERE created_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)"
)
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_LAST = "SELECT coalesce(max(position), 0) FROM outbox"
_UNSENT_UP_TO = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND position <= %s"
_PATIENCE_S = 30.0
_DUPLICATES = "qiaotou_inbox_duplicates_total"
_CAME_AGAIN = "rabbitmq_global_messages_redelivered_total"


class Traffic:
    """Looks at one cell's outboxes and queues."""

    def __init__(self, cell: Cell, servers: Servers) -> None:
        self._urls = {service: servers.databases.url(service) for service in SERVICES}
        self._ports = cell.ports

    def lags(self, since: float, until: float) -> list[float]:
        """Return how long each message waited to be sent, in seconds; infinity where it waits still.

        Of those that were written between two moments, in epoch seconds, over all services.
        """
        rows = [row for service in SERVICES for row in self._rows(service, _LAGS, since, until)]
        return sorted(float("inf") if lag is None else float(lag) for (lag,) in rows)

    def unsent(self) -> int:
        """Return how many messages no outbox has got rid of."""
        return sum(self._number(service, _UNSENT) for service in SERVICES)

    def last(self) -> dict[str, int]:
        """Return the last position of every outbox."""
        return {service: self._number(service, _LAST) for service in SERVICES}

    def unsent_up_to(self, last: Mapping[str, int]) -> int:
        """Return how many messages up to these positions were not sent."""
        return sum(self._number(service, _UNSENT_UP_TO, position) for service, position in last.items())

    def came_again(self) -> int:
        """Return how many messages the broker has delivered a second time since it started."""
        return self._told("rabbitmq", _CAME_AGAIN)

    def duplicates(self, service: str) -> int:
        """Return how many events came to a service that it had applied, since its process started."""
        return self._told(service, _DUPLICATES)

    def _told(self, process: str, name: str) -> int:
        """Return what a process counts. Raises: OSError where it does not answer for long."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return int(told(self._ports[f"{process}-metrics"], name))
            except OSError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)

    def _rows(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._urls[service], connect_timeout=5) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def _number(self, service: str, query: str, *values: object) -> int:
        return int(self._rows(service, query, *values)[0][0])


def told(port: int, name: str) -> float:
    """Return what the process with this metrics port counts now. Raises: OSError, LookupError."""
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=5) as answer:
        return total(answer.read().decode(), name)


def total(text: str, name: str) -> float:
    """Return the sum of one metric over all its labels, as Prometheus writes it.

    Raises: LookupError where there is no such metric: that nothing was counted would be another thing.
    """
    if f"# TYPE {name} " not in text:
        raise LookupError(name)
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if _is_of(line, name))


def _is_of(line: str, name: str) -> bool:
    return line.startswith((f"{name}{{", f"{name} "))


def percentile(sorted_values: Iterable[float], share: float) -> float:
    """Return the value that `share` of the sorted values do not exceed; infinity where there is none."""
    values = list(sorted_values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("inf")
