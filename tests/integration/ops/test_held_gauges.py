"""What Prometheus is told of parked messages."""

from datetime import timedelta

import psycopg

from chassis.bus.inbound import Inbound
from chassis.observed import InboxCollector
from ops.parking_lot import ParkingLot
from tests.integration.ops.works import SERVICE, Works, a_lamp


def test_the_gauges_say_how_long_what_is_parked_has_held_something_up(works: Works, lot: ParkingLot) -> None:
    assert list(gauges(works).values()) == [0, 0, 0, 0, 0]
    works.take(a_lamp(1), a_lamp(2), a_lamp(3))
    # Holds nothing up: nobody can say whose it is.
    works.take(Inbound(b"{", "intake.inbox.2", "", {}))
    _age(works, timedelta(minutes=40), readable=True)
    _age(works, timedelta(hours=2), readable=False)
    found = gauges(works)
    assert 7200 <= found.pop("qiaotou_inbox_parked_oldest_seconds") < 7300
    assert 2400 <= found.pop("qiaotou_inbox_longest_hold_seconds") < 2500
    assert found == {
        "qiaotou_inbox_waiting_events": 2,
        "qiaotou_inbox_parked_messages": 2,
        "qiaotou_inbox_held_aggregates": 1,
    }


def test_a_fork_that_nobody_settles_holds_nothing_up(works: Works, lot: ParkingLot) -> None:
    works.poisoned = False
    works.take(a_lamp(1))
    works.take(a_lamp(1))
    _age(works, timedelta(hours=2), readable=True)
    found = gauges(works)
    assert found["qiaotou_inbox_parked_messages"] == 1
    assert (found["qiaotou_inbox_held_aggregates"], found["qiaotou_inbox_longest_hold_seconds"]) == (0, 0)


def gauges(works: Works) -> dict[str, float]:
    return {
        metric.name: metric.samples[0].value for metric in InboxCollector(SERVICE, works.database).collect()
    }


def _age(works: Works, by: timedelta, *, readable: bool) -> None:
    update = "UPDATE inbox_parked SET parked_at = parked_at - %s WHERE (type IS NOT NULL) = %s"
    with psycopg.connect(works.url(SERVICE)) as connection:
        connection.execute(update, (by, readable))
