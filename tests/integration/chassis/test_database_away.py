"""A database that goes away and comes back: messages are kept, processes live."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from chassis.context import Context
from chassis.rpc_client import RemoteRefusal
from tests.integration.chassis.conftest import MakeToy, RestartablePostgres
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import Bump, Thing

ASKED = Context(correlation_id="a test")


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
            toy.bump(thing)
        assert refused.value.code == "unavailable"
    with pytest.raises(RemoteRefusal) as refused:
        toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=thing)
    assert refused.value.code == "unavailable"
    assert process.health()[1]["checks"] == {"database": False, "broker": True}
    assert relay.is_running()
    restartable_postgres.start()
    toy.wait_until_heard(thing, list(range(1, 11)))
    assert toy.bump(thing).n == 1
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
