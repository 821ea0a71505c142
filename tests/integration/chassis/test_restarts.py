"""Processes that stop, links that break, a database that goes away: nothing lost, nothing twice."""

import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, Self
from uuid import UUID, uuid4

import pytest

from chassis.context import Context
from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from tests.integration.chassis.conftest import MakeToy, RestartablePostgres
from tests.support.proxy import Proxy
from tests.support.toy.cell import Process, ToyCell, a_thing, eventually
from tests.support.toy.service import Bump, Thing

ASKED = Context(correlation_id="a test")
CHANNEL_OPEN = b"\x00\x14\x00\x0a"


def bump(toy: ToyCell, thing: UUID, *, command_id: UUID | None = None) -> Thing:
    command = Bump(command_id=command_id or uuid4(), id=thing)
    return toy.client.call(toy.name, command, context=ASKED, result=Thing)


class Load:
    """Commands and events without end, from several threads, until it is stopped."""

    def __init__(self, toy: ToyCell) -> None:
        self._toy = toy
        self._over = threading.Event()
        self.commands: list[UUID] = []
        self.unanswered: list[UUID] = []
        self.told: dict[UUID, int] = {a_thing(): 0 for _ in range(20)}
        workers = [self._command] * 6 + [self._tell]
        self._threads = [threading.Thread(target=worker) for worker in workers]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join(15)

    def _command(self) -> None:
        thing = a_thing()
        while not self._over.is_set():
            command_id = uuid4()
            try:
                bump(self._toy, thing, command_id=command_id)
            except (ServiceUnavailable, NoAnswer, RemoteRefusal):
                self.unanswered.append(command_id)
            self.commands.append(command_id)

    def _tell(self) -> None:
        while not self._over.is_set():
            for thing in self.told:
                self.told[thing] += 1
            self._toy.publish(*[self._toy.event(thing, n) for thing, n in self.told.items()])
            time.sleep(0.05)


def test_rolling_restarts_under_load_execute_nothing_twice_and_redeliver_nothing(own_toy: ToyCell) -> None:
    process = own_toy.start().wait_until_well()
    with Load(own_toy) as load:
        for _ in range(5):
            successor = own_toy.start().wait_until_well()
            process.signal(signal.SIGTERM)
            started = time.monotonic()
            assert process.wait(10) == 0
            assert time.monotonic() - started < 5
            process = successor
    for thing, last in load.told.items():
        own_toy.wait_until_heard(thing, list(range(1, last + 1)))
    assert load.unanswered == []
    given = [line[0] for line in own_toy.noted("given")]
    assert len(given) == len(set(given))
    executed = [line[0] for line in own_toy.noted("execute")]
    assert sorted(executed) == sorted(str(command_id) for command_id in load.commands)
    assert len(own_toy.noted("hear")) == sum(load.told.values())
    assert own_toy.parked() == {}
    assert len(load.commands) > 200


def test_work_in_hand_at_sigterm_is_finished_and_not_done_again(own_toy: ToyCell) -> None:
    process = own_toy.start().wait_until_well()
    thing, asked = a_thing(), Bump(command_id=uuid4(), id=a_thing(), way="sleep", seconds=1.0)
    answers: list[Any] = []
    call = own_toy.client.call
    asking = [
        threading.Thread(
            target=lambda: answers.append(call(own_toy.name, asked, context=ASKED, result=Thing))
        ),
        threading.Thread(
            target=lambda: answers.append(
                own_toy.client.query(own_toy.name, "slow", context=ASKED, result=int, seconds=1.0)
            )
        ),
    ]
    own_toy.publish(own_toy.event(thing, 1, way="sleep", seconds=1.0))
    for each in asking:
        each.start()
    eventually(lambda: own_toy.noted("execute") and own_toy.noted("hear"))
    process.signal(signal.SIGTERM)
    assert process.wait(10) == 0
    for each in asking:
        each.join(10)
    assert sorted(map(str, answers)) == sorted(map(str, [Thing(n=1), process.pid]))
    own_toy.start().wait_until_well()
    own_toy.publish(own_toy.event(thing, 2))
    own_toy.wait_until_heard(thing, [1, 2])
    assert len(own_toy.noted("hear", thing, 1)) == 1
    assert len(own_toy.noted("execute")) == 1
    given = [line[0] for line in own_toy.noted("given")]
    assert len(given) == len(set(given)) == 3


def test_a_second_signal_ends_the_process_at_once(own_toy: ToyCell) -> None:
    process = own_toy.start().wait_until_well()
    own_toy.publish(own_toy.event(a_thing(), 1, way="sleep", seconds=20.0))
    eventually(lambda: own_toy.noted("hear"))
    process.signal(signal.SIGTERM)
    time.sleep(1.0)
    assert process.is_running()
    process.signal(signal.SIGTERM)
    assert process.wait(3) == 128 + signal.SIGTERM


def wait_until_caught_up(toy: ToyCell) -> None:
    """What was in every queue has been dealt with: nothing is left that was given to a dead process."""
    things = [a_thing() for _ in range(32)]
    toy.publish(*[toy.event(thing, 1) for thing in things])
    for thing in things:
        toy.wait_until_heard(thing, [1])


def test_a_killed_process_costs_neither_order_nor_an_event(own_toy: ToyCell) -> None:
    with Load(own_toy) as load:
        for _ in range(3):
            process = own_toy.start().wait_until_well()
            # A second kill in the very middle of a second attempt would be laid on the message.
            wait_until_caught_up(own_toy)
            process.kill()
        own_toy.start().wait_until_well()
    for thing, last in load.told.items():
        own_toy.wait_until_heard(thing, list(range(1, last + 1)))
    [(done,)] = own_toy.rows("SELECT count(*) FROM command_log")
    assert own_toy.rows("SELECT sum(n) FROM thing") == [(done,)]
    assert own_toy.parked() == {}


def test_two_processes_share_the_partitions(own_toy: ToyCell) -> None:
    both = [own_toy.start(QIAOTOU_PROCESS=str(k), QIAOTOU_PROCESSES="2") for k in (0, 1)]
    for process in both:
        process.wait_until_well()
    things = [a_thing() for _ in range(40)]
    own_toy.publish(*[own_toy.event(thing, n) for n in (1, 2, 3) for thing in things])
    for thing in things:
        own_toy.wait_until_heard(thing, [1, 2, 3])
    by = own_toy.rows("SELECT id, count(DISTINCT pid) FROM hearing GROUP BY id")
    assert {row[1] for row in by} == {1}
    pids = own_toy.rows("SELECT DISTINCT pid FROM hearing")
    assert {row[0] for row in pids} == {process.pid for process in both}


def test_a_process_without_a_partition_answers_requests_all_the_same(own_toy: ToyCell) -> None:
    process = own_toy.start(QIAOTOU_PROCESS="4", QIAOTOU_PROCESSES="5").wait_until_well()
    assert bump(own_toy, a_thing()) == Thing(n=1)
    assert process.stop() == 0


# Links.


def heard_again(toy: ToyCell, process: Process, *, within_s: float = 15.0) -> None:
    """The same process hears and answers."""
    thing = a_thing()
    toy.publish(toy.event(thing, 1), toy.event(thing, 2))
    toy.wait_until_heard(thing, [1, 2], within_s=within_s)
    process.wait_until_well(within_s=within_s)
    assert bump(toy, thing).n >= 1
    assert process.is_running()


def test_a_reset_connection_is_made_again_by_the_same_process(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    for _ in range(3):
        heard_again(own_toy, process)
        amqp_proxy.reset()
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


def test_a_broker_that_goes_silent_while_a_channel_is_opened_is_given_up(
    own_toy: ToyCell, amqp_proxy: Proxy
) -> None:
    amqp_proxy.stick_when(CHANNEL_OPEN)
    process = own_toy.start(amqp_url=amqp_proxy.url)
    heard_again(own_toy, process, within_s=15)


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


def test_a_black_hole_is_noticed_and_left_behind(own_toy: ToyCell, amqp_proxy: Proxy) -> None:
    process = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    relay = own_toy.start_relay(amqp_url=amqp_proxy.url).wait_until_well()
    heard_again(own_toy, process)
    amqp_proxy.black_hole()
    thing = a_thing()
    own_toy.publish(*[own_toy.event(thing, n) for n in range(1, 11)])
    eventually(lambda: process.health()[0] == 503 and relay.health()[0] == 503, within_s=25, every_s=0.2)
    amqp_proxy.restore()
    own_toy.wait_until_heard(thing, list(range(1, 11)), within_s=30)
    relay.wait_until_well()
    heard_again(own_toy, process)
    assert own_toy.parked() == {}


# The database.


@pytest.fixture
def toy_on_own_server(make_toy: MakeToy, restartable_postgres: RestartablePostgres) -> Iterator[ToyCell]:
    made = make_toy(restartable_postgres.url)
    yield made
    made.close()


def test_a_database_that_was_away_costs_no_event_and_no_process(
    toy_on_own_server: ToyCell, restartable_postgres: RestartablePostgres
) -> None:
    toy = toy_on_own_server
    process, relay = toy.start().wait_until_well(), toy.start_relay().wait_until_well()
    thing = a_thing()
    toy.publish(*[toy.event(thing, n) for n in range(1, 6)])
    toy.wait_until_heard(thing, [1, 2, 3, 4, 5])
    restartable_postgres.stop_immediately()
    toy.publish(*[toy.event(thing, n) for n in range(6, 11)])
    for _ in range(3):
        with pytest.raises(RemoteRefusal) as refused:
            bump(toy, thing)
        assert refused.value.code == "unavailable"
    with pytest.raises(RemoteRefusal) as refused:
        toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=thing)
    assert refused.value.code == "unavailable"
    assert process.health()[1]["checks"] == {"database": False, "broker": True}
    assert relay.is_running()
    restartable_postgres.start()
    toy.wait_until_heard(thing, list(range(1, 11)))
    assert bump(toy, thing).n == 1
    eventually(lambda: toy.rows("SELECT FROM outbox WHERE sent_at IS NULL") == [])
    assert process.is_running()
    assert relay.is_running()
    assert toy.parked() == {}


def test_a_command_cut_off_by_the_database_is_done_once_when_it_is_asked_again(
    toy_on_own_server: ToyCell, restartable_postgres: RestartablePostgres
) -> None:
    toy = toy_on_own_server
    toy.start().wait_until_well()
    command = Bump(command_id=uuid4(), id=a_thing(), way="sleep", seconds=0.5)
    outcomes: list[str] = []

    def ask() -> None:
        with pytest.raises(RemoteRefusal) as refused:
            toy.client.call(toy.name, command, context=ASKED, result=Thing)
        outcomes.append(refused.value.code)

    asking = threading.Thread(target=ask)
    asking.start()
    eventually(lambda: toy.noted("execute"))
    restartable_postgres.stop_immediately()
    asking.join(10)
    restartable_postgres.start()
    assert outcomes == ["unavailable"]
    assert toy.bumps(command.id) == 0
    assert toy.client.call(toy.name, command, context=ASKED, result=Thing) == Thing(n=1)
    assert toy.bumps(command.id) == 1
