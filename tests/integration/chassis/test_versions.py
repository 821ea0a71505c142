"""A message in two versions: the earlier one is lifted, and what was parked as unknown is taken up."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.processing import parking, taking_up
from chassis.processing.events import EventProcessor, on
from tests.support.messages import an_event, rows
from tests.support.toy import evolved
from tests.support.toy.cell import a_thing
from tests.support.toy.evolved import BumpedV2
from tests.support.toy.service import EVENTS as OLD
from tests.support.toy.service import Bumped, metadata

NEW = evolved.EVENTS


@pytest.fixture
def inbox(database: Callable[[str], str]) -> Iterator[Database]:
    made = Database(database("chassis"), source="toy")
    metadata.create_all(made.engine)
    yield made
    made.close()


def first(thing: UUID, n: int, *, way: str = "") -> Inbound:
    return an_event(Bumped(id=thing, n=n, way=way), subject=str(thing), sequence=n)


def second(thing: UUID, n: int, *, way: str = "") -> Inbound:
    event = BumpedV2(id=thing, count=n, by="a test", way=way)
    return an_event(event, subject=str(thing), sequence=n)


def heard(database: Database, thing: UUID) -> list[int]:
    return [
        row[0] for row in rows(database, "SELECT n FROM hearing WHERE id = :id ORDER BY position", id=thing)
    ]


def parked(database: Database) -> list[tuple[str, str]]:
    return [
        (row[0], row[1]) for row in rows(database, "SELECT state, reason FROM inbox_parked ORDER BY position")
    ]


def waiting(database: Database) -> list[int]:
    return [row[0] for row in rows(database, "SELECT sequence FROM inbox_waiting ORDER BY sequence")]


def test_a_handler_of_the_second_version_takes_the_first_lifted(inbox: Database) -> None:
    thing = a_thing()
    NEW.process(inbox, [first(thing, 1), second(thing, 2), first(thing, 3)])
    assert heard(inbox, thing) == [1, 2, 3]


def test_a_first_version_with_a_route_of_its_own_is_not_lifted(inbox: Database) -> None:
    took: list[str] = []
    routes = [
        on(Bumped, lambda _event, _uow: took.append("first")),
        on(BumpedV2, lambda _event, _uow: took.append("second")),
    ]
    for order in (routes, routes[::-1]):
        thing = a_thing()
        EventProcessor("toy", order).process(inbox, [first(thing, 1), second(thing, 2)])
    assert took == ["first", "second"] * 2


def test_what_cannot_be_lifted_is_parked_and_the_others_go_on(inbox: Database) -> None:
    thing, other = a_thing(), a_thing()
    NEW.process(inbox, [first(thing, 1, way="cannot be lifted"), first(other, 1)])
    assert parked(inbox) == [("parked", "unreadable: Unliftable")]
    assert heard(inbox, other) == [1]


def test_what_an_older_build_has_parked_is_taken_up_in_order_with_what_waited(inbox: Database) -> None:
    thing = a_thing()
    OLD.process(inbox, [first(thing, 1), second(thing, 2), first(thing, 3), second(thing, 4)])
    OLD.process(inbox, [second(thing, 5), first(thing, 6)])
    assert (heard(inbox, thing), waiting(inbox)) == ([1], [3, 6])
    NEW.take_up(inbox)
    assert (heard(inbox, thing), waiting(inbox)) == ([1, 2, 3, 4, 5, 6], [])
    assert parked(inbox) == [("replayed", taking_up.UNKNOWN_VERSION)] * 3
    assert rows(inbox, "SELECT message_key FROM inbox_attempt") == []


def test_an_older_build_takes_up_nothing(inbox: Database) -> None:
    thing = a_thing()
    OLD.process(inbox, [second(thing, 1)])
    OLD.take_up(inbox)
    assert (heard(inbox, thing), parked(inbox)) == ([], [("parked", taking_up.UNKNOWN_VERSION)])


def test_what_raises_when_it_is_taken_up_stays_parked_for_that_reason(inbox: Database) -> None:
    thing, other = a_thing(), a_thing()
    OLD.process(inbox, [second(thing, 1, way="raise"), second(other, 1)])
    NEW.take_up(inbox)
    assert parked(inbox) == [("parked", "handler: RuntimeError"), ("replayed", taking_up.UNKNOWN_VERSION)]
    assert heard(inbox, other) == [1]


def test_what_kills_the_process_when_it_is_taken_up_is_parked_at_the_next_start(inbox: Database) -> None:
    thing, other = a_thing(), a_thing()
    killing = second(thing, 1)
    OLD.process(inbox, [killing, second(other, 1)])
    parking.note_attempt(inbox, parking.key_of(killing), survived=False)
    NEW.take_up(inbox)
    assert parked(inbox)[0] == ("parked", parking.SUSPECTED)
    assert (heard(inbox, thing), heard(inbox, other)) == ([], [1])


def test_what_a_person_has_settled_is_not_taken_up(inbox: Database) -> None:
    thing = a_thing()
    OLD.process(inbox, [second(thing, 1)])
    with inbox.engine.begin() as connection:
        connection.execute(sa.text("UPDATE inbox_parked SET state = 'skipped'"))
    NEW.take_up(inbox)
    assert (heard(inbox, thing), parked(inbox)[0][0]) == ([], "skipped")


def test_one_process_at_a_time_takes_up(inbox: Database) -> None:
    thing = a_thing()
    OLD.process(inbox, [second(thing, 1)])
    with taking_up.alone(inbox) as first_come:
        assert first_come
        NEW.take_up(inbox)
    assert heard(inbox, thing) == []
    NEW.take_up(inbox)
    assert heard(inbox, thing) == [1]
