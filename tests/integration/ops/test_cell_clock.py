"""The clock of a whole cell: moved alike everywhere, while nothing is under way, never in production."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
import psycopg
import pytest

from chassis.bus.inbound import Inbound
from chassis.bus.publisher import Message, Publisher
from chassis.context import Context
from chassis.data.engine import Database
from chassis.processing import parking
from chassis.processing.events import EventProcessor
from contracts import naming
from contracts.envelope import decode
from contracts.topology import REPLIES
from ops.cell import SERVICES
from ops.cell_clock import CellClock
from ops.draining import drain
from ops.errors import Unready
from ops.rabbitmq import RabbitNode
from tests.support.messages import an_event

DAY = timedelta(days=1)
SOON = 0.3
FOLLOWERS = ("dispatch", "governance", "notify")


class LampLit(msgspec.Struct, frozen=True, kw_only=True):
    type: ClassVar[str] = "intake.case.lit.v1"
    at: datetime


class District:
    """A database for each service, and the broker: a cell whose processes are played by the test."""

    def __init__(self, urls: dict[str, str], node: RabbitNode) -> None:
        self._urls = urls
        self.node = node

    def url(self, service: str) -> str:
        return self._urls[service]

    def clock(self, mode: str = "test") -> CellClock:
        return CellClock(databases=self, broker=self.node, mode=mode)

    def drain(self) -> None:
        drain(databases=self, broker=self.node, within_s=SOON)

    def run(self, service: str, statement: str) -> list[Any]:
        with psycopg.connect(self.url(service)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def offsets(self) -> set[timedelta]:
        return {self.run(service, "SELECT ahead FROM cell_clock")[0][0] for service in SERVICES}

    def emit(self, *, sent: bool) -> Inbound:
        """Let intake emit an event, which the relay has published or not; return it as it arrives."""
        with self.opened("intake") as database, database.writing(Context(correlation_id="t")) as uow:
            uow.outbox.event(LampLit(at=uow.now), subject="lamp 7", sequence=1, ordering_key="lamp 7")
        if sent:
            self.run("intake", "UPDATE outbox SET sent_at = clock_timestamp()")
        body = bytes(self.run("intake", "SELECT body FROM outbox")[0][0])
        return Inbound(body, "an.inbox.0", LampLit.type, {})

    def take(self, service: str, message: Inbound) -> None:
        with self.opened(service) as database:
            EventProcessor(service, []).process(database, [message])

    @contextmanager
    def opened(self, service: str) -> Iterator[Database]:
        database = Database(self.url(service), source=service, pool_size=2)
        yield database
        database.close()


@pytest.fixture
def district(database: Callable[[str], str], rabbitmq: RabbitNode) -> District:
    kinds = {service: "dispatch" if service == "dispatch" else "chassis" for service in SERVICES}
    return District({service: database(kind) for service, kind in kinds.items()}, rabbitmq)


def test_the_clock_is_moved_alike_in_every_service(district: District) -> None:
    reading = district.clock().advance(3 * DAY)
    assert district.offsets() == {3 * DAY}
    assert abs(reading.now - datetime.now(UTC) - 3 * DAY) < timedelta(seconds=5)
    with district.opened("notify") as database, database.writing(Context(correlation_id="")) as uow:
        assert abs(uow.now - reading.now) < timedelta(seconds=5)


def test_it_is_advanced_from_where_it_stands(district: District) -> None:
    district.clock().advance(DAY)
    assert district.clock().advance(DAY).ahead == 2 * DAY


def test_it_is_set_to_a_time_and_runs_on_from_there(district: District) -> None:
    opening = datetime(2031, 1, 4, 9, 0, tzinfo=UTC)
    assert timedelta(0) <= district.clock().set(opening).now - opening < timedelta(seconds=5)
    time.sleep(0.01)
    assert district.clock().read().now > opening


def test_an_idle_cell_is_moved_within_a_second(district: District) -> None:
    took = []
    for _ in range(3):
        began = time.monotonic()
        district.clock().advance(DAY)
        took.append(time.monotonic() - began)
    assert min(took) < 1


def test_it_is_turned_back_only_where_that_is_meant(district: District) -> None:
    district.clock().advance(3 * DAY)
    earlier = datetime.now(UTC) + DAY
    for turn_back in (lambda: district.clock().set(earlier), district.clock().put_back):
        with pytest.raises(Unready, match="--backwards"):
            turn_back()
    with pytest.raises(Unready, match="forward"):
        district.clock().advance(-DAY)
    assert district.offsets() == {3 * DAY}
    assert abs(district.clock().set(earlier, backwards=True).ahead - DAY) < timedelta(seconds=5)
    district.clock().put_back(backwards=True)
    assert district.offsets() == {timedelta(0)}


def test_a_production_cell_runs_on_real_time(district: District) -> None:
    clock = district.clock("production")
    for move in (lambda: clock.advance(DAY), lambda: clock.set(datetime.now(UTC) + DAY), clock.put_back):
        with pytest.raises(Unready, match="This is a production cell"):
            move()
    assert district.offsets() == {timedelta(0)}
    assert clock.read().ahead == timedelta(0)


def test_clocks_that_differ_are_told_and_put_right_by_setting_them(district: District) -> None:
    district.run("dispatch", "UPDATE cell_clock SET ahead = '1 day'")
    with pytest.raises(Unready, match=r"differ .*dispatch 1 day"):
        district.clock().advance(DAY)
    later = datetime.now(UTC) + 2 * DAY
    district.clock().set(later)
    assert len(district.offsets()) == 1


def test_it_is_not_moved_while_an_event_is_unsent(district: District) -> None:
    district.emit(sent=False)
    with pytest.raises(Unready, match="intake has 1 unsent for events"):
        district.clock().advance(DAY, within_s=SOON)
    assert district.offsets() == {timedelta(0)}


def test_a_cell_is_drained_when_every_follower_has_taken_what_was_sent(district: District) -> None:
    """Neither unsent nor on a queue: a consumer has it and has not applied it."""
    event = district.emit(sent=True)
    for service in FOLLOWERS:
        with pytest.raises(Unready, match=f"1 have not been taken by {service}"):
            district.drain()
        district.take(service, event)
    district.drain()


def test_it_is_not_moved_while_a_queue_holds_something(district: District) -> None:
    publisher = Publisher(district.node.url("operator"))
    publisher.publish_all([Message("1", naming.inbox_exchange("intake"), "", "lamp 7", LampLit.type, b"{}")])
    publisher.close()
    with pytest.raises(Unready, match=r"intake\.inbox\.\d holds 1"):
        district.clock().advance(DAY, within_s=SOON)


def test_it_is_not_moved_while_a_department_waits_to_be_heard(district: District) -> None:
    district.run("dispatch", "INSERT INTO department VALUES ('CGJ', '', ''), ('GONE', '', '')")
    publisher = Publisher(district.node.url("operator"))
    publisher.publish_all([Message("1", REPLIES, "CGJ", "lamp 7", "a reply", b"{}")])
    publisher.close()
    with pytest.raises(Unready, match=r"dispatch\.replies\.CGJ holds 1"):
        district.clock().advance(DAY, within_s=SOON)


def test_it_is_not_moved_while_a_service_is_at_work(district: District) -> None:
    with psycopg.connect(district.url("dispatch")) as busy:
        busy.execute("SELECT 1")
        with pytest.raises(Unready, match="dispatch is at work"):
            district.drain()
    district.drain()


def test_what_waits_for_an_event_is_under_way_and_what_waits_for_a_person_is_not(district: District) -> None:
    district.take("notify", an_event(LampLit(at=datetime.now(UTC)), subject="lamp 7", sequence=2))
    with pytest.raises(Unready, match="1 wait in notify"):
        district.drain()
    first = an_event(LampLit(at=datetime.now(UTC)), subject="lamp 7", sequence=1)
    with district.opened("notify") as database:
        parking.park(database, first, reason="by hand")
    district.drain()


def test_a_parked_event_holds_up_no_clock(district: District) -> None:
    event = district.emit(sent=True)
    for service in FOLLOWERS:
        with district.opened(service) as database:
            parking.park(database, event, reason="by hand")
    district.drain()


def test_connections_that_are_kept_open_see_what_has_come_since_the_last_move(district: District) -> None:
    with district.clock().kept_open() as traffic:
        for _ in range(2):
            traffic.drain(within_s=SOON)
        event = district.emit(sent=True)
        with pytest.raises(Unready, match="have not been taken by"):
            traffic.drain(within_s=SOON)
        for service in FOLLOWERS:
            district.take(service, event)
        traffic.drain(within_s=SOON)


def test_a_clock_that_is_kept_open_moves_over_the_connections_that_it_has(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_more(*_: object, **__: object) -> None:
        raise AssertionError("it has its connections")

    clock = district.clock()
    with clock.kept_open():
        for name in ("watching", "Database"):
            monkeypatch.setattr(f"ops.cell_clock.{name}", none_more)
        clock.advance(DAY)
        assert clock.advance(DAY).ahead == 2 * DAY
    assert district.offsets() == {2 * DAY}


def test_what_was_taken_is_not_looked_at_again(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    event = district.emit(sent=True)
    for service in FOLLOWERS:
        district.take(service, event)
    decoded = []
    monkeypatch.setattr("ops.draining.decode", lambda body: decoded.append(body) or decode(body))
    with district.clock().kept_open() as traffic:
        traffic.drain(within_s=SOON)
        looked_at = len(decoded)
        assert looked_at
        traffic.drain(within_s=SOON)
    assert len(decoded) == looked_at


def test_a_service_that_goes_on_sending_is_not_idle(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look finds nothing under way, and yet another message has gone since the one before."""

    def sleep(seconds: float) -> None:
        slept(seconds)
        district.run(
            "registry",
            "INSERT INTO outbox (id, exchange, routing_key, destination, ordering_key, type, body, sent_at) "
            "VALUES (gen_random_uuid(), 'x', '', 'x', 'x', 'x', '', clock_timestamp())",
        )

    slept = time.sleep
    monkeypatch.setattr("ops.draining.time.sleep", sleep)
    with pytest.raises(Unready, match="go on sending"):
        district.drain()


def test_a_cell_that_is_down_is_said_to_be(district: District) -> None:
    class Nowhere:
        def url(self, _name: str) -> str:
            return "postgresql://nobody@127.0.0.1:1/none"

    with pytest.raises(Unready, match="status"):
        CellClock(databases=Nowhere(), broker=district.node, mode="test").advance(DAY)
    with pytest.raises(Unready, match="status"):
        CellClock(databases=Nowhere(), broker=district.node, mode="test").read()
