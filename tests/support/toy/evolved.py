"""The toy's next releases: one that reads a second version of its event, then one that writes it.

The second version has no `n`: what counted the bumps is called `count`, and who bumped is told besides.
"""

import os
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from chassis.data.unit_of_work import UnitOfWork
from chassis.entrypoints import command_batch, event_batch, every
from chassis.processing.commands import CommandProcessor, command
from chassis.processing.events import EventProcessor, on
from tests.support.toy.service import NAME, Bump, Bumped, Hearing, Hearings, Thing, Things, Toy, go


class BumpedV2(msgspec.Struct, frozen=True, kw_only=True):
    """An event; `by` is empty where nobody said so."""

    type: ClassVar[str] = f"{NAME}.thing.bumped.v2"
    earlier: ClassVar = Bumped
    id: UUID
    count: int
    by: str
    way: str = ""

    @classmethod
    def lift(cls, earlier: Bumped, /) -> "BumpedV2":
        if earlier.way == "cannot be lifted":
            raise ValueError("as told")
        return cls(id=earlier.id, count=earlier.n, by="", way=earlier.way)


def heard(event: BumpedV2, uow: UnitOfWork) -> None:
    things = uow.store(Things)
    old = things.get(event.id) or Thing()
    things.put(event.id, msgspec.structs.replace(old, heard=old.heard + 1))
    uow.store(Hearings).append(Hearing(event.id, event.count, os.getpid()))
    go(event.way, 0.0)


def writing(version: Callable[[Bumped], Any]) -> Callable[[Bump, UnitOfWork], Thing]:
    def bump(asked: Bump, uow: UnitOfWork) -> Thing:
        things = uow.store(Things)
        old = things.get(asked.id) or Thing()
        new = msgspec.structs.replace(old, n=old.n + 1)
        things.put(asked.id, new)
        event = version(Bumped(id=asked.id, n=new.n))
        uow.outbox.event(event, subject=str(asked.id), sequence=new.n, ordering_key=str(asked.id))
        return new

    return bump


def _second(event: Bumped) -> BumpedV2:
    return BumpedV2(id=event.id, count=event.n, by="the toy")


_LOADS = [(Things, lambda asked: asked.id)]
EVENTS = EventProcessor(NAME, [on(BumpedV2, heard, loads=_LOADS)])
FIRST = CommandProcessor(NAME, [command(Bump, writing(lambda event: event), loads=_LOADS)])
SECOND = CommandProcessor(NAME, [command(Bump, writing(_second), loads=_LOADS)])


class Reader(Toy):
    """Reads both versions, writes the first: what is rolled out first."""

    @command_batch
    def execute(self, batch: Any) -> list[bytes]:
        return FIRST.process(self.database, batch)

    @event_batch
    def receive(self, batch: Any) -> None:
        EVENTS.process(self.database, batch)

    @every(seconds=0.5, eager=True)
    def take_up(self) -> None:
        EVENTS.take_up(self.database)


class Writer(Reader):
    """Reads both, writes the second."""

    @command_batch
    def execute(self, batch: Any) -> list[bytes]:
        return SECOND.process(self.database, batch)
