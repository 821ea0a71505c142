"""Events through the versioned inbox: once each, in order, whatever order they come in."""

import random
from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec
import pytest

from chassis import metrics
from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing import parking
from chassis.processing.events import EventProcessor, on
from contracts import envelope
from tests.support.messages import an_event, rows, sent
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import EVENTS, Bumped, metadata


def test_events_of_many_things_are_each_heard_in_order(toy: ToyCell) -> None:
    things = [a_thing() for _ in range(10)]
    toy.publish(*[toy.event(thing, n) for n in range(1, 21) for thing in things])
    for thing in things:
        toy.wait_until_heard(thing, list(range(1, 21)))


def test_an_event_that_comes_twice_is_heard_once(toy: ToyCell) -> None:
    thing = a_thing()
    events = [toy.event(thing, n) for n in (1, 2, 3)]
    toy.publish(*events, *events)
    toy.publish(*events, toy.event(thing, 4))
    toy.wait_until_heard(thing, [1, 2, 3, 4])


def test_what_comes_too_early_waits_for_what_is_missing(toy: ToyCell) -> None:
    thing = a_thing()
    toy.publish(toy.event(thing, 1), toy.event(thing, 4), toy.event(thing, 3))
    eventually(lambda: toy.waiting(thing) == [3, 4])
    assert toy.heard(thing) == [1]
    toy.publish(toy.event(thing, 2))
    toy.wait_until_heard(thing, [1, 2, 3, 4])
    assert toy.waiting(thing) == []


def test_another_event_with_a_sequence_that_was_heard_is_parked_as_a_fork(toy: ToyCell) -> None:
    thing = a_thing()
    fork = toy.event(thing, 1)
    toy.publish(toy.event(thing, 1), fork, toy.event(thing, 2))
    toy.wait_until_heard(thing, [1, 2])
    assert eventually(lambda: toy.parked().get(str(fork.id))) == "fork: this sequence was another event"


def test_another_event_with_a_sequence_that_waits_is_parked_as_a_fork(toy: ToyCell) -> None:
    thing = a_thing()
    toy.publish(toy.event(thing, 2))
    eventually(lambda: toy.waiting(thing) == [2])
    fork = toy.event(thing, 2)
    toy.publish(fork)
    assert "fork" in eventually(lambda: toy.parked().get(str(fork.id)))
    toy.publish(toy.event(thing, 1))
    toy.wait_until_heard(thing, [1, 2])


def test_a_type_that_nobody_here_knows_only_moves_the_cursor_on(toy: ToyCell) -> None:
    thing = a_thing()
    unknown = toy.event(thing, 2, type=f"{toy.name}.thing.sold.v1", data=msgspec.Raw(b'{"price": 3}'))
    toy.publish(toy.event(thing, 1), unknown, toy.event(thing, 3))
    toy.wait_until_heard(thing, [1, 3])
    assert str(unknown.id) not in toy.parked()


def test_an_unknown_version_of_a_known_type_is_parked_and_what_follows_waits(toy: ToyCell) -> None:
    thing = a_thing()
    future = toy.event(thing, 1, type=f"{toy.name}.thing.bumped.v2")
    toy.publish(future, toy.event(thing, 2))
    assert eventually(lambda: toy.parked().get(str(future.id))) == "unreadable: UnknownVersion"
    eventually(lambda: toy.waiting(thing) == [2])
    assert toy.heard(thing) == []


def test_two_sources_may_count_the_same_thing_each_for_itself(toy: ToyCell) -> None:
    thing = a_thing()
    toy.publish(toy.event(thing, 1), toy.event(thing, 2), toy.event(thing, 1, source="another"))
    eventually(lambda: sorted(toy.heard(thing)) == [1, 1, 2])


def test_events_of_one_thing_go_through_one_queue(toy: ToyCell) -> None:
    thing = a_thing()
    toy.publish(*[toy.event(thing, n) for n in range(1, 9)])
    toy.wait_until_heard(thing, list(range(1, 9)))
    pids = toy.rows("SELECT DISTINCT pid FROM hearing WHERE id = %s", thing)
    assert len(pids) == 1


# Without a process, batch by batch.


@pytest.fixture
def inbox(database: Callable[[str], str]) -> Iterator[Database]:
    made = Database(database("chassis"), source="toy")
    metadata.create_all(made.engine)
    yield made
    made.close()


def bumped(thing: UUID, n: int, *, way: str = "") -> Inbound:
    return an_event(Bumped(id=thing, n=n, way=way), subject=str(thing), sequence=n)


def heard(database: Database, thing: UUID) -> list[int]:
    return [
        row[0] for row in rows(database, "SELECT n FROM hearing WHERE id = :id ORDER BY position", id=thing)
    ]


def parked(database: Database) -> list[str]:
    return [row[0] for row in rows(database, "SELECT reason FROM inbox_parked ORDER BY position")]


def count(database: Database, table: str) -> int:
    return len(rows(database, f"SELECT FROM {table}"))


@pytest.mark.parametrize("seed", range(8))
def test_any_order_with_any_repeats_in_any_batches_comes_out_once_and_in_order(
    inbox: Database, seed: int
) -> None:
    chance = random.Random(seed)
    things = [a_thing() for _ in range(3)]
    messages = [bumped(thing, n) for thing in things for n in range(1, 16)]
    messages += chance.sample(messages, 20)
    chance.shuffle(messages)
    while messages:
        size = chance.randint(1, 12)
        batch, messages = messages[:size], messages[size:]
        if chance.random() < 0.3:
            batch = [message._replace(redelivered=True) for message in batch]
        EVENTS.process(inbox, batch)
    for thing in things:
        assert heard(inbox, thing) == list(range(1, 16))
    assert [count(inbox, table) for table in ("inbox_waiting", "inbox_parked", "inbox_attempt")] == [0, 0, 0]


def test_a_culprit_that_had_waited_is_parked_itself_and_not_the_one_that_released_it(inbox: Database) -> None:
    thing = a_thing()
    EVENTS.process(inbox, [bumped(thing, 2, way="raise"), bumped(thing, 3)])
    EVENTS.process(inbox, [bumped(thing, 1)])
    assert heard(inbox, thing) == [1]
    assert rows(inbox, "SELECT sequence FROM inbox_parked") == [(2,)]
    assert rows(inbox, "SELECT sequence FROM inbox_waiting") == [(3,)]


def test_what_waited_and_cannot_be_read_any_more_is_parked_itself(inbox: Database) -> None:
    thing = a_thing()
    EVENTS.process(inbox, [bumped(thing, 2), bumped(thing, 3)])
    body = envelope.decode(rows(inbox, "SELECT body FROM inbox_waiting WHERE sequence = 2")[0][0])
    changed = envelope.encode(msgspec.structs.replace(body, data=msgspec.Raw(b'{"id": 7}')))
    with inbox.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE inbox_waiting SET body = %(body)s WHERE sequence = 2", {"body": changed}
        )
    EVENTS.process(inbox, [bumped(thing, 1)])
    assert heard(inbox, thing) == [1]
    assert parked(inbox) == ["unreadable: MalformedEvent"]
    assert rows(inbox, "SELECT sequence FROM inbox_waiting") == [(3,)]


def test_a_batch_with_a_few_culprits_is_heard_but_for_them(inbox: Database) -> None:
    things = [a_thing() for _ in range(40)]
    ways = {3: "raise", 11: "unwritable", 12: "refuse", 30: "raise", 39: "raise"}
    EVENTS.process(inbox, [bumped(thing, 1, way=ways.get(i, "")) for i, thing in enumerate(things)])
    got = [heard(inbox, thing) for thing in things]
    assert got == [[] if i in ways else [1] for i in range(40)]
    assert len(parked(inbox)) == 5


def test_a_repeat_beside_a_culprit_is_counted_once(inbox: Database) -> None:
    """Seen failing: with repeats counted inside the transaction, which is tried again without the culprit."""
    known = bumped(a_thing(), 1)
    EVENTS.process(inbox, [known])
    counter = metrics.INBOX_DUPLICATES.labels(EVENTS.service)
    before = counter._value.get()
    EVENTS.process(inbox, [known, bumped(a_thing(), 1, way="raise"), bumped(a_thing(), 1)])
    assert counter._value.get() == before + 1


def test_a_redelivered_message_on_which_a_process_died_is_parked_untried(inbox: Database) -> None:
    thing = a_thing()
    suspect = bumped(thing, 1)._replace(redelivered=True)
    parking.note_attempt(inbox, parking.key_of(suspect), survived=False)
    EVENTS.process(inbox, [suspect, bumped(a_thing(), 1)])
    assert parked(inbox) == ["suspected: the process died on it"]
    assert heard(inbox, thing) == []
    assert count(inbox, "inbox_attempt") == 0


def test_what_comes_for_the_first_time_beside_a_redelivered_message_is_no_suspect(inbox: Database) -> None:
    again, fresh = bumped(a_thing(), 1)._replace(redelivered=True), bumped(a_thing(), 1)
    noted: list[str] = []

    def killed_here(event: Bumped, uow: UnitOfWork) -> None:
        del event, uow
        noted.extend(row[0] for row in rows(inbox, "SELECT message_key FROM inbox_attempt"))

    EventProcessor("toy", [on(Bumped, killed_here)]).process(inbox, [again, fresh])
    assert noted == [parking.key_of(again)]


def test_a_process_that_died_after_the_commit_did_not_die_of_the_message(inbox: Database) -> None:
    thing = a_thing()
    message = bumped(thing, 1)
    EVENTS.process(inbox, [message])
    parking.note_attempt(inbox, parking.key_of(message), survived=False)
    EVENTS.process(inbox, [message._replace(redelivered=True)])
    assert parked(inbox) == []
    assert count(inbox, "inbox_attempt") == 0


def test_a_message_that_this_process_has_survived_is_not_suspected(
    inbox: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = bumped(a_thing(), 1)._replace(redelivered=True)
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "transaction", _away)
        for _ in range(3):
            with pytest.raises(ConnectionError):
                EVENTS.process(inbox, [message])
    EVENTS.process(inbox, [message])
    assert parked(inbox) == []
    assert count(inbox, "inbox") == 1


def _away(*_: object, **__: object) -> None:
    raise ConnectionError("the database is away")


def test_what_an_event_leads_to_names_it_as_its_cause(inbox: Database) -> None:
    def tell(event: Bumped, uow: UnitOfWork) -> None:
        uow.outbox.event(event, subject=str(event.id), sequence=1, ordering_key=str(event.id))

    message = bumped(a_thing(), 1)
    EventProcessor("toy", [on(Bumped, tell)]).process(inbox, [message])
    [told] = sent(inbox)
    cause = envelope.decode(message.body)
    assert (told.causationid, told.correlationid) == (str(cause.id), cause.correlationid)
    assert told.source == "toy"
