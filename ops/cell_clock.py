"""The cell clock 业务时钟 of a whole cell: every database is moved alike, while nothing is under way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from chassis.data import clock
from chassis.data.engine import Database
from ops.cell import SERVICES, Cell
from ops.draining import PATIENCE_S, PAUSE_S, Traffic, Urls, watching
from ops.errors import Unready
from ops.servers import Servers

REAL_TIME = timedelta(0)
Connections = dict[str, Connection]


class Reading(NamedTuple):
    """What the cell clock shows, aware UTC, and how far it stands from real time."""

    now: datetime
    ahead: timedelta


class CellClock:
    """Reads and moves the clock of one cell. `mode` is what the cell was started as."""

    def __init__(self, *, databases: Urls, broker: Urls, mode: str) -> None:
        self._databases = databases
        self._broker = broker
        self._mode = mode
        self._kept: tuple[Traffic, dict[str, Database]] | None = None

    @contextmanager
    def kept_open(self, *, pause_s: float = PAUSE_S) -> Iterator[Traffic]:
        """Keep its connections from one move to the next; give what it sees of the cell. Raises: Unready."""
        with (
            watching(self._databases, self._broker, pause_s=pause_s) as traffic,
            self._opened() as databases,
        ):
            self._kept = traffic, databases
            try:
                yield traffic
            finally:
                self._kept = None

    def read(self) -> Reading:
        """Read it. Raises: Unready where the services do not agree."""
        with self._opened() as databases, _begun(databases) as connections:
            return _read(connections)

    def advance(self, by: timedelta, *, within_s: float = PATIENCE_S) -> Reading:
        """Move it forward once the cell is drained. Raises: Unready."""
        if by < REAL_TIME:
            raise Unready("A clock is advanced forward; ./qiaotou clock set … --backwards turns it back.")
        return self._move(lambda connections: _read(connections).ahead + by, within_s=within_s)

    def set(self, at: datetime, *, backwards: bool = False, within_s: float = PATIENCE_S) -> Reading:
        """Let it show `at` once the cell is drained; to an earlier time only `backwards`. Raises: Unready."""
        return self._move(
            lambda connections: at - _real_now(connections), backwards=backwards, within_s=within_s
        )

    def put_back(self, *, backwards: bool = False, within_s: float = PATIENCE_S) -> Reading:
        """Let it show real time again. Raises: Unready."""
        return self._move(lambda _: REAL_TIME, backwards=backwards, within_s=within_s)

    def _move(
        self, wanted: Callable[[Connections], timedelta], *, within_s: float, backwards: bool = False
    ) -> Reading:
        if self._mode not in clock.MOVABLE_MODES:
            raise Unready(
                f"This is a {self._mode} cell: it runs on real time, and nobody moves its clock. "
                "Demo and test cells alone have a movable one."
            )
        with self._drained(within_s) as databases:
            with _begun(databases) as connections:
                ahead = wanted(connections)
                if not backwards and ahead < max(_offsets(connections).values()):
                    raise Unready("That would turn the clock back; say --backwards where it is meant.")
                for each in connections.values():
                    clock.set_offset(each, ahead, mode=self._mode)
            with _begun(databases) as connections:
                reading = _read(connections)
        if reading.ahead != ahead:
            raise Unready(
                f"Somebody else moved the clock meanwhile, to {reading.ahead}: look before going on."
            )
        return reading

    @contextmanager
    def _drained(self, within_s: float) -> Iterator[dict[str, Database]]:
        if self._kept is not None:
            traffic, databases = self._kept
            traffic.drain(within_s=within_s)
            yield databases
            return
        with watching(self._databases, self._broker) as traffic:
            traffic.drain(within_s=within_s)
        with self._opened() as databases:
            yield databases

    @contextmanager
    def _opened(self) -> Iterator[dict[str, Database]]:
        with ExitStack() as stack:
            opened = {service: Database(self._databases.url(service), pool_size=1) for service in SERVICES}
            for database in opened.values():
                stack.callback(database.close)
            yield opened


@contextmanager
def _begun(databases: dict[str, Database]) -> Iterator[Connections]:
    """Give a transaction in every database; they are committed one after the other. Raises: Unready."""
    with ExitStack() as stack:
        try:
            begun = {
                service: stack.enter_context(database.engine.begin())
                for service, database in databases.items()
            }
        except OperationalError as error:
            raise Unready("The databases do not let us in; ./qiaotou status says more.") from error
        yield begun


def _read(connections: Connections) -> Reading:
    offsets = _offsets(connections)
    if len(set(offsets.values())) > 1:
        told = ", ".join(f"{service} {ahead}" for service, ahead in offsets.items())
        raise Unready(f"The services' clocks differ ({told}); ./qiaotou clock set puts all of them right.")
    service, ahead = next(iter(offsets.items()))
    return Reading(clock.cell_now(connections[service]), ahead)


def _offsets(connections: Connections) -> dict[str, timedelta]:
    return {service: clock.offset(each) for service, each in connections.items()}


def _real_now(connections: Connections) -> datetime:
    """Return the database's time, which the cell clock is reckoned from."""
    first = next(iter(connections.values()))
    return clock.cell_now(first) - clock.offset(first)


def of(cell: Cell) -> CellClock:
    """Return the clock of a cell."""
    servers = Servers(cell)
    return CellClock(databases=servers.databases, broker=servers.broker, mode=cell.mode)
