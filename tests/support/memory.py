"""A service without a database: stores and journals in dictionaries, events on lines that can be held.

The handlers, decisions and stores are the service's own; only SQL is replaced.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from chassis.context import Context
from chassis.data.outbox import Outbox, Outgoing
from chassis.data.store import AfterCommit, Change, Journal, Staged, Store
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import Principal, the_system
from chassis.processing.commands import CommandRoute
from chassis.processing.events import EventRoute
from contracts import envelope
from contracts.envelope import CloudEvent

S = TypeVar("S", bound=Staged)
Line = tuple[str, str]
Derived = Mapping[type[Any], Callable[["MemoryService"], dict[Any, Any]]]


class MemoryUnitOfWork(UnitOfWork):
    """One transaction on dictionaries: nothing is seen by others before `flush`."""

    def __init__(
        self, service: "MemoryService", *, now: datetime, context: Context, cause: UUID | None
    ) -> None:
        self._service = service
        self.source = service.name
        self.context = context
        self.cause = cause
        self.now = now
        self.epoch = 1
        self.opened = []
        self._parts = {}

    def store(self, cls: type[S]) -> S:
        part = self._parts.get(cls)
        if part is None:
            part = self._parts[cls] = self._service.part(cls)(self)
        return cast("S", part)

    def flush(self, also: Callable[[], None] | None = None) -> None:
        assert also is None
        for part in sorted(self._parts.values(), key=lambda each: each.flush_order):
            part.flush()


class MemoryService:
    """One service: its tables by store, its journals, and how far it has come on each line."""

    def __init__(
        self,
        name: str,
        *,
        events: Iterable[EventRoute],
        commands: Iterable[CommandRoute],
        derived: Derived | None = None,
        methods: Mapping[type[Any], Mapping[str, Callable[..., Any]]] | None = None,
    ) -> None:
        self.name = name
        self.tables: dict[type[Any], dict[Any, Any]] = defaultdict(dict)
        self.journals: dict[type[Any], list[Any]] = defaultdict(list)
        self.lines: dict[Line, list[CloudEvent]] = defaultdict(list)
        self.to_departments: list[CloudEvent] = []
        self.cursors: dict[Line, int] = defaultdict(int)
        self._events = {route.payload.type: route for route in events}
        self._commands = {route.message: route for route in commands}
        self._derived = derived or {}
        self._methods = methods or {}
        self._made: dict[type[Any], type[Any]] = {}

    def knows(self, event: CloudEvent) -> bool:
        return event.type in self._events

    def take(self, event: CloudEvent, *, now: datetime) -> bool:
        """Take an event as the versioned inbox would; return whether it was its turn."""
        line = (event.source, event.subject)
        if event.sequence != self.cursors[line] + 1:
            assert event.sequence <= self.cursors[line], "a gap waits; the lines here have none"
            return False
        route = self._events.get(event.type)
        if route is not None:
            with self.writing(now=now, principal=the_system(), cause=event.id) as uow:
                route.handler(envelope.decode_data(event.data, route.payload), uow)
        self.cursors[line] += 1
        return True

    def carry_out(self, command: Any, principal: Principal, *, now: datetime) -> Any:
        """Carry out a command. Raises: its refusal; nothing is changed then."""
        with self.writing(now=now, principal=principal, cause=command.command_id) as uow:
            return self._commands[type(command)].handler(command, uow)

    @contextmanager
    def writing(
        self, *, now: datetime, principal: Principal, cause: UUID | None = None
    ) -> Iterator[MemoryUnitOfWork]:
        context = Context(principal=principal, correlation_id="a test")
        uow = MemoryUnitOfWork(self, now=now, context=context, cause=cause)
        yield uow
        uow.keep()
        uow.flush()

    def part(self, cls: type[Any]) -> type[Any]:
        """Return a store or journal of this service that needs no SQL."""
        if cls not in self._made:
            self._made[cls] = type(
                cls.__name__, (cls,), {**self._replaced(cls), **self._methods.get(cls, {})}
            )
        return self._made[cls]

    def _replaced(self, cls: type[Any]) -> dict[str, Any]:
        if issubclass(cls, Outbox):
            return {"write_many": lambda _, rows: self._send(rows)}
        if issubclass(cls, AfterCommit):
            return {"write_many": lambda *_: None}
        if issubclass(cls, Journal):
            return {"write_many": lambda _, rows: self.journals[cls].extend(rows)}
        assert issubclass(cls, Store)
        return {
            "load_many": lambda _, keys: {
                key: self._table(cls)[key] for key in keys if key in self._table(cls)
            },
            "save_many": lambda _, changes: self._save(cls, changes),
        }

    def _table(self, cls: type[Any]) -> dict[Any, Any]:
        return self._derived[cls](self) if cls in self._derived else self.tables[cls]

    def _save(self, cls: type[Any], changes: list[Change[Any, Any]]) -> None:
        self.tables[cls].update({change.key: change.new for change in changes})

    def _send(self, rows: list[Outgoing]) -> None:
        for row in rows:
            event = envelope.decode(row.body)
            if row.destination == "events":
                line = self.lines[event.source, event.subject]
                assert event.sequence == len(line) + 1, f"{event.type} breaks the count of {event.subject}"
                line.append(event)
            else:
                self.to_departments.append(event)
