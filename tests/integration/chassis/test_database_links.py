"""Links to the database that break: nobody waits for long, and the same process finds it again."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from fault.proxy import Proxy, proxied
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import Process, eventually

LONGEST_S = 10.0
ASLEEP = sa.text("SELECT pg_sleep(:seconds)::text")


@pytest.fixture
def database_proxy(own_toy: ToyCell) -> Iterator[Proxy]:
    with proxied(own_toy.database_url) as proxy:
        yield proxy


def asked(process: Process) -> tuple[int, float]:
    """Ask for its health, however long it takes; return the status and the seconds."""
    began = time.monotonic()
    url = f"http://127.0.0.1:{process.metrics_port}/health"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            json.load(answer)
            status = answer.status
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
    return status, time.monotonic() - began


@pytest.mark.slow
def test_a_database_in_a_black_hole_keeps_nobody_for_long(own_toy: ToyCell, database_proxy: Proxy) -> None:
    process = own_toy.start(database_url=database_proxy.url).wait_until_well()
    thing = a_thing()
    own_toy.publish(own_toy.event(thing, 1))
    own_toy.wait_until_heard(thing, [1])
    database_proxy.black_hole()
    # The first finds a connection that stood, the next must make one.
    for _ in range(2):
        status, seconds = asked(process)
        assert status == 503
        assert seconds < LONGEST_S
    own_toy.publish(own_toy.event(thing, 2))
    database_proxy.restore()
    own_toy.wait_until_heard(thing, [1, 2])
    eventually(lambda: process.health()[0] == 200)
    assert process.is_running()
    assert own_toy.parked() == {}


@pytest.mark.slow
def test_a_relay_whose_database_falls_silent_says_so_and_goes_on_afterwards(
    own_toy: ToyCell, database_proxy: Proxy
) -> None:
    own_toy.start().wait_until_well()
    databases = f"{own_toy.name}={database_proxy.url}"
    relay = own_toy.start_relay(QIAOTOU_DATABASES=databases).wait_until_well()
    database_proxy.black_hole()
    thing = a_thing()
    own_toy.bump(thing)
    eventually(lambda: relay.health()[0] == 503)
    database_proxy.restore()
    eventually(lambda: own_toy.rows("SELECT FROM outbox WHERE sent_at IS NULL") == [])
    relay.wait_until_well()


def test_a_statement_may_take_as_long_as_whoever_asks_is_patient(own_toy: ToyCell) -> None:
    with (
        closing(Database(own_toy.database_url, patience_s=0.3)) as hasty,
        closing(Database(own_toy.database_url)) as patient,
    ):
        for database in (hasty, patient):
            with database.reading() as connection:
                assert connection.scalar(ASLEEP, {"seconds": 0.01}) == ""
        with patient.reading() as connection:
            assert connection.scalar(ASLEEP, {"seconds": 0.6}) == ""
        with pytest.raises(sa.exc.OperationalError) as refused, hasty.reading() as connection:
            connection.scalar(ASLEEP, {"seconds": 0.6})
        # The server's own no comes first; where the server does not say it, nobody waits for it.
        assert not refused.value.connection_invalidated
        with hasty.reading() as connection:
            connection.execute(sa.text("SET statement_timeout = 0"))
        with pytest.raises(sa.exc.OperationalError) as late, hasty.reading() as connection:
            connection.scalar(ASLEEP, {"seconds": 0.6})
        assert late.value.connection_invalidated
        with hasty.reading() as connection:
            assert connection.scalar(ASLEEP, {"seconds": 0.01}) == ""
