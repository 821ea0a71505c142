"""Each fault of stock nameko 2.14.1 that the chassis exists for: it is there, and here it is not.

Every test runs the scenario twice: on a stock service, where the fault must show, and on the
toy, where it must not. A stock nameko that has mended one of them turns its test red.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp
import pytest

from chassis.bus import rpc
from chassis.context import Context
from chassis.rpc_client import NoAnswer, RpcClient
from contracts import naming
from fault.proxy import Proxy
from ops.cell import REPOSITORY
from tests.support.servers import connect
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import Bump, Thing

pytestmark = pytest.mark.slow
ASKED = Context(correlation_id="a test")
EVENTS = ("first", "second", "failing", "again", "slow")


class StockService:
    """Stock processes on a broker of the tests."""

    def __init__(self, amqp_url: str, folder: Path) -> None:
        self.amqp_url = amqp_url
        self._diary = folder / "diary"
        self._diary.touch()
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        before = self.noted("started")
        told = {"STOCK_AMQP": self.amqp_url, "STOCK_DIARY": str(self._diary), "PATH": "", **environment}
        command = [sys.executable, "-W", "ignore", "-m", "tests.support.stock"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=REPOSITORY, env=told, **quiet)  # type: ignore[call-overload]
        self._processes.append(process)
        eventually(lambda: process.poll() is not None or self.noted("started") > before)
        return process  # type: ignore[no-any-return]

    def noted(self, word: str) -> int:
        return self._diary.read_text().split("\n").count(word)

    def emit(self, kind: str, body: bytes = b"{}", *, times: int = 1) -> None:
        with connect(self.amqp_url) as connection:
            channel = connection.channel()
            for _ in range(times):
                message = amqp.Message(body, content_type="application/json", content_encoding="utf-8")
                channel.basic_publish(message, exchange="emitter.events", routing_key=kind)

    def depth(self, kind: str) -> int:
        with connect(self.amqp_url) as connection:
            queue = f"evt-emitter-{kind}--stock.on_{kind}"
            return int(connection.channel().queue_declare(queue, passive=True).message_count)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        with connect(self.amqp_url) as connection:
            channel = connection.channel()
            for kind in EVENTS:
                channel.queue_delete(f"evt-emitter-{kind}--stock.on_{kind}")
            channel.queue_delete("rpc-stock")
            channel.exchange_delete("emitter.events")


@pytest.fixture
def stock(toy: ToyCell, tmp_path: Path) -> Iterator[StockService]:
    service = StockService(toy.amqp_url, tmp_path)
    yield service
    service.close()


def test_stock_acks_and_loses_an_event_whose_handler_failed_and_here_it_is_parked(
    stock: StockService, toy: ToyCell
) -> None:
    stock.start()
    stock.emit("failing")
    eventually(lambda: stock.noted("failing") == 1)
    eventually(lambda: stock.depth("failing") == 0)
    time.sleep(0.5)
    assert stock.noted("failing") == 1

    event = toy.event(a_thing(), 1, way="raise")
    toy.publish(event)
    eventually(lambda: str(event.id) in toy.parked())


def test_stock_requeues_without_end_and_here_a_failing_event_is_tried_a_few_times(
    stock: StockService, toy: ToyCell
) -> None:
    stock.start()
    stock.emit("again")
    time.sleep(1.5)
    assert stock.noted("again") > 200

    thing = a_thing()
    event = toy.event(thing, 1, way="raise")
    toy.publish(event)
    eventually(lambda: str(event.id) in toy.parked())
    assert len(toy.noted("hear", thing)) <= 3


def test_stock_has_a_queue_for_each_handler_and_here_one_line_of_events_is_in_one_queue(
    stock: StockService, toy: ToyCell
) -> None:
    """No order between types where each has its queue, and a renamed method leaves its queue behind."""
    stock.start()
    assert (stock.depth("first"), stock.depth("second")) == (0, 0)
    stock.emit("slow", b'{"seconds": 1.0}')
    eventually(lambda: stock.noted("begun") == 1)
    stock.emit("first")
    eventually(lambda: stock.noted("first") == 1)
    assert stock.noted("ended") == 0

    thing = a_thing()
    painted = f"{toy.name}.thing.painted.v1"
    toy.publish(
        toy.event(thing, 1, way="sleep", seconds=0.5),
        toy.event(thing, 2, type=painted),
        toy.event(thing, 3),
        toy.event(thing, 4, type=painted),
    )
    toy.wait_until_heard(thing, [1, 2, 3, 4])
    names = [naming.inbox_queue(toy.name, i) for i in range(naming.PARTITIONS)]
    assert not any("receive" in name or "bumped" in name for name in names)


def test_stock_acks_what_cannot_be_decoded_and_here_it_is_parked(stock: StockService, toy: ToyCell) -> None:
    stock.start()
    stock.emit("first", b"{no json")
    eventually(lambda: stock.depth("first") == 0)
    stock.emit("first")
    eventually(lambda: stock.noted("first") == 1)

    before = len(toy.parked())
    toy.put(f"{{no json {uuid4()}".encode())
    eventually(lambda: len(toy.parked()) == before + 1)


def test_stock_exits_on_a_request_without_reply_to_and_again_and_here_it_is_served(
    stock: StockService, toy: ToyCell
) -> None:
    first = stock.start()
    with connect(stock.amqp_url) as connection:
        body = json.dumps({"args": ["hello"], "kwargs": {}}).encode()
        message = amqp.Message(body, content_type="application/json", content_encoding="utf-8")
        connection.channel().basic_publish(message, exchange="nameko-rpc", routing_key="stock.echo")
    assert first.wait(10) != 0
    assert stock.start().wait(10) != 0

    process = toy.processes[0]
    body = json.dumps({"args": [], "kwargs": {"id": str(uuid4())}}).encode()
    toy.put_message(amqp.Message(body, content_type="application/json"), naming.query_queue(toy.name))
    command = Bump(command_id=uuid4(), id=a_thing())
    with connect(toy.amqp_url) as connection:
        message = amqp.Message(rpc.encode_request(command=command), content_type="application/json")
        key = naming.command_key(toy.name, "bump")
        connection.channel().basic_publish(message, exchange=naming.RPC_EXCHANGE, routing_key=key)
    eventually(lambda: toy.bumps(command.id) == 1)
    eventually(lambda: toy.depth(naming.query_queue(toy.name)) == 0)
    assert process.is_running()


def test_stock_runs_work_in_flight_again_after_sigterm_and_here_it_is_done_once(
    stock: StockService, own_toy: ToyCell
) -> None:
    first = stock.start()
    stock.emit("slow", b'{"seconds": 4}')
    eventually(lambda: stock.noted("begun") == 1)
    first.send_signal(signal.SIGTERM)
    first.wait(15)
    stock.start()
    eventually(lambda: stock.noted("begun") == 2)

    process = own_toy.start().wait_until_well()
    thing = a_thing()
    own_toy.publish(own_toy.event(thing, 1, way="sleep", seconds=1.5))
    eventually(lambda: own_toy.noted("hear", thing))
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    own_toy.start().wait_until_well()
    own_toy.publish(own_toy.event(thing, 2))
    own_toy.wait_until_heard(thing, [1, 2])
    assert len(own_toy.noted("hear", thing, 1)) == 1


def test_stock_exits_on_a_connection_that_was_reset_and_here_the_process_lives(
    stock: StockService, own_toy: ToyCell, amqp_proxy: Proxy
) -> None:
    """A plain ConnectionResetError is what a stalled heartbeat ends in."""
    process = stock.start(STOCK_RESET="yes")
    stock.emit("first")
    assert process.wait(10) != 0

    ours = own_toy.start(amqp_url=amqp_proxy.url).wait_until_well()
    thing = a_thing()
    # Nothing of the process has a turn meanwhile: the reset is met by the acknowledgement.
    own_toy.publish(own_toy.event(thing, 1, way="block", seconds=1.0))
    eventually(lambda: own_toy.noted("hear", thing))
    amqp_proxy.reset()
    own_toy.publish(own_toy.event(thing, 2))
    own_toy.wait_until_heard(thing, [1, 2])
    assert ours.is_running()


def test_stock_fetches_no_more_than_it_has_workers_and_here_batches_are_fetched(
    stock: StockService, toy: ToyCell
) -> None:
    stock.start()
    stock.emit("slow", times=8)
    eventually(lambda: stock.noted("begun") == 2)
    assert stock.depth("slow") == 6

    thing, other = a_thing(), a_thing()
    toy.publish(toy.event(thing, 1, way="sleep", seconds=0.5))
    eventually(lambda: toy.noted("hear", thing))
    toy.publish(*(toy.event(other, n) for n in range(1, 41)))
    eventually(lambda: toy.depth() == 0, within_s=2)
    toy.wait_until_heard(other, list(range(1, 41)))


HANGING = """
from nameko.standalone.rpc import ServiceRpcProxy
with ServiceRpcProxy("stock", {"AMQP_URI": AMQP}) as stock:
    stock.echo("hello")
"""


def test_a_stock_proxy_waits_for_ever_when_the_service_dies_and_ours_says_so_in_time(
    stock: StockService, own_toy: ToyCell
) -> None:
    stock.start().kill()
    asking = _script(HANGING, stock.amqp_url)
    with pytest.raises(subprocess.TimeoutExpired):
        asking.wait(6)
    asking.kill()
    asking.communicate()

    began = time.monotonic()
    with pytest.raises(NoAnswer):
        own_toy.client.query(own_toy.name, "thing", context=ASKED, result=Thing, timeout_s=1.0, id=uuid4())
    assert time.monotonic() - began < 2


SHARED = """
import os
import threading
from nameko.standalone.rpc import ServiceRpcProxy
wrong = []
def ask(stock, words):
    for n in range(20):
        try:
            if stock.echo(f"{words} {n}") != f"{words} {n}":
                wrong.append(words)
        except BaseException:
            wrong.append(words)
            return
with ServiceRpcProxy("stock", {"AMQP_URI": AMQP}, timeout=2) as stock:
    threads = [threading.Thread(target=ask, args=(stock, str(i)), daemon=True) for i in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(1)
    print("wrong", len(wrong) + sum(each.is_alive() for each in threads), flush=True)
    os._exit(0)
"""


def test_a_stock_proxy_fails_several_threads_and_our_client_serves_them(
    stock: StockService, toy: ToyCell
) -> None:
    stock.start()
    said, _ = _script(SHARED, stock.amqp_url).communicate(timeout=60)
    assert int(said.rpartition(b"wrong ")[2]) > 0

    thing, answers = uuid4(), []
    toy.rows("INSERT INTO thing (id, n, heard) VALUES (%s, 1, 0) RETURNING n", thing)

    def ask() -> None:
        answers.extend(
            toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=thing) for _ in range(20)
        )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert answers == [Thing(1, 0)] * 160


LATE = """
import time
from nameko.exceptions import RpcTimeout
from nameko.standalone.rpc import ServiceRpcProxy
shared = ServiceRpcProxy("stock", {"AMQP_URI": AMQP}, timeout=0.2)
with shared as stock:
    for _ in range(3):
        try:
            stock.nap(0.3)
        except RpcTimeout:
            time.sleep(0.3)
        stock.echo("something else")
    print("kept", len(shared._reply_listener.queue_consumer.replies), flush=True)
"""


def test_a_stock_proxy_keeps_every_reply_that_came_too_late_and_our_client_none(
    stock: StockService, toy: ToyCell
) -> None:
    stock.start()
    said, _ = _script(LATE, stock.amqp_url).communicate(timeout=60)
    assert int(said.rpartition(b"kept ")[2]) == 3

    client = RpcClient(toy.amqp_url)
    for _ in range(3):
        with pytest.raises(NoAnswer):
            client.query(toy.name, "slow", context=ASKED, result=int, timeout_s=0.2, seconds=0.3)
        assert client.query(toy.name, "slow", context=ASKED, result=int, seconds=0.3)
    attempt = client._attempt
    assert attempt is not None
    assert attempt.session is not None
    assert attempt.session.calls == {}
    client.close()


SLEEPING = """
import eventlet
eventlet.monkey_patch()
import time
import psycopg
def ask():
    with psycopg.connect(DATABASE) as connection:
        connection.execute("SELECT pg_sleep(0.3)")
began = time.monotonic()
pool = eventlet.GreenPool()
for _ in range(10):
    pool.spawn(ask)
pool.waitall()
print(time.monotonic() - began)
"""


def test_psycopg_stops_every_green_thread_unless_it_waits_as_the_runner_tells_it(toy: ToyCell) -> None:
    script = SLEEPING.replace("DATABASE", repr(toy.database_url))
    runner = (REPOSITORY / "chassis" / "run.py").read_text()
    setting = 'os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"\n'
    assert setting in runner
    assert _seconds(script) > 2.8
    assert _seconds(f"import os\n{setting}{script}") < 1.8


def _seconds(script: str) -> float:
    command = [sys.executable, "-W", "ignore", "-c", script]
    return float(subprocess.run(command, check=True, capture_output=True, timeout=30, env={}).stdout)


def _script(script: str, amqp_url: str) -> Any:
    command = [sys.executable, "-W", "ignore", "-c", script.replace("AMQP}", f"{amqp_url!r}}}")]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": ""}, cwd=REPOSITORY
    )
