"""Batches that are too much for the database at once, though none of their messages is."""

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.data.store import Change, Store
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventProcessor, on
from tests.support.messages import an_event, rows
from tests.support.toy.cell import a_thing
from tests.support.toy.service import Bumped

PATIENCE_S = 1.0
A_KEY_TAKES_S = 0.3
TOO_LONG_S = 3.0


class Slow(Store[UUID, int]):
    """What takes the longer to load the more of it is asked for at once."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, int]:
        seconds = A_KEY_TAKES_S * len(keys)
        self.connection.execute(sa.text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
        return {}

    def save_many(self, changes: list[Change[UUID, int]]) -> None:
        """Nothing is kept."""


def hear(event: Bumped, uow: UnitOfWork) -> None:
    uow.connection.execute(sa.text("SELECT pg_sleep(:seconds)"), {"seconds": event.seconds})


HEAVY = EventProcessor("toy", [on(Bumped, hear, loads=[(Slow, lambda event: event.id)])])


@pytest.fixture
def hasty(database: Callable[[str], str]) -> Iterator[Database]:
    with closing(Database(database("chassis"), source="toy", patience_s=PATIENCE_S)) as made:
        yield made


def bumped(thing: UUID, *, seconds: float = 0.0) -> Inbound:
    return an_event(Bumped(id=thing, n=1, seconds=seconds), subject=str(thing), sequence=1)


def applied(database: Database) -> list[str]:
    return [row[0] for row in rows(database, "SELECT aggregate FROM inbox")]


def test_a_batch_that_is_too_heavy_is_taken_one_by_one(hasty: Database) -> None:
    """Seen failing: with a statement's time-out laid on the house alone: the batch comes again, whole."""
    things = [a_thing() for _ in range(4)]
    HEAVY.process(hasty, [bumped(thing) for thing in things])
    assert sorted(applied(hasty)) == sorted(map(str, things))
    assert rows(hasty, "SELECT FROM inbox_parked") == []


def test_a_single_event_that_is_too_slow_is_kept_and_what_came_before_it_is_done(hasty: Database) -> None:
    before, slow = a_thing(), a_thing()
    with pytest.raises(sa.exc.OperationalError):
        HEAVY.process(hasty, [bumped(before), bumped(slow, seconds=TOO_LONG_S)])
    assert applied(hasty) == [str(before)]
    assert rows(hasty, "SELECT FROM inbox_parked") == []
