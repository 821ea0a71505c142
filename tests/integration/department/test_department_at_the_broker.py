"""The kit at a real broker: at least once, in the face of what goes wrong."""

import json
import socket
import threading
import time
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from qiaotou_department import Answer, Change, Department, LinkLost, Order, Settings
from qiaotou_department import department as subscriber
from qiaotou_department import link as kit_link
from qiaotou_department.link import Link
from qiaotou_department.sender import (
    ASK_EXTENSION,
    ASK_SUSPENSION,
    COMPLETE_PART,
    RECONCILE,
    RETURN,
    SIGN,
)

from contracts import topology
from ops.rabbitmq import RabbitNode
from tests.integration.department.standing_in import CODE, QUEUE, Dispatch, Proxy, a_message, eventually
from tests.support.servers import connect
from tests.unit.department.fake_cell import a_change, an_offer


def test_an_order_is_signed_and_completed_over_the_broker(dispatch: Dispatch, running: Any) -> None:
    def handle(order: Order) -> None:
        order.sign()
        order.complete(text="The lamp shines again.")

    order_id = dispatch.offer()
    running(handle)
    eventually(lambda: dispatch.cell.states[order_id] == "completed")
    signed, completed = dispatch.heard
    for message in (signed, completed):
        assert message.properties["user_id"] == f"department.{CODE}"
        assert message.properties["content_type"] == "application/cloudevents+json"
        assert message.properties["delivery_mode"] == 2
        assert message.delivery_info["routing_key"] == CODE
    assert signed.properties["message_id"] == json.loads(bytes(signed.body))["id"]
    assert signed.properties["application_headers"]["ordering-key"]


def test_everything_that_a_department_may_ask_crosses_the_broker(dispatch: Dispatch, running: Any) -> None:
    def handle(order: Order) -> None:
        if not order.is_lead:
            order.complete_part(text="The cable is mended.")
            order.return_(reason="The rest is not ours.", legal_basis="List 3.2")
            return
        order.sign()
        order.ask_extension(days=2, reason="The part comes later.")
        order.ask_suspension(reason="season", until=date(2023, 7, 20))

    dispatch.offer()
    dispatch.put(an_offer(co_handled := uuid4(), part="co_handler"))
    dispatch.cell.states[co_handled] = "offered"
    running(handle)
    eventually(lambda: dispatch.cell.states[co_handled] == "returned" and len(dispatch.heard) == 5)
    said = [json.loads(bytes(message.body))["type"] for message in dispatch.heard]
    assert said == [SIGN, ASK_EXTENSION, ASK_SUSPENSION, COMPLETE_PART, RETURN]


def test_a_department_that_starts_asks_for_its_open_orders(settings: Settings, dispatch: Dispatch) -> None:
    department = Department(settings, api=dispatch.cell)  # type: ignore[arg-type]
    answers: list[Answer] = []
    department.on_answer(lambda answer: (answers.append(answer), department.stop()))
    department.run(reconcile=True)
    (heard,) = dispatch.heard
    assert json.loads(bytes(heard.body))["type"] == RECONCILE
    assert (answers[0].state, answers[0].open_orders) == ("reconciled", 0)


def test_what_the_district_centre_decides_is_acknowledged_after_its_handler(
    settings: Settings, dispatch: Dispatch
) -> None:
    department = Department(settings, api=dispatch.cell)  # type: ignore[arg-type]
    tries: list[str] = []

    @department.on_change
    def handle(change: Change) -> None:
        tries.append(change.change)
        department.stop()
        if len(tries) == 1:
            raise LinkLost("the process is killed here")

    dispatch.put(a_change(uuid4(), "extended"))
    for _ in range(2):
        department._stopping.clear()
        department.run()
    assert tries == ["extended", "extended"]
    eventually(lambda: dispatch.depth() == 0)


def test_an_answer_behind_a_long_backlog_is_heard_on_one_connection(dispatch: Dispatch, running: Any) -> None:
    orders = [dispatch.offer() for _ in range(40)]
    eventually(lambda: dispatch.depth() == len(orders))
    running(lambda order: order.sign())
    eventually(lambda: all(dispatch.cell.states[order] == "signed" for order in orders))
    assert len(dispatch.heard) == len(orders), "nothing was said twice"


def test_a_cut_connection_is_taken_up_again_and_nothing_is_lost(
    rabbitmq: RabbitNode, dispatch: Dispatch, running: Any
) -> None:
    begun = threading.Event()
    cut = threading.Event()

    def handle(order: Order) -> None:
        begun.set()
        cut.wait(10)
        order.sign()

    order_id = dispatch.offer()
    running(handle)
    assert begun.wait(10)
    rabbitmq.ctl("close_all_user_connections", f"department.{CODE}", "a test")
    cut.set()
    eventually(lambda: dispatch.cell.states[order_id] == "signed")
    eventually(lambda: dispatch.depth() == 0)


def test_a_queue_that_was_taken_away_is_consumed_again_when_it_is_back(
    rabbitmq: RabbitNode, dispatch: Dispatch, running: Any
) -> None:
    running(lambda order: order.sign())
    first = dispatch.offer()
    eventually(lambda: dispatch.cell.states[first] == "signed")
    with connect(rabbitmq.url("operator")) as connection:
        channel = connection.channel()
        channel.queue_delete(QUEUE)
        time.sleep(0.3)
        wanted = topology.department_queues(CODE)[0].arguments
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments=wanted)
        channel.queue_bind(QUEUE, topology.DEPARTMENTS, CODE)
    second = dispatch.offer()
    eventually(lambda: dispatch.cell.states[second] == "signed")


@pytest.mark.slow
def test_a_broker_that_falls_silent_is_noticed(
    settings: Settings, dispatch: Dispatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The link is black-holed: no reset, no heartbeat. The proxy stands in for a dead router."""
    with Proxy(settings.amqp_uri) as proxy:
        away = Department(replace(settings, amqp_uri=proxy.uri), api=dispatch.cell)  # type: ignore[arg-type]
        away.on_order(lambda order: order.sign())
        thread = threading.Thread(target=away.run)
        thread.start()
        first = dispatch.offer()
        eventually(lambda: dispatch.cell.states[first] == "signed")
        proxy.swallow()
        eventually(lambda: "link lost" in caplog.text)
        proxy.pass_on()
        second = dispatch.offer()
        eventually(lambda: dispatch.cell.states[second] == "signed")
        away.stop()
        thread.join(20)


@pytest.mark.slow
def test_a_handler_may_work_longer_than_any_heartbeat(dispatch: Dispatch, running: Any) -> None:
    tries: list[UUID] = []

    def handle(order: Order) -> None:
        tries.append(order.id)
        time.sleep(8)  # four heartbeats; the broker gives up after two that are missing
        order.sign()

    order_id = dispatch.offer()
    running(handle)
    eventually(lambda: dispatch.cell.states[order_id] == "signed", within_s=30)
    assert tries == [order_id]


def test_what_a_handler_gave_back_comes_again_and_is_counted(
    dispatch: Dispatch, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "LONGEST_PAUSE_S", 0.1)
    tries: list[UUID] = []

    def handle(order: Order) -> None:
        tries.append(order.id)
        if len(tries) < 3:
            raise OSError("power cut")
        order.sign()

    order_id = dispatch.offer()
    running(handle)
    eventually(lambda: dispatch.cell.states[order_id] == "signed")
    assert tries == [order_id] * 3


def test_what_cannot_be_read_goes_to_the_dead_letters(dispatch: Dispatch, running: Any) -> None:
    dispatch.put(b"\x80\x04not json")
    order_id = dispatch.offer()
    running(lambda order: order.sign())
    eventually(lambda: dispatch.cell.states[order_id] == "signed")
    eventually(lambda: dispatch.depth(f"{QUEUE}.dead") == 1)


def test_a_single_message_leaves_the_queue_alone(settings: Settings, dispatch: Dispatch) -> None:
    dispatch.offer()
    eventually(lambda: dispatch.depth() == 1)
    Department(settings, api=dispatch.cell).tell(a_message())  # type: ignore[arg-type]
    eventually(lambda: len(dispatch.heard) == 1)
    eventually(lambda: dispatch.depth() == 2)


def test_an_answer_for_a_single_message_reaches_whoever_listens(
    settings: Settings, dispatch: Dispatch, running: Any
) -> None:
    heard: list[Answer] = []
    running(lambda _: None).on_answer(heard.append)
    message = a_message()
    Department(settings, api=dispatch.cell).tell(message)  # type: ignore[arg-type]
    eventually(lambda: [answer.in_reply_to for answer in heard] == [message.id])


def test_a_broker_that_never_says_a_word_is_left(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_link, "IO_TIMEOUT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = replace(
            settings, amqp_uri=f"amqp://department.{CODE}:x@127.0.0.1:{silent.getsockname()[1]}/cell"
        )
        began = time.monotonic()
        with pytest.raises(LinkLost):
            Link(deaf)
    assert time.monotonic() - began < 5


def test_a_full_window_is_widened_without_a_second_connection(link: Link, dispatch: Dispatch) -> None:
    for _ in range(10):
        dispatch.offer()
    link.consume()
    first = [link.next(2.0) for _ in range(3)]
    assert None not in first
    assert link.full
    assert link.next(0.3) is None
    link.consume()
    assert link.next(2.0) is not None
    assert not link.full


def test_a_confirmed_publish_is_heard(link: Link, dispatch: Dispatch) -> None:
    link.publish(a_message())
    eventually(lambda: len(dispatch.heard) == 1)
    assert json.loads(bytes(dispatch.heard[0].body))["type"] == SIGN
