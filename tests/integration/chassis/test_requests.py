"""Requests by RPC: an answer or a clear no, in time, from any thread."""

import signal
import threading
import time
from typing import Any
from uuid import uuid4

import pytest

from chassis.bus import rpc
from chassis.bus.doors import QUIET_S
from chassis.context import Context
from chassis.rpc_client import NoAnswer, RemoteRefusal, RpcClient, ServiceUnavailable
from contracts import naming
from fault.proxy import Proxy
from tests.support.messages import answer_of
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import Bump, Thing

ASKED = Context(correlation_id="a test")


def slow(client: RpcClient, service: str, seconds: float = 0.0, *, timeout_s: float = 5.0) -> int:
    return client.query(service, "slow", context=ASKED, result=int, timeout_s=timeout_s, seconds=seconds)


def a_bump() -> Bump:
    return Bump(command_id=uuid4(), id=a_thing())


# What a service answers.


def test_a_query_is_answered_with_what_it_asks_for(toy: ToyCell) -> None:
    command = a_bump()
    toy.client.call(toy.name, command, context=ASKED, result=Thing)
    answer = toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=command.id)
    assert answer.n == 1


def test_a_query_for_what_is_not_there_is_refused_with_its_fields(toy: ToyCell) -> None:
    thing = a_thing()
    with pytest.raises(RemoteRefusal) as refused:
        toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=thing)
    assert (refused.value.code, refused.value.fields) == ("not_found", {"id": str(thing)})


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("nothing", {}),
        ("thing", {}),
        ("thing", {"id": "no UUID"}),
        ("thing", {"id": str(uuid4()), "more": 1}),
        ("slow", {"seconds": "long"}),
        ("bump", {"command": {}}),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(toy: ToyCell, method: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(RemoteRefusal) as refused:
        toy.client.query(toy.name, method, context=ASKED, result=Thing, **arguments)
    assert refused.value.code == "malformed_request"


@pytest.mark.parametrize("body", [b"", b"{", b"\x80\x04", b'{"args": [1], "kwargs": {}}'])
def test_a_request_that_is_none_is_refused(toy: ToyCell, body: bytes) -> None:
    reply = toy.ask(naming.query_key(toy.name, "slow"), body, {})
    assert answer_of(reply)["code"] == "malformed_request"


def test_a_request_with_headers_of_no_sense_is_refused(toy: ToyCell) -> None:
    body = rpc.encode_request(seconds=0)
    reply = toy.ask(naming.query_key(toy.name, "slow"), body, {"nameko.deadline": "soon"})
    assert answer_of(reply)["code"] == "malformed_request"


def test_a_query_whose_deadline_passed_on_the_way_is_not_begun(toy: ToyCell) -> None:
    late = Context(correlation_id="a test", deadline=time.time() - 1)
    reply = toy.ask(naming.query_key(toy.name, "slow"), rpc.encode_request(seconds=0), late.to_headers())
    assert answer_of(reply)["code"] == "expired"


@pytest.mark.parametrize("kind", ["surrogate", "object", "no such kind"])
def test_an_answer_that_has_no_json_is_an_internal_error_and_no_exit(toy: ToyCell, kind: str) -> None:
    with pytest.raises(RemoteRefusal) as refused:
        toy.client.query(toy.name, "odd", context=ASKED, result=str, kind=kind)
    assert (refused.value.code, refused.value.detail) == ("internal", "")
    assert slow(toy.client, toy.name) == toy.processes[0].pid


def test_queries_run_beside_each_other(toy: ToyCell) -> None:
    started = time.monotonic()
    threads = [threading.Thread(target=slow, args=(toy.client, toy.name, 0.5)) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    # One after the other they would take five seconds.
    assert time.monotonic() - started < 4.0


def test_a_timer_that_raises_runs_again(toy: ToyCell) -> None:
    eventually(lambda: len(toy.noted("tick")) >= 2)


# What a caller is told.


def test_a_service_that_is_not_there_is_unavailable_at_once(toy: ToyCell) -> None:
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        slow(toy.client, "nobody")
    assert time.monotonic() - started < 2.5


def test_no_answer_is_said_in_time(toy: ToyCell) -> None:
    started = time.monotonic()
    with pytest.raises(NoAnswer):
        slow(toy.client, toy.name, 2.0, timeout_s=0.5)
    assert 0.4 < time.monotonic() - started < 1.9
    assert slow(toy.client, toy.name) == toy.processes[0].pid


def test_a_service_that_died_is_no_answer_in_time_and_its_successor_answers(own_toy: ToyCell) -> None:
    process = own_toy.start().wait_until_well()
    threading.Timer(0.3, process.kill).start()
    started = time.monotonic()
    with pytest.raises(NoAnswer):
        slow(own_toy.client, own_toy.name, 30.0, timeout_s=1.0)
    assert time.monotonic() - started < 4.0
    successor = own_toy.start().wait_until_well()
    assert slow(own_toy.client, own_toy.name) == successor.pid


def test_a_silent_service_holds_one_caller_at_a_time_and_is_asked_again(own_toy: ToyCell) -> None:
    process, client = own_toy.start().wait_until_well(), RpcClient(own_toy.amqp_url)
    assert slow(client, own_toy.name)
    process.signal(signal.SIGSTOP)
    assert max(how_long_all_wait(client, own_toy.name, threads=16, timeout_s=QUIET_S + 0.5)) < QUIET_S + 2.5
    lasted = sorted(how_long_all_wait(client, own_toy.name, threads=16, timeout_s=2.0))
    assert lasted[-1] >= 2.0
    assert lasted[-2] < 1.5
    process.signal(signal.SIGCONT)
    assert eventually(lambda: answered(client, own_toy.name))
    client.close()


def test_sixteen_threads_share_one_client_and_get_each_its_own_answer(toy: ToyCell) -> None:
    answers: list[tuple[Thing, Thing]] = []

    def work() -> None:
        thing = a_thing()
        for n in range(1, 11):
            command = Bump(command_id=uuid4(), id=thing)
            answer = toy.client.call(toy.name, command, context=ASKED, result=Thing)
            asked = toy.client.query(toy.name, "thing", context=ASKED, result=Thing, id=thing)
            answers.append((answer, Thing(n, answer.heard)))
            answers.append((Thing(asked.n, 0), Thing(n, 0)))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(answers) == 320
    assert all(got == wanted for got, wanted in answers)


def test_without_a_broker_it_is_unavailable_at_once_and_answers_once_there_is_one(
    toy: ToyCell, amqp_proxy: Proxy
) -> None:
    client = RpcClient(amqp_proxy.url)
    assert slow(client, toy.name)
    amqp_proxy.refuse()
    eventually(lambda: not client.connected())
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            slow(client, toy.name)
        assert time.monotonic() - started < 2.5
    amqp_proxy.restore()
    assert slow(client, toy.name)
    client.close()


def test_a_broken_connection_is_made_again_for_the_next_call(toy: ToyCell, amqp_proxy: Proxy) -> None:
    client = RpcClient(amqp_proxy.url)
    for _ in range(5):
        assert eventually(lambda: answered(client, toy.name), within_s=30)
        amqp_proxy.reset()
    client.close()


def answered(client: RpcClient, service: str) -> bool:
    try:
        return slow(client, service, timeout_s=1.0) > 0
    except (ServiceUnavailable, NoAnswer):
        return False


def how_long_all_wait(client: RpcClient, service: str, *, threads: int, timeout_s: float) -> list[float]:
    lasted: list[float] = []

    def ask() -> None:
        started = time.monotonic()
        with pytest.raises((ServiceUnavailable, NoAnswer)):
            slow(client, service, timeout_s=timeout_s)
        lasted.append(time.monotonic() - started)

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(30)
    assert len(lasted) == threads
    return lasted


def test_a_black_hole_keeps_no_caller_beyond_its_deadline(toy: ToyCell, amqp_proxy: Proxy) -> None:
    client, fresh = RpcClient(amqp_proxy.url), RpcClient(amqp_proxy.url)
    assert slow(client, toy.name)
    amqp_proxy.black_hole()
    assert max(how_long_all_wait(client, toy.name, threads=16, timeout_s=QUIET_S + 0.5)) < QUIET_S + 2.5
    # Nor one that has no connection yet.
    assert max(how_long_all_wait(fresh, toy.name, threads=16, timeout_s=QUIET_S + 0.5)) < QUIET_S + 2.5
    amqp_proxy.restore()
    assert eventually(lambda: answered(fresh, toy.name))
    client.close()
    fresh.close()


def test_a_slow_link_is_slow_and_nothing_worse(toy: ToyCell, amqp_proxy: Proxy) -> None:
    client = RpcClient(amqp_proxy.url)
    amqp_proxy.delay(0.1)
    assert slow(client, toy.name)
    client.close()
