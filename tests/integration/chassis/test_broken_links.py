"""Links that break in every way: the same process finds its broker again, and nothing is lost."""

import time

import pytest

from chassis.context import Context
from fault.proxy import Proxy
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import Process, eventually

ASKED = Context(correlation_id="a test")
CHANNEL_OPEN = b"\x00\x14\x00\x0a"
# What is promised of every link that can be used again.
RECONNECTED_S = 30.0


def heard_again(toy: ToyCell, process: Process, *, within_s: float = RECONNECTED_S) -> None:
    """The same process hears and answers."""
    thing = a_thing()
    toy.publish(toy.event(thing, 1), toy.event(thing, 2))
    toy.wait_until_heard(thing, [1, 2], within_s=within_s)
    process.wait_until_well(within_s=within_s)
    assert toy.bump(thing).n >= 1
    assert process.is_running()


def test_a_reset_connection_is_made_again_by_the_same_process(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    """Seen failing: with OSError left out of `BROKER_ERRORS`: nothing is heard any more."""
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    for _ in range(3):
        heard_again(own_toy, process)
        amqp_proxy.reset()
    heard_again(own_toy, process)


def test_a_link_that_is_half_closed_is_left_by_the_same_process(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    """Seen failing: with consumers that do not connect a second time."""
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    heard_again(own_toy, process)
    connections = amqp_proxy.connections
    amqp_proxy.half_close()
    eventually(lambda: amqp_proxy.connections > connections)
    heard_again(own_toy, process)


def test_a_connection_reset_under_work_costs_nothing_and_nobody(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    thing = a_thing()
    # Nothing else of the process has a turn meanwhile: the reset is found when it acknowledges.
    own_toy.publish(own_toy.event(thing, 1, way="block", seconds=1.0), own_toy.event(thing, 2))
    eventually(lambda: own_toy.noted("hear", thing))
    amqp_proxy.reset()
    own_toy.wait_until_heard(thing, [1, 2])
    heard_again(own_toy, process)
    eventually(lambda: process.metric("qiaotou_inbox_duplicates_total") >= 1)
    assert own_toy.parked() == {}


def test_a_broker_that_was_away_is_found_again_by_the_same_process(
    own_toy: ToyCell, amqp_proxy: Proxy
) -> None:
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    amqp_proxy.refuse()
    eventually(lambda: process.health()[0] == 503)
    assert process.health()[1]["checks"] == {"database": True, "broker": False}
    thing = a_thing()
    own_toy.publish(*[own_toy.event(thing, n) for n in range(1, 11)])
    time.sleep(1.0)
    amqp_proxy.restore()
    own_toy.wait_until_heard(thing, list(range(1, 11)))
    heard_again(own_toy, process)


def test_a_process_starts_before_its_broker_does(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    amqp_proxy.refuse()
    process = own_toy.start(amqp_url=amqp_proxy.url)
    eventually(lambda: process.health()[0] == 503)
    amqp_proxy.restore()
    heard_again(own_toy, process)


@pytest.mark.slow
def test_a_broker_that_goes_silent_while_a_channel_is_opened_is_given_up(
    own_toy: ToyCell, amqp_proxy: Proxy
) -> None:
    amqp_proxy.stick_when(CHANNEL_OPEN)
    process = own_toy.start(amqp_url=amqp_proxy.url)
    heard_again(own_toy, process, within_s=60)


def test_half_a_message_on_a_dead_link_stops_nothing_else_of_the_process(
    own_toy: ToyCell, amqp_proxy: Proxy
) -> None:
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    thing = a_thing()
    amqp_proxy.stick_after(20_000)
    own_toy.publish(own_toy.event(thing, 1, correlationid="c" * 100_000))
    until = time.monotonic() + 2
    while time.monotonic() < until:
        assert own_toy.client.query(own_toy.name, "slow", context=ASKED, result=int, seconds=0.1)
        assert process.health()[0] == 200
    amqp_proxy.reset()
    own_toy.wait_until_heard(thing, [1])


@pytest.mark.slow
def test_a_black_hole_is_noticed_and_left_behind(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    """Seen failing: with `SILENCE_S` of a million: nobody notices that nothing comes."""
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    relay = own_toy.start_relay(amqp_url=amqp_proxy.url).wait_until_well()
    heard_again(own_toy, process)
    amqp_proxy.black_hole()
    thing = a_thing()
    own_toy.publish(*[own_toy.event(thing, n) for n in range(1, 11)])
    eventually(lambda: process.health()[0] == 503 and relay.health()[0] == 503, within_s=60, every_s=0.2)
    amqp_proxy.restore()
    own_toy.wait_until_heard(thing, list(range(1, 11)), within_s=RECONNECTED_S)
    relay.wait_until_well(within_s=RECONNECTED_S)
    heard_again(own_toy, process)
    assert own_toy.parked() == {}


@pytest.mark.slow
def test_a_link_with_2_s_latency_is_slow_and_is_made_again(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    """Two seconds there and back. With four no connection is ever made: every step of it has four seconds.

    Seen failing: with deadlines of 1.5 s in `chassis/bus/connection.py`: the broker is not found again.
    """
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    heard_again(own_toy, process)
    connections = amqp_proxy.connections
    amqp_proxy.delay(1.0)
    things = [a_thing() for _ in range(20)]
    own_toy.publish(*[own_toy.event(thing, n) for n in range(1, 11) for thing in things])
    for thing in things:
        own_toy.wait_until_heard(thing, list(range(1, 11)))
    assert amqp_proxy.connections == connections
    amqp_proxy.reset()
    eventually(lambda: process.health()[0] == 503)
    heard_again(own_toy, process)
    assert own_toy.parked() == {}
