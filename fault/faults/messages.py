"""Messages that nobody can handle, put on the inbox of a real service."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import amqp
import psycopg

from chassis.bus.connection import connect, open_channel
from chassis.bus.inbound import Inbound
from chassis.bus.link import PERSISTENT
from chassis.processing.parking import key_of
from contracts.naming import PARTITIONS, inbox_queue
from contracts.topology import STREAMS
from fault.faults.fault import Facts, Fault
from fault.ground import Ground
from fault.poison import KILLING, KINDS, SOURCE, Letter, Way, event, letter
from ops.parking_lot import ParkingLot

MESSAGE = "message"
PARKED_WITHIN_S = 60.0
_BYSTANDERS = 4
# A message that kills its process is parked by the third one that takes it.
_MOST_EXITS = 2
_CONFIRM_S, _LOOK_S = 10.0, 0.05


@dataclass
class Poisoned:
    """One message that cannot be handled, between others of the same queue that can."""

    kind: str
    component: str = MESSAGE
    stands_s: float = 0.0
    _service: str = field(default="", init=False)
    _key: str = field(default="", init=False)
    _put_at: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)
    _bystanders: list[str] = field(default_factory=list, init=False)
    _pids: list[int] = field(default_factory=list, init=False)

    @property
    def name(self) -> str:
        """E.g. `poison: bad JSON`."""
        return f"poison: {self.kind}"

    def inject(self, ground: Ground) -> None:
        """Put it on a partition of a service, and events of other aggregates before and behind it."""
        self._service = ground.random.choice(sorted(STREAMS))
        queue = inbox_queue(self._service, ground.random.randrange(PARTITIONS))
        poison = KINDS[self.kind](self._service)
        self._key = key_of(Inbound(poison.body, queue, queue, poison.headers))
        events = [event(Way.GO_ON) for _ in range(_BYSTANDERS)]
        self._bystanders = [each.subject for each in events]
        self._pids = [ground.running_pid(self._service)]
        letters = [letter(each) for each in events]
        letters.insert(_BYSTANDERS // 2, poison)
        self._put_at = datetime.now(UTC)
        _put(ground, queue, letters)

    def heal(self, ground: Ground) -> Facts:
        """Wait until it is parked and the others are applied, then settle it."""
        with psycopg.connect(ground.servers.databases.url(self._service), autocommit=True) as connection:
            parked_at = self._wait_until_parked(ground, connection)
            applied = self._wait_until_applied(connection)
        if parked_at is not None:
            lot = ParkingLot(databases=ground.servers.databases, broker=ground.servers.broker)
            lot.skip(f"{self._service}/{self._key}", by="the fault suite", because="put there on purpose")
        ground.wait_until_well([self._service])
        return {
            "poison": 1,
            "parked": int(parked_at is not None),
            "exits": len(self._pids) - 1,
            "allowed_exits": _MOST_EXITS if self.kind in KILLING else 0,
            "slowest_park_s": round(((parked_at or datetime.now(UTC)) - self._put_at).total_seconds(), 3),
            "bystanders": _BYSTANDERS,
            "applied": applied,
            "service": self._service,
        }

    def _wait_until_parked(self, ground: Ground, connection: psycopg.Connection) -> datetime | None:
        query = "SELECT parked_at FROM inbox_parked WHERE message_key = %s AND state = 'parked'"
        until = time.monotonic() + PARKED_WITHIN_S
        while time.monotonic() < until:
            self._note_exits(ground)
            if (row := connection.execute(query, (self._key,)).fetchone()) is not None:
                parked_at: datetime = row[0]
                return parked_at
            time.sleep(_LOOK_S)
        return None

    def _wait_until_applied(self, connection: psycopg.Connection) -> int:
        """Return how many of the bystanders the service has applied in time."""
        query = "SELECT count(*) FROM inbox_cursor WHERE source = %s AND aggregate = ANY(%s)"
        until = time.monotonic() + PARKED_WITHIN_S
        applied = 0
        while applied < _BYSTANDERS and time.monotonic() < until:
            row = connection.execute(query, (SOURCE, self._bystanders)).fetchone()
            applied = int(row[0]) if row else 0
            time.sleep(_LOOK_S)
        return applied

    def _note_exits(self, ground: Ground) -> None:
        """A process lives for a second at least before it can die of a message: none is missed."""
        pid = ground.pid(self._service)
        if pid and pid != self._pids[-1]:
            self._pids.append(pid)


def message_kinds() -> list[Fault]:
    """Return each kind of poison once."""
    return [Poisoned(kind) for kind in KINDS]


def _put(ground: Ground, queue: str, letters: list[Letter]) -> None:
    """Put messages straight on a queue, in this order, each confirmed. Raises: BROKER_ERRORS."""
    connection = connect(ground.servers.broker.url("operator"))
    try:
        channel = open_channel(connection)
        for each in letters:
            message = amqp.Message(each.body, application_headers=each.headers, delivery_mode=PERSISTENT)
            channel.basic_publish_confirm(
                message, exchange="", routing_key=queue, mandatory=True, confirm_timeout=_CONFIRM_S
            )
    finally:
        connection.collect()
