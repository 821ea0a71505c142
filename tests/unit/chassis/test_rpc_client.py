"""The RPC client: a deadline on every call, and a clear answer whatever happens to the broker."""

import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis import rpc_client as module
from chassis.bus import rpc
from chassis.context import Context
from chassis.principal import Principal
from chassis.refusal import Conflict
from chassis.rpc_client import NoAnswer, RemoteRefusal, RpcClient, ServiceUnavailable
from tests.unit.chassis.fake_links import AnsweringLink

Answer = Callable[[AnsweringLink, dict[str, Any]], None]
ASKED = Context(correlation_id="corr-1", principal=Principal(subject="a1"))


class Bump(msgspec.Struct, frozen=True):
    method: ClassVar[str] = "bump"
    command_id: UUID
    n: int = 1


class Thing(msgspec.Struct, frozen=True):
    n: int


def replying(body: bytes) -> Answer:
    return lambda link, request: link.reply(request, body)


def silent(_link: AnsweringLink, _request: dict[str, Any]) -> None:
    """No reply."""


class House:
    """Gives out links that answer in one way; `links` are those that were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
        self.links: list[AnsweringLink] = []
        self.answer = answer
        self.connecting: Callable[[], None] = lambda: None
        monkeypatch.setattr(module, "Link", self._link)
        self.client = RpcClient("amqp://")

    def _link(self, _uri: str) -> AnsweringLink:
        self.connecting()
        link = AnsweringLink(self._answered)
        self.links.append(link)
        return link

    def _answered(self, link: AnsweringLink, request: dict[str, Any]) -> None:
        self.answer(link, request)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Any:
    made: list[House] = []

    def make(answer: Answer) -> House:
        made.append(House(monkeypatch, answer))
        return made[-1]

    yield make
    for each in made:
        each.client.close()
        for link in each.links:
            assert link.dropped.wait(5)


OK = rpc.encode_result(b'{"n": 3}')


def test_a_command_goes_to_its_services_queue_and_its_reply_comes_back(house: Any) -> None:
    there = house(replying(OK))
    command = Bump(command_id=uuid4())
    assert there.client.call("toy", command, context=ASKED, result=Thing) == Thing(3)
    [request] = there.links[0].published
    assert (request["exchange"], request["routing_key"]) == ("nameko-rpc", "toy.commands.bump")
    assert (request["mandatory"], request["delivery_mode"]) == (True, 1)
    assert request["reply_to"] == "amq.rabbitmq.reply-to"
    assert rpc.decode_as(rpc.decode_request(request["body"])["command"], Bump) == command


def test_a_query_goes_by_its_methods_name_with_named_arguments(house: Any) -> None:
    there = house(replying(OK))
    assert there.client.query("toy", "thing", context=ASKED, result=Thing, id="t1") == Thing(3)
    [request] = there.links[0].published
    assert request["routing_key"] == "toy.thing"
    assert rpc.decode_as(rpc.decode_request(request["body"])["id"], str) == "t1"


def test_the_deadline_travels_with_the_request_which_expires_with_it(house: Any) -> None:
    there = house(replying(OK))
    before = time.time()
    there.client.query("toy", "thing", context=ASKED, result=Thing, timeout_s=2.0)
    [request] = there.links[0].published
    context = Context.from_headers(request["headers"])
    assert context.principal == ASKED.principal
    assert context.deadline == pytest.approx(before + 2.0, abs=0.5)
    assert 1 <= int(request["expiration"]) <= 2000


def test_a_deadline_that_the_caller_has_already_is_not_prolonged(house: Any) -> None:
    there = house(silent)
    hurried = msgspec.structs.replace(ASKED, deadline=time.time() + 0.2)
    started = time.monotonic()
    with pytest.raises(NoAnswer):
        there.client.query("toy", "thing", context=hurried, result=Thing, timeout_s=5.0)
    assert time.monotonic() - started < 1.0
    assert int(there.links[0].published[0]["expiration"]) <= 200


def test_a_deadline_that_has_passed_is_no_request_at_all(house: Any) -> None:
    there = house(replying(OK))
    late = msgspec.structs.replace(ASKED, deadline=time.time() - 1)
    with pytest.raises(ServiceUnavailable):
        there.client.query("toy", "thing", context=late, result=Thing)
    assert all(link.published == [] for link in there.links)


def test_no_reply_is_said_in_time(house: Any) -> None:
    there = house(silent)
    started = time.monotonic()
    with pytest.raises(NoAnswer):
        there.client.query("toy", "thing", context=ASKED, result=Thing, timeout_s=0.2)
    assert 0.2 <= time.monotonic() - started < 1.0


def test_a_reply_that_comes_too_late_disturbs_nobody(house: Any) -> None:
    there = house(silent)
    with pytest.raises(NoAnswer):
        there.client.query("toy", "thing", context=ASKED, result=Thing, timeout_s=0.05)
    there.answer = replying(rpc.encode_result(b'{"n": 4}'))
    link = there.links[0]
    link.reply(link.published[0], OK)
    assert there.client.query("toy", "thing", context=ASKED, result=Thing) == Thing(4)
    assert len(there.links) == 1


def test_a_request_that_no_queue_takes_was_not_carried_out(house: Any) -> None:
    there = house(lambda link, request: link.bring_back(request))
    with pytest.raises(ServiceUnavailable):
        there.client.query("toys", "thing", context=ASKED, result=Thing)


def test_a_refusal_comes_with_its_code_and_fields(house: Any) -> None:
    there = house(replying(rpc.encode_refusal(Conflict("there already", id="t1"))))
    with pytest.raises(RemoteRefusal) as refused:
        there.client.query("toy", "thing", context=ASKED, result=Thing)
    assert (refused.value.code, refused.value.detail) == ("conflict", "there already")
    assert refused.value.fields == {"id": "t1"}


def test_an_error_without_a_problem_is_an_internal_one(house: Any) -> None:
    there = house(replying(b'{"result": null, "error": {"exc_type": "KeyError", "value": "secret"}}'))
    with pytest.raises(RemoteRefusal) as refused:
        there.client.query("toy", "thing", context=ASKED, result=Thing)
    assert refused.value.code == "internal"
    assert "secret" not in str(refused.value)


def test_a_broker_that_cannot_be_reached_is_unavailable(house: Any) -> None:
    there = house(replying(OK))

    def refuse() -> None:
        raise ConnectionRefusedError

    there.connecting = refuse
    with pytest.raises(ServiceUnavailable):
        there.client.query("toy", "thing", context=ASKED, result=Thing)
    assert not there.client.connected()
    there.connecting = lambda: None
    assert there.client.query("toy", "thing", context=ASKED, result=Thing) == Thing(3)
    assert there.client.connected()


def test_a_connection_on_which_no_reply_can_be_had_is_dropped(house: Any, monkeypatch: Any) -> None:
    there = house(replying(OK))
    with monkeypatch.context() as patch:
        patch.setattr(AnsweringLink, "consume", _refused)
        with pytest.raises(ServiceUnavailable):
            there.client.query("toy", "thing", context=ASKED, result=Thing)
        assert there.links[0].dropped.wait(5)
    assert there.client.query("toy", "thing", context=ASKED, result=Thing) == Thing(3)


def _refused(*_: object, **__: object) -> str:
    raise ConnectionResetError


def test_a_connection_lost_under_a_call_is_said_at_once_and_the_next_call_has_another(house: Any) -> None:
    there = house(lambda link, _request: link.lose())
    started = time.monotonic()
    with pytest.raises(NoAnswer):
        there.client.query("toy", "thing", context=ASKED, result=Thing, timeout_s=5.0)
    assert time.monotonic() - started < 1.0
    there.answer = replying(OK)
    assert there.client.query("toy", "thing", context=ASKED, result=Thing) == Thing(3)
    assert len(there.links) == 2


def test_a_request_that_cannot_be_written_was_not_carried_out(house: Any) -> None:
    def broken(_link: AnsweringLink, _request: dict[str, Any]) -> None:
        raise BrokenPipeError

    there = house(broken)
    with pytest.raises(ServiceUnavailable):
        there.client.query("toy", "thing", context=ASKED, result=Thing)


def test_many_threads_share_the_connection_and_each_gets_its_own_reply(house: Any) -> None:
    def echo(link: AnsweringLink, request: dict[str, Any]) -> None:
        n = rpc.decode_request(request["body"])["n"]
        link.reply(request, rpc.encode_result(b'{"n":' + bytes(n) + b"}"))

    there = house(echo)
    given: list[tuple[int, Thing]] = []

    def ask(first: int) -> None:
        for n in range(first, first + 20):
            given.append((n, there.client.query("toy", "thing", context=ASKED, result=Thing, n=n)))  # noqa: PERF401

    threads = [threading.Thread(target=ask, args=(i * 100,)) for i in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=10)
    assert len(given) == 160
    assert all(thing == Thing(n) for n, thing in given)
    assert len(there.links) == 1


def test_a_connection_that_hangs_while_it_is_made_keeps_no_caller_beyond_its_deadline(house: Any) -> None:
    there = house(replying(OK))
    proceed = threading.Event()
    there.connecting = lambda: proceed.wait(5)  # type: ignore[func-returns-value]
    lasted: list[float] = []

    def ask() -> None:
        started = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            there.client.query("toy", "thing", context=ASKED, result=Thing, timeout_s=0.3)
        lasted.append(time.monotonic() - started)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=10)
    proceed.set()
    assert len(lasted) == 8
    assert max(lasted) < 1.0
    assert there.client.query("toy", "thing", context=ASKED, result=Thing) == Thing(3)
    assert len(there.links) == 1


def test_after_a_fork_the_child_has_a_connection_of_its_own(house: Any) -> None:
    there = house(replying(OK))
    there.client.query("toy", "thing", context=ASKED, result=Thing)
    there.client._attempt.pid = -1
    there.client.query("toy", "thing", context=ASKED, result=Thing)
    assert len(there.links) == 2
    there.links[0].lose()
