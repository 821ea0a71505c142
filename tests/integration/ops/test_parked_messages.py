from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
import psycopg
import pytest
from psycopg import sql

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.processing import parking
from chassis.processing.events import EventProcessor, on
from contracts.envelope import ORDERING_KEY_HEADER
from contracts.naming import PARTITIONS, inbox_queue
from contracts.topology import STREAMS
from ops.errors import Unready
from ops.parking_lot import ParkingLot
from ops.rabbitmq import RabbitNode
from tests.support.messages import an_event
from tests.support.servers import connect

SERVICE = "intake"


class LampLit(msgspec.Struct, frozen=True, kw_only=True):
    type: ClassVar[str] = "works.lamp.lit.v1"
    at: datetime


class Works:
    """intake's inbox, with a handler that raises while `poisoned`."""

    def __init__(self, urls: dict[str, str], node: RabbitNode) -> None:
        self._urls = urls
        self._node = node
        self.poisoned = True
        self.database = Database(urls[SERVICE], source=SERVICE, pool_size=2)
        self._processor = EventProcessor(SERVICE, [on(LampLit, self._handle)])

    def url(self, service: str) -> str:
        return self._urls[service]

    def take(self, *messages: Inbound) -> None:
        self._processor.process(self.database, list(messages))

    def take_from_queue(self) -> int:
        """Take what the broker has for us; return how many messages that were."""
        taken: list[Inbound] = []
        with connect(self._node.url(SERVICE)) as connection:
            channel = connection.channel()
            for queue in [inbox_queue(SERVICE, i) for i in range(PARTITIONS)]:
                channel.basic_consume(queue, no_ack=True, callback=lambda each: taken.append(_inbound(each)))
            with suppress(TimeoutError):
                while True:
                    connection.drain_events(timeout=5 if not taken else 0.2)
        if taken:
            self.take(*taken)
        return len(taken)

    def rows(self, table: str) -> int:
        with psycopg.connect(self._urls[SERVICE]) as connection:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else -1

    def _handle(self, event: LampLit, uow: UnitOfWork) -> None:
        if self.poisoned:
            raise KeyError(event.at, uow)


@pytest.fixture
def works(database: Callable[[str], str], rabbitmq: RabbitNode) -> Iterator[Works]:
    made = Works({service: database(service) for service in STREAMS}, rabbitmq)
    yield made
    made.database.close()


@pytest.fixture
def lot(works: Works, rabbitmq: RabbitNode) -> ParkingLot:
    return ParkingLot(databases=works, broker=rabbitmq)


def a_lamp(sequence: int) -> Inbound:
    event = an_event(LampLit(at=datetime.now(UTC)), subject="lamp 7", sequence=sequence, source="works")
    return event._replace(queue=inbox_queue(SERVICE, 0))


def test_what_is_parked_is_listed_with_what_it_holds_back(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1), a_lamp(2), a_lamp(3))
    (parked,) = lot.all()
    assert (parked.aggregate, parked.sequence, parked.held_back) == ("lamp 7", 1, 2)
    assert parked.reason == "handler: KeyError"
    assert lot.get(parked.key) == parked


def test_a_replayed_message_goes_through_the_broker_and_what_waited_follows(
    works: Works, lot: ParkingLot
) -> None:
    works.take(a_lamp(1), a_lamp(2))
    works.poisoned = False
    lot.replay(lot.all()[0].key, by="li")
    assert works.take_from_queue() == 1
    assert (works.rows("inbox"), works.rows("inbox_waiting")) == (2, 0)
    assert lot.all() == []
    (settled,) = lot.all(settled=True)
    assert (settled.state, settled.settled_by) == ("replayed", "li")


def test_a_replayed_message_that_fails_again_is_parked_again(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    lot.replay(lot.all()[0].key, by="li")
    works.take_from_queue()
    assert [each.state for each in lot.all()] == ["parked"]


def test_a_skipped_message_lets_the_others_go_on_and_says_who_skipped_it(
    works: Works, lot: ParkingLot
) -> None:
    works.take(a_lamp(1), a_lamp(2), a_lamp(3))
    works.poisoned = False
    assert lot.skip(lot.all()[0].key, by="li", reason="the lamp is gone")
    assert works.take_from_queue() == 1
    assert (works.rows("inbox"), works.rows("inbox_waiting")) == (2, 0)
    (settled,) = lot.all(settled=True)
    assert (settled.state, settled.settled_by) == ("skipped", "li: the lamp is gone")


def test_a_skip_with_nothing_behind_it_only_moves_on(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    assert not lot.skip(lot.all()[0].key, by="li", reason="none")
    works.poisoned = False
    works.take(a_lamp(2))
    assert works.rows("inbox") == 1


def test_a_message_is_settled_once(works: Works, lot: ParkingLot) -> None:
    works.take(a_lamp(1))
    key = lot.all()[0].key
    lot.skip(key, by="li", reason="none")
    with pytest.raises(Unready, match="settled already: skipped"):
        lot.replay(key, by="li")


def test_a_skip_that_met_no_broker_is_asked_again_and_releases_what_waited(
    works: Works, lot: ParkingLot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The skip is committed before what waited is put back: asking again must put it back."""
    works.take(a_lamp(1))
    works.take(a_lamp(2))
    key = lot.all()[0].key
    with monkeypatch.context() as patch:
        patch.setattr(lot, "_release", _no_broker)
        with pytest.raises(Unready, match="ask again"):
            lot.skip(key, by="li", reason="none")
    assert lot.skip(key, by="li", reason="none")


def _no_broker(_each: object) -> bool:
    raise Unready("The broker did not take the message; ask again when it is back.")


def test_a_message_cannot_be_skipped_before_the_one_before_it(works: Works, lot: ParkingLot) -> None:
    parking.park(works.database, a_lamp(2), reason="unreadable: by hand")
    with pytest.raises(Unready, match="number 1 has not come yet"):
        lot.skip(lot.all()[0].key, by="li", reason="none")
    assert [each.state for each in lot.all()] == ["parked"]


def test_what_is_no_event_can_only_be_skipped(works: Works, lot: ParkingLot) -> None:
    works.take(Inbound(b"{", "intake.inbox.2", "", {}))
    key = lot.all()[0].key
    with pytest.raises(Unready, match="no ordering key"):
        lot.replay(key, by="li")
    lot.skip(key, by="li", reason="noise")
    assert lot.all() == []


def test_nobody_speaks_for_a_department_by_a_replay(works: Works, lot: ParkingLot) -> None:
    message = a_lamp(1)._replace(queue="dispatch.replies", headers={ORDERING_KEY_HEADER: "lamp 7"})
    parking.park(works.database, message, reason="suspected")
    with pytest.raises(Unready, match="vouches for its sender"):
        lot.replay(lot.all()[0].key, by="li")


def test_a_key_that_nobody_has_is_said_so(lot: ParkingLot) -> None:
    for key in ("intake/unknown", "nobody/1", "nonsense"):
        with pytest.raises(Unready, match="Nothing is parked"):
            lot.get(key)


def _inbound(message: Any) -> Inbound:
    return Inbound(bytes(message.body), inbox_queue(SERVICE, 0), "", dict(message.headers))
