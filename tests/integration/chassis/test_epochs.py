"""A source that went back to a backup says other things under the same numbers: the higher epoch holds."""

from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec
import pytest

from chassis import metrics
from chassis.bus.inbound import Inbound
from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.epochs import RAISE
from contracts import envelope
from tests.support.messages import an_event, rows, sent
from tests.support.toy.cell import a_thing
from tests.support.toy.service import EVENTS, Bumped, metadata


@pytest.fixture
def inbox(database: Callable[[str], str]) -> Iterator[Database]:
    made = Database(database("chassis"), source="toy")
    metadata.create_all(made.engine)
    yield made
    made.close()


def bumped(thing: UUID, n: int, *, epoch: int = 1, source: str = "elsewhere") -> Inbound:
    message = an_event(Bumped(id=thing, n=n), subject=str(thing), sequence=n, source=source)
    event = msgspec.structs.replace(envelope.decode(message.body), epoch=envelope.told_epoch(epoch))
    return message._replace(body=envelope.encode(event))


def heard(database: Database, thing: UUID) -> list[int]:
    return [
        row[0] for row in rows(database, "SELECT n FROM hearing WHERE id = :id ORDER BY position", id=thing)
    ]


def left_out() -> float:
    return metrics.INBOX_ROLLED_BACK.labels("toy")._value.get()


def raise_epochs(database: Database, **epochs: int) -> None:
    given = {"sources": list(epochs), "epochs": list(epochs.values())}
    with database.engine.begin() as connection:
        connection.exec_driver_sql(RAISE, given)


def test_what_was_rolled_back_is_left_out_and_no_fork(inbox: Database) -> None:
    thing, before = a_thing(), left_out()
    EVENTS.process(inbox, [bumped(thing, 1)])
    raise_epochs(inbox, elsewhere=7)
    EVENTS.process(inbox, [bumped(thing, 2), bumped(thing, 1), bumped(thing, 4), bumped(a_thing(), 1)])
    assert heard(inbox, thing) == [1]
    assert left_out() == before + 4
    for table in ("inbox_parked", "inbox_waiting"):
        assert rows(inbox, f"SELECT FROM {table}") == []
    EVENTS.process(inbox, [bumped(thing, 2, epoch=7)])
    assert heard(inbox, thing) == [1, 2]


def test_a_higher_epoch_is_remembered_from_the_first_event_of_it_on(inbox: Database) -> None:
    thing, other = a_thing(), a_thing()
    EVENTS.process(inbox, [bumped(thing, 1, epoch=7), bumped(other, 1)])
    assert (heard(inbox, thing), heard(inbox, other)) == ([1], [])
    EVENTS.process(inbox, [bumped(other, 1)])
    assert heard(inbox, other) == []
    EVENTS.process(inbox, [bumped(other, 1, epoch=8), bumped(thing, 2, epoch=7)])
    assert (heard(inbox, other), heard(inbox, thing)) == ([1], [1])
    assert rows(inbox, "SELECT source, epoch FROM source_epoch") == [("elsewhere", 8)]


def test_every_source_has_an_epoch_of_its_own(inbox: Database) -> None:
    thing, other = a_thing(), a_thing()
    EVENTS.process(inbox, [bumped(thing, 1, epoch=7), bumped(other, 1, source="another")])
    assert (heard(inbox, thing), heard(inbox, other)) == ([1], [1])


def test_what_waited_before_the_restore_is_applied_after_it(inbox: Database) -> None:
    thing = a_thing()
    EVENTS.process(inbox, [bumped(thing, 2)])
    raise_epochs(inbox, elsewhere=7)
    EVENTS.process(inbox, [bumped(thing, 1, epoch=7)])
    assert heard(inbox, thing) == [1, 2]


def test_another_event_of_the_same_epoch_is_still_a_fork(inbox: Database) -> None:
    thing = a_thing()
    EVENTS.process(inbox, [bumped(thing, 1, epoch=7)])
    EVENTS.process(inbox, [bumped(thing, 1, epoch=7)])
    assert rows(inbox, "SELECT reason FROM inbox_parked") == [("fork: this sequence was another event",)]


def test_what_is_told_bears_the_epoch_of_its_source_but_the_first(inbox: Database) -> None:
    thing = a_thing()

    def tell(n: int) -> None:
        with inbox.writing(Context(correlation_id="a test")) as uow:
            uow.outbox.event(Bumped(id=thing, n=n), subject=str(thing), sequence=n, ordering_key=str(thing))

    tell(1)
    raise_epochs(inbox, elsewhere=9)
    tell(2)
    raise_epochs(inbox, toy=7)
    tell(3)
    events = sent(inbox)
    assert [envelope.epoch_of(event) for event in events] == [1, 1, 7]
    assert [b'"epoch"' in envelope.encode(event) for event in events] == [False, False, True]
