import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from qiaotou_department import Answer, Contact, Department, LinkLost, NoAnswer, NotAllowed, Order, Refused
from qiaotou_department import department as subscriber
from qiaotou_department.errors import ApiUnavailable
from qiaotou_department.sender import COMPLETE, SIGN

from tests.unit.department.fake_cell import SETTINGS, FakeBus, FakeCell, a_refusal, an_envelope


@pytest.fixture
def cell() -> FakeCell:
    return FakeCell()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "SLICE_S", 0.0)
    monkeypatch.setattr(subscriber, "LOOK_AFTER_S", 0.01)
    monkeypatch.setattr(subscriber, "SHORTEST_PAUSE_S", 0.0)


def a_department(cell: FakeCell) -> Department:
    return Department(SETTINGS, api=cell, connect=lambda _: FakeBus(cell))  # type: ignore[arg-type]


def until_idle(department: Department, cell: FakeCell) -> None:
    """Run until the queue was found empty."""

    class Bus(FakeBus):
        def next(self, timeout_s: float) -> object:
            delivery = super().next(timeout_s)
            if delivery is None and not cell.queue and not self.unacked:
                department.stop()
            return delivery

    department._connect = lambda _: Bus(cell)
    department.run()


def test_an_order_is_signed_completed_and_then_acknowledged(cell: FakeCell, tmp_path: Path) -> None:
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a picture")
    order_id = cell.offer()
    department = a_department(cell)

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        assert cell.acked == [2]  # the answer alone
        order.complete(text="The lamp shines again.", photos=[photo], contact=Contact(note="told"))

    until_idle(department, cell)
    assert cell.states == {order_id: "completed"}
    assert cell.types_said() == [SIGN, COMPLETE]
    assert sorted(cell.acked) == [1, 2, 3]
    assert [content for _, content, _ in cell.uploads.values()] == [b"a picture"]


def test_what_is_said_names_the_order_its_case_and_the_report_it_came_from(cell: FakeCell) -> None:
    order_id = cell.offer()
    department = a_department(cell)
    department.on_order(lambda order: order.sign())
    until_idle(department, cell)
    (event,) = cell.said
    assert event["subject"] == event["data"]["order_id"] == str(order_id)
    assert event["orderingkey"] == cell.order(order_id)["case_id"]
    assert event["correlationid"] == "the-report"
    assert event["source"] == "department.CGJ"


def test_a_refused_step_raises_its_code(cell: FakeCell) -> None:
    cell.offer()
    cell.refuse = "not_the_lead"
    department = a_department(cell)
    caught: list[str] = []

    @department.on_order
    def handle(order: Order) -> None:
        try:
            order.sign()
        except Refused as refusal:
            caught.append(refusal.code)

    until_idle(department, cell)
    assert caught == ["not_the_lead"]


def test_an_order_whose_refusal_nobody_caught_is_not_asked_again(cell: FakeCell) -> None:
    cell.offer()
    cell.refuse = "illegal_transition"
    department = a_department(cell)
    department.on_order(lambda order: order.sign())
    until_idle(department, cell)
    assert cell.types_said() == [SIGN]
    assert cell.given_back == []


def test_a_step_that_was_taken_before_is_taken_though_it_is_refused_now(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.states[order_id] = "signed"
    cell.refuse = "illegal_transition"
    department = a_department(cell)
    done: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        done.append(order.id)

    until_idle(department, cell)
    assert done == [order_id]


def test_completing_a_completed_order_hands_nothing_in(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.states[order_id] = "completed"
    department = a_department(cell)
    department.on_order(lambda order: order.complete(text="The lamp shines again."))
    until_idle(department, cell)
    assert (cell.results, cell.said) == ({}, [])


def test_an_answer_behind_more_orders_than_the_window_holds_is_still_heard(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "LOOK_AFTER_S", 60.0)
    orders = [cell.offer() for _ in range(5 * SETTINGS.prefetch)]
    department = a_department(cell)
    signed: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        signed.append(order.id)

    until_idle(department, cell)
    assert signed == orders
    assert cell.connections == 1


def test_an_answer_that_another_subscriber_took_is_found_over_http(cell: FakeCell) -> None:
    cell.offer()
    cell.silent = True
    department = a_department(cell)
    signed: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        signed.append(order.id)

    until_idle(department, cell)
    assert signed == list(cell.states)


def test_without_any_answer_a_step_gives_up(cell: FakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    cell.offer()
    department = a_department(cell)
    monkeypatch.setattr(cell, "hear", lambda _: None)

    @department.on_order
    def handle(order: Order) -> None:
        with pytest.raises(NoAnswer):
            order.sign()

    until_idle(department, cell)
    assert cell.acked == [1]


def test_while_the_api_is_away_a_step_waits_for_the_answer(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.offer()
    cell.silent = True

    def away(_: UUID) -> dict[str, str]:
        raise ApiUnavailable("away")

    monkeypatch.setattr(cell, "order", away)
    department = a_department(cell)

    @department.on_order
    def handle(order: Order) -> None:
        with pytest.raises(NoAnswer):
            order.sign()

    until_idle(department, cell)


def test_an_answer_that_no_step_waits_for_goes_to_the_listener(cell: FakeCell) -> None:
    message_id, order_id = UUID(int=7), UUID(int=8)
    cell.queue.append(a_refusal(message_id, order_id, "unknown_order"))
    department = a_department(cell)
    heard: list[Answer] = []
    department.on_answer(heard.append)
    until_idle(department, cell)
    assert heard == [Answer(in_reply_to=message_id, order_id=order_id, code="unknown_order")]
    assert cell.acked == [1]


def test_a_failing_handler_gets_its_order_again_after_a_pause(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(subscriber, "LONGEST_PAUSE_S", 0.02)
    order_id = cell.offer()
    department = a_department(cell)
    tries: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        tries.append(order.id)
        if len(tries) == 1:
            raise OSError("the printer is out of paper")
        order.sign()

    until_idle(department, cell)
    assert tries == [order_id, order_id]
    assert cell.given_back == [(1, True)]
    assert "the handler failed" in caplog.text


def test_a_step_repeated_after_a_failure_has_the_same_id(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "LONGEST_PAUSE_S", 0.0)
    cell.offer()
    department = a_department(cell)

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        if len(cell.said) == 1:
            raise OSError("power cut")

    until_idle(department, cell)
    first, second = cell.said
    assert first["id"] == second["id"]


def test_a_lost_link_is_taken_up_again_and_the_order_handled_again(
    cell: FakeCell, caplog: pytest.LogCaptureFixture
) -> None:
    order_id = cell.offer()
    cuts: Iterator[bool] = iter([False, True])
    department = Department(
        SETTINGS,
        api=cell,  # type: ignore[arg-type]
        connect=lambda _: FakeBus(cell, breaks=lambda: next(cuts, False)),
    )
    tries: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        tries.append(order.id)
        order.sign()
        department.stop()

    department.run()
    assert tries == [order_id, order_id]
    assert cell.connections == 2
    assert "link lost (the wire was cut)" in caplog.text


def test_what_was_put_aside_on_a_lost_link_is_not_handled_twice(cell: FakeCell) -> None:
    orders = [cell.offer() for _ in range(3)]
    cuts = iter([False, False, False, True])
    department = Department(
        SETTINGS,
        api=cell,  # type: ignore[arg-type]
        connect=lambda _: FakeBus(cell, breaks=lambda: next(cuts, False)),
    )
    signed: list[UUID] = []

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        signed.append(order.id)
        if len(signed) == len(orders):
            department.stop()

    department.run()
    assert sorted(signed) == sorted(orders)


def test_a_broker_that_is_away_at_the_start_is_waited_for(cell: FakeCell) -> None:
    department = a_department(cell)
    attempts: list[int] = []

    def connect(_: object) -> FakeBus:
        attempts.append(1)
        if len(attempts) < 3:
            raise LinkLost("connection refused")
        department.stop()
        return FakeBus(cell)

    department._connect = connect  # type: ignore[assignment]
    department.run()
    assert len(attempts) == 3


def test_being_refused_by_the_broker_ends_the_run(cell: FakeCell) -> None:
    def refused(_: object) -> FakeBus:
        raise NotAllowed("403")

    department = Department(SETTINGS, api=cell, connect=refused)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        department.run()


def test_a_message_that_cannot_be_read_goes_to_the_dead_letters(
    cell: FakeCell, caplog: pytest.LogCaptureFixture
) -> None:
    cell.queue.extend([b"not json", an_envelope("department.order.offered.v1", {"order_id": "seven"})])
    until_idle(a_department(cell), cell)
    assert cell.given_back == [(1, False), (2, False)]
    assert "cannot be read" in caplog.text


def test_a_message_of_a_later_version_is_passed_over(cell: FakeCell) -> None:
    cell.queue.append(an_envelope("department.order.offered.v2", {}))
    until_idle(a_department(cell), cell)
    assert cell.acked == [1]


def test_sigterm_ends_the_run_after_the_order_at_hand(cell: FakeCell) -> None:
    orders = [cell.offer() for _ in range(2)]
    department = a_department(cell)

    @department.on_order
    def handle(order: Order) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        order.sign()

    before = signal.getsignal(signal.SIGTERM)
    department.run()
    assert [cell.states[order] for order in orders] == ["signed", "offered"]
    assert len(cell.queue) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_department_runs_in_a_thread_too(cell: FakeCell) -> None:
    cell.offer()
    department = a_department(cell)
    department.on_order(lambda order: order.sign())
    thread = threading.Thread(target=until_idle, args=(department, cell))
    thread.start()
    thread.join(5)
    assert list(cell.states.values()) == ["signed"]


def test_a_step_outside_a_handler_says_that_nobody_listens(cell: FakeCell) -> None:
    cell.offer()
    department = a_department(cell)
    kept: list[Order] = []
    department.on_order(kept.append)
    until_idle(department, cell)
    with pytest.raises(LinkLost, match="inside a handler"):
        kept[0].sign()


def test_pauses_grow_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "SHORTEST_PAUSE_S", 0.5)
    pauses = subscriber._pauses()
    first = [next(pauses) for _ in range(12)]
    assert 0.25 <= first[0] <= 0.5
    assert all(15.0 <= pause <= 30.0 for pause in first[7:])
