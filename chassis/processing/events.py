"""Events in batches through the versioned inbox: once each, in order, poison parked."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import structlog

from chassis import metrics
from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.processing import parking, taking_up
from chassis.processing.faults import is_conflict, is_contention, is_of_the_house, is_too_slow
from chassis.processing.inbox import Arrived, Inbox, opening
from chassis.processing.loading import Load, prefetch
from chassis.processing.suspects import Suspects
from chassis.processing.versions import UnknownVersion, Version, family, versions_of
from contracts.envelope import MalformedEvent, decode

log = structlog.get_logger()
_CULPRITS_BEFORE_SINGLES = 3

E = TypeVar("E")


class EventRoute(NamedTuple):
    """How one type of event is handled."""

    payload: type[Any]
    handler: Callable[[Any, UnitOfWork], None]
    loads: Sequence[Load]


def on(
    payload: type[E], handler: Callable[[E, UnitOfWork], None], *, loads: Sequence[Load] = ()
) -> EventRoute:
    """Declare that `handler` takes events of `payload`'s type, and what it will load.

    An earlier version that `payload` names is lifted to it, unless it has a route of its own.
    """
    return EventRoute(payload, handler, loads)


class _CulpritError(Exception):
    """One event's handler raised."""

    def __init__(self, arrived: Arrived, reason: str) -> None:
        super().__init__(reason)
        self.arrived = arrived
        self.reason = reason


class EventProcessor:
    """Applies batches of events. A type without a route, of any version, only advances its cursor."""

    def __init__(self, service: str, routes: Sequence[EventRoute]) -> None:
        self.service = service
        self.routes: dict[str, EventRoute] = {}
        self._versions: dict[str, Version] = {}
        for route in routes:
            for version in versions_of(route.payload):
                if version.lifts and version.payload.type in self.routes:
                    continue
                self.routes[version.payload.type] = route
                self._versions[version.payload.type] = version
        self._families = {family(type_) for type_ in self.routes}
        self._suspects = Suspects()

    def process(self, database: Database, batch: Sequence[Inbound]) -> None:
        """Apply a batch; one that is too much for the database at once, message by message.

        Raises: what is of the house; the messages then come again. So does a single message that takes
        longer than a statement may: the database may be busy, and nobody could tell.
        """
        metrics.BATCH_SIZE.labels(self.service, "event").observe(len(batch))
        if any(message.redelivered for message in batch):
            for message in batch:
                self._alone(database, message)
        else:
            self._apply(database, self._readable(database, batch))

    def take_up(self, database: Database) -> None:
        """Apply what an older build has parked as an unknown version and this one knows.

        In order, like everything; one process of the service at a time. Raises: what is of the house.
        """
        for key, message in taking_up.readable_now(database, list(self.routes)):
            with taking_up.alone(database) as alone:
                if not alone:
                    return
                self._alone(database, message)
                taking_up.settle(database, key)

    def _readable(self, database: Database, batch: Sequence[Inbound]) -> list[Arrived]:
        readable = []
        for message in batch:
            try:
                readable.append(self._read(message))
            except MalformedEvent as error:
                parking.park(database, message, reason=f"unreadable: {type(error).__name__}")
        return readable

    def _read(self, message: Inbound) -> Arrived:
        event = decode(message.body)
        route = self.routes.get(event.type)
        if route is None and family(event.type) in self._families:
            raise UnknownVersion(event.type)
        payload = None if route is None else self._versions[event.type].read(event.data)
        return Arrived(event, payload, message)

    def _reread(self, message: Inbound) -> Arrived:
        """Read an event that has waited: it could be read when it came, but we may know more by now."""
        try:
            return self._read(message)
        except MalformedEvent as error:
            waited = Arrived(decode(message.body), None, message)
            raise _CulpritError(waited, f"unreadable: {type(error).__name__}") from error

    def _alone(self, database: Database, message: Inbound) -> None:
        """Apply one message of a batch in which something came again."""

        def work() -> None:
            self._apply(database, self._readable(database, [message]))

        if not message.redelivered:
            work()
            return
        self._suspects.take(
            database,
            parking.key_of(message),
            work=work,
            park=lambda: parking.park(database, message, reason=parking.SUSPECTED),
            was_done=lambda: parking.was_applied(database, message),
        )

    def _apply(self, database: Database, arrived: list[Arrived], *, tries: int = 3) -> None:
        """Apply what can be applied; park what raises; keep the rest going."""
        culprits = 0
        while arrived:
            try:
                self._transaction(database, arrived)
            except _CulpritError as culprit:
                log.exception("event.parked", type=culprit.arrived.event.type, reason=culprit.reason)
                parking.park(database, culprit.arrived.message, reason=culprit.reason)
                arrived = [each for each in arrived if each is not culprit.arrived]
                culprits += 1
                if culprits == _CULPRITS_BEFORE_SINGLES:
                    self._one_by_one(database, arrived)
                    return
            except Exception as error:
                may_help = tries > 1 if is_contention(error) else is_too_slow(error) and len(arrived) > 1
                if is_of_the_house(error) and not may_help:
                    raise
                self._after_failure(database, arrived, error, tries=tries)
                return
            else:
                return

    def _after_failure(
        self, database: Database, arrived: list[Arrived], error: Exception, *, tries: int
    ) -> None:
        """The batch failed as a whole: look again, then one by one, then park."""
        if tries > 1 and (is_contention(error) or is_conflict(error)):
            self._apply(database, arrived, tries=tries - 1)
        elif len(arrived) > 1:
            self._one_by_one(database, arrived)
        else:
            log.error("event.parked", type=arrived[0].event.type, reason=type(error).__name__)
            parking.park(database, arrived[0].message, reason=f"cannot be written: {type(error).__name__}")

    def _one_by_one(self, database: Database, arrived: list[Arrived]) -> None:
        for each in arrived:
            self._apply(database, [each])

    def _transaction(self, database: Database, arrived: list[Arrived]) -> None:
        everybody = Context(correlation_id="", principal=the_system())
        with database.transaction(everybody, opening=opening(arrived)) as uow:
            inbox = Inbox(uow, self.service, self._reread)
            ready = inbox.in_order(arrived)
            known = [each for each in ready if each.payload is not None]
            prefetch(uow, ((self.routes[each.event.type].loads, each.payload) for each in known))
            for each in ready:
                self._handle(each, uow)
            uow.flush(inbox.write)
        metrics.INBOX_DUPLICATES.labels(self.service).inc(inbox.duplicates)
        self._note_rolled_back(inbox.rolled_back)
        for fork in inbox.forks:
            log.error("event.fork", type=fork.event.type, source=fork.event.source)
            parking.park(database, fork.message, reason=parking.FORK)
        for each in ready:
            metrics.INBOX_APPLIED.labels(self.service, each.event.type).inc()
            metrics.INBOX_LAG.labels(self.service).observe(
                max(0.0, (uow.now - each.event.time).total_seconds())
            )

    def _note_rolled_back(self, rolled_back: list[Arrived]) -> None:
        """What a source said before it went back to a backup is not true any more: nobody could settle it.

        What was true at that point in time is sent again under the new epoch.
        """
        for each in rolled_back:
            log.warning("event.rolled_back", type=each.event.type, source=each.event.source)
            metrics.INBOX_ROLLED_BACK.labels(self.service).inc()

    def _handle(self, arrived: Arrived, uow: UnitOfWork) -> None:
        uow.cause = arrived.event.id
        uow.context = Context(correlation_id=arrived.event.correlationid, principal=the_system())
        route = self.routes.get(arrived.event.type)
        if route is None:
            return
        try:
            route.handler(arrived.payload, uow)
        except Exception as error:
            if is_of_the_house(error):
                raise
            uow.discard()
            raise _CulpritError(arrived, f"handler: {type(error).__name__}") from error
        uow.keep()
