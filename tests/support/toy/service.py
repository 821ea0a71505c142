"""A service of the smallest kind, for testing the chassis under one: it counts, and fails as it is told.

`TOY_NAME` is the service's name, so that several can stand beside each other; `TOY_DIARY` is a file
that notes what was begun, whether its transaction was committed or not.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import eventlet.patcher
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as UUID_

from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data import bulk
from chassis.data.engine import Database
from chassis.data.store import Change, Journal, Store
from chassis.data.unit_of_work import UnitOfWork
from chassis.entrypoints import DatabaseDependency, command_batch, event_batch, every, query
from chassis.processing.commands import CommandProcessor, command
from chassis.processing.events import EventProcessor, on
from chassis.refusal import Conflict, NotFound

NAME = os.environ.get("TOY_NAME", "toy")
DIARY = Path(os.environ.get("TOY_DIARY", os.devnull))

metadata = sa.MetaData()
things = sa.Table(
    "thing",
    metadata,
    sa.Column("id", UUID_, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("heard", sa.Integer, nullable=False),
    sa.CheckConstraint("n >= 0", name="thing_n"),
)
hearings = sa.Table(
    "hearing",
    metadata,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("id", UUID_, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
)


class Thing(msgspec.Struct, frozen=True):
    """How often it was bumped, and how often that was heard."""

    n: int = 0
    heard: int = 0


class Bump(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command; `way` says how it goes."""

    method: ClassVar[str] = "bump"
    command_id: UUID
    id: UUID
    way: str = ""
    seconds: float = 0.0


class Bumped(msgspec.Struct, frozen=True, kw_only=True):
    """An event; `way` says how hearing it goes."""

    type: ClassVar[str] = f"{NAME}.thing.bumped.v1"
    id: UUID
    n: int
    way: str = ""
    seconds: float = 0.0


class Painted(msgspec.Struct, frozen=True, kw_only=True):
    """An event of another type."""

    type: ClassVar[str] = f"{NAME}.thing.painted.v1"
    id: UUID
    n: int


class Hearing(NamedTuple):
    """One event that was heard."""

    id: UUID
    n: int
    pid: int


class Things(Store[UUID, Thing]):
    """The things of one unit of work."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Thing]:
        query_ = sa.text("SELECT id, n, heard FROM thing WHERE id = ANY(:keys) ORDER BY id FOR UPDATE")
        return {row[0]: Thing(row[1], row[2]) for row in self.connection.execute(query_, {"keys": keys})}

    def save_many(self, changes: list[Change[UUID, Thing]]) -> None:
        rows = [({"id": each.key, "n": each.new.n, "heard": each.new.heard}, each.old) for each in changes]
        bulk.insert(self.connection, things, [row for row, old in rows if old is None])
        bulk.update(self.connection, things, [row for row, old in rows if old is not None], key=("id",))


class Hearings(Journal[Hearing]):
    """What was heard, in order."""

    def write_many(self, rows: list[Hearing]) -> None:
        bulk.insert(self.connection, hearings, [row._asdict() for row in rows])


def bump(asked: Bump, uow: UnitOfWork) -> Thing:
    note("execute", asked.command_id)
    things_ = uow.store(Things)
    old = things_.get(asked.id) or Thing()
    new = msgspec.structs.replace(old, n=old.n + 1)
    things_.put(asked.id, new if asked.way != "unwritable" else Thing(n=-1))
    bumped = Bumped(id=asked.id, n=new.n)
    uow.outbox.event(bumped, subject=str(asked.id), sequence=new.n, ordering_key=str(asked.id))
    go(asked.way, asked.seconds)
    return new


def bumped(event: Bumped, uow: UnitOfWork) -> None:
    note("hear", event.id, event.n)
    things_ = uow.store(Things)
    old = things_.get(event.id) or Thing()
    heard = msgspec.structs.replace(old, heard=old.heard + 1)
    things_.put(event.id, heard if event.way != "unwritable" else Thing(n=-1))
    uow.store(Hearings).append(Hearing(event.id, event.n, os.getpid()))
    go(event.way, event.seconds)


def painted(event: Painted, uow: UnitOfWork) -> None:
    uow.store(Hearings).append(Hearing(event.id, event.n, os.getpid()))


def go(way: str, seconds: float) -> None:
    """Fail, die or take long, as told."""
    match way:
        case "refuse":
            raise Conflict("as told", told=True)
        case "raise":
            raise RuntimeError("as told")
        case "raise while told" if told_to_raise().exists():
            raise RuntimeError("as told")
        case "die":
            os._exit(42)
        case "sleep":
            time.sleep(seconds)
        case "block":
            # The real sleep: nothing else of this process has a turn meanwhile.
            eventlet.patcher.original("time").sleep(seconds)


def told_to_raise(diary: Path = DIARY) -> Path:
    """Return the file whose existence says so."""
    return diary.with_suffix(".raise")


def note(*words: object) -> None:
    with DIARY.open("a") as diary:
        diary.write(" ".join(map(str, words)) + "\n")


def _note_batch(kind: str, batch: Sequence[Inbound]) -> None:
    note("batch", kind, len(batch))
    for message in batch:
        note("given", message.message_id or message.correlation_id)


COMMANDS = CommandProcessor(NAME, [command(Bump, bump, loads=[(Things, lambda asked: asked.id)])])
EVENTS = EventProcessor(
    NAME, [on(Bumped, bumped, loads=[(Things, lambda event: event.id)]), on(Painted, painted)]
)


class Toy:
    """The service."""

    name = NAME
    database = DatabaseDependency()

    @command_batch
    def execute(self, batch: Any) -> list[bytes]:
        _note_batch("commands", batch)
        return COMMANDS.process(self.database, batch)

    @event_batch
    def receive(self, batch: Any) -> None:
        _note_batch("events", batch)
        EVENTS.process(self.database, batch)

    @query
    def thing(self, context: Context, *, id: UUID, floor: int = 0) -> Thing:  # noqa: A002 - as the others say it
        del context
        with _of(self.database).reading() as connection:
            row = connection.execute(sa.select(things.c.n, things.c.heard).where(things.c.id == id)).first()
        if row is None or row.n < floor:
            raise NotFound("no such thing", id=str(id))
        return Thing(*row)

    @query
    def slow(self, context: Context, *, seconds: float) -> int:
        del context
        time.sleep(seconds)
        return os.getpid()

    @query
    def odd(self, context: Context, *, kind: str) -> Any:
        del context
        return {"surrogate": "\ud800", "object": object()}[kind]

    @every(seconds=float(os.environ.get("TOY_TICK_S", "3600")))
    def tick(self) -> None:
        note("tick")
        raise RuntimeError("as told")


def _of(database: Any) -> Database:
    assert isinstance(database, Database)
    return database
