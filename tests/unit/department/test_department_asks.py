"""What a department may say beside signing and completing, and what it hears of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from qiaotou_department import Change, Contact, Department, LinkLost, NoAnswer, Order, Refused
from qiaotou_department import department as subscriber
from qiaotou_department.messages import Message
from qiaotou_department.sender import (
    ASK_EXTENSION,
    ASK_SUSPENSION,
    COMPLETE,
    COMPLETE_PART,
    RECONCILE,
    RETURN,
    SIGN,
)

from tests.unit.department.fake_cell import SETTINGS, FakeBus, FakeCell, a_change
from tests.unit.department.test_department_subscriber import a_department, until_idle

REASON = "The lamp belongs to the power utility."
RULE = "Responsibility list, 3.2"
DAY = date(2023, 7, 20)
TOLD = Contact(at=datetime(2023, 7, 10, tzinfo=UTC))


@pytest.fixture
def cell() -> FakeCell:
    return FakeCell()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "SLICE_S", 0.0)
    monkeypatch.setattr(subscriber, "LOOK_AFTER_S", 0.01)
    monkeypatch.setattr(subscriber, "SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(subscriber, "LONGEST_PAUSE_S", 0.0)


def handled(cell: FakeCell, handler: Callable[[Order], None]) -> None:
    department = a_department(cell)
    department.on_order(handler)
    until_idle(department, cell)


def test_an_order_says_what_the_offer_said(cell: FakeCell) -> None:
    order_id = cell.offer(due_at="2023-07-11T09:00:00Z", designated=True, part="co_handler")
    seen: list[Order] = []
    handled(cell, seen.append)
    (order,) = seen
    assert (order.id, order.state, order.designated, order.is_lead) == (order_id, "offered", True, False)
    assert order.due_at == datetime(2023, 7, 11, 9, tzinfo=UTC)


def test_an_orders_state_and_due_time_are_what_was_heard_last(cell: FakeCell) -> None:
    order_id = cell.offer()
    seen: list[object] = []

    def handle(order: Order) -> None:
        order.sign()
        seen.append(order.state)
        cell.states[order_id] = "suspended"
        order.details()
        seen.extend([order.state, order.due_at])

    handled(cell, handle)
    assert seen == ["signed", "suspended", datetime(2023, 7, 13, 10, tzinfo=UTC)]


def test_returning_hands_the_reason_in_over_http_and_names_it_on_the_bus(cell: FakeCell) -> None:
    order_id = cell.offer()
    handled(cell, lambda order: order.return_(reason=REASON, legal_basis=RULE, suggested="GDS"))
    (statement,) = cell.statements.values()
    assert statement == {"order_id": order_id, "kind": "return", "text": REASON, "legal_basis": RULE}
    (event,) = cell.said
    assert (event["type"], event["data"]["suggested"]) == (RETURN, "GDS")
    assert REASON not in str(event)
    assert cell.states[order_id] == "returned"


def test_an_extension_is_asked_for_with_its_days_and_its_statement(cell: FakeCell) -> None:
    order_id = cell.offer()

    def handle(order: Order) -> None:
        order.sign()
        order.ask_extension(days=2, reason=REASON)

    handled(cell, handle)
    (statement,) = cell.statements.values()
    assert statement == {"order_id": order_id, "kind": "extension", "text": REASON}
    assert cell.types_said() == [SIGN, ASK_EXTENSION]
    assert cell.said[1]["data"]["days"] == 2


def test_a_suspension_is_asked_for_with_a_reason_of_the_list_and_a_day(cell: FakeCell) -> None:
    cell.offer()

    def handle(order: Order) -> None:
        order.sign()
        order.ask_suspension(reason="season", until=DAY)

    handled(cell, handle)
    assert cell.types_said() == [SIGN, ASK_SUSPENSION]
    assert (cell.said[1]["data"]["reason"], cell.said[1]["data"]["review_on"]) == ("season", "2023-07-20")


def test_a_suspension_may_say_more_than_the_list(cell: FakeCell) -> None:
    order_id = cell.offer(state="signed")
    handled(cell, lambda order: order.ask_suspension(reason="budget", until=DAY, text=REASON))
    (statement,) = cell.statements.values()
    assert statement == {"order_id": order_id, "kind": "suspension", "text": REASON}
    assert cell.said[0]["data"]["statement_id"]


def test_a_part_is_completed_once_however_often_it_is_asked(cell: FakeCell, tmp_path: Path) -> None:
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"a picture")
    cell.offer(part="co_handler")

    def handle(order: Order) -> None:
        for _ in range(2):
            order.complete_part(text="The cable is mended.", photos=[photo], contact=TOLD)

    handled(cell, handle)
    assert cell.types_said() == [COMPLETE_PART]
    assert len(cell.results) == len(cell.uploads) == 1


def test_a_handler_that_runs_twice_asks_once(cell: FakeCell) -> None:
    """The second time the cell knows every message by its id, and answers as it did before."""
    cell.offer()
    tries: list[UUID] = []

    def handle(order: Order) -> None:
        tries.append(order.id)
        order.sign()
        order.ask_extension(days=2, reason=REASON)
        order.ask_suspension(reason="season", until=DAY)
        if len(tries) == 1:
            raise OSError("power cut")

    handled(cell, handle)
    ids = [event["id"] for event in cell.said]
    assert len(tries) == 2
    assert ids[:3] == ids[3:]


def test_what_was_refused_before_signing_may_be_asked_again_after_it(cell: FakeCell) -> None:
    """The cell keeps a refusal with the message's id: the same words must be another message."""
    cell.offer()
    cell.refuse = "illegal_transition"
    refused: list[str] = []

    def handle(order: Order) -> None:
        try:
            order.ask_extension(days=2, reason=REASON)
        except Refused as refusal:
            refused.append(refusal.code)
        cell.refuse = None
        order.sign()
        order.ask_extension(days=2, reason=REASON)

    handled(cell, handle)
    assert refused == ["illegal_transition"]
    assert cell.types_said() == [ASK_EXTENSION, SIGN, ASK_EXTENSION]
    assert len(cell.statements) == 1, "the words are the same"


def test_the_same_result_may_complete_an_order_once_the_last_part_is_done(cell: FakeCell) -> None:
    order_id = cell.offer()
    refused: list[str] = []

    def handle(order: Order) -> None:
        order.sign()
        cell.refuse = "parts_open"
        try:
            order.complete(text="The lamp shines again.", contact=TOLD)
        except Refused as refusal:
            refused.append(refusal.code)
        cell.refuse = None
        cell.versions[order_id] += 1  # a co-handler has completed its part
        order.complete(text="The lamp shines again.", contact=TOLD)

    handled(cell, handle)
    assert refused == ["parts_open"]
    assert len(cell.results) == 1
    assert cell.states[order_id] == "completed"


@pytest.mark.parametrize("granted_until", ["2023-07-13T10:00:00Z", "2023-07-17T10:00:00Z"])
def test_a_second_request_is_refused_though_the_first_waits_or_was_granted(
    cell: FakeCell, granted_until: str
) -> None:
    cell.offer(due_at="2023-07-13T10:00:00Z")
    caught: list[str] = []

    def handle(order: Order) -> None:
        order.sign()
        order.ask_extension(days=2, reason=REASON)
        cell.refuse, cell.due_at = "asked_before", granted_until
        try:
            order.ask_extension(days=2, reason=REASON, attempt=2)
        except Refused as refusal:
            caught.append(refusal.code)

    handled(cell, handle)
    assert caught == ["asked_before"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda order: order.ask_extension(days=2, reason=REASON),
        lambda order: order.ask_suspension(reason="season", until=DAY),
        lambda order: order.return_(reason=REASON, legal_basis=RULE),
        lambda order: order.complete_part(text="The cable is mended."),
    ],
    ids=["extension", "suspension", "return", "part"],
)
def test_an_answer_that_another_subscriber_took_is_found_over_http(
    cell: FakeCell, ask: Callable[[Order], None]
) -> None:
    cell.offer()
    cell.silent = True
    done: list[UUID] = []

    def handle(order: Order) -> None:
        ask(order)
        done.append(order.id)

    handled(cell, handle)
    assert done == list(cell.states)


def test_an_extension_that_was_granted_at_once_is_found_over_http(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = cell.offer(state="signed", due_at="2023-07-13T10:00:00Z")
    cell.silent = True
    done: list[datetime | None] = []
    hear = cell.hear

    def grant(message: Message) -> None:
        hear(message)
        del cell.asked[order_id]
        cell.due_at = "2023-07-17T10:00:00Z"

    def handle(order: Order) -> None:
        order.ask_extension(days=2, reason=REASON)
        done.append(order.due_at)

    monkeypatch.setattr(cell, "hear", grant)
    handled(cell, handle)
    assert done == [datetime(2023, 7, 17, 10, tzinfo=UTC)]


def test_while_the_clock_stands_nothing_is_due(cell: FakeCell) -> None:
    cell.offer(state="suspended", due_at="2023-07-13T10:00:00Z")
    cell.due_at = None
    seen: list[object] = []
    handled(cell, lambda order: seen.extend([order.details()["state"], order.due_at]))
    assert seen == ["suspended", None]


def test_an_order_that_came_signed_is_not_signed_again(cell: FakeCell) -> None:
    cell.offer(state="signed")
    handled(cell, lambda order: order.sign())
    assert cell.said == []


# What the district centre decides.


def test_a_change_is_handed_on_and_then_acknowledged(cell: FakeCell) -> None:
    cell.queue.append(a_change(UUID(int=8), "extended"))
    department = a_department(cell)
    heard: list[Change] = []

    @department.on_change
    def handle(change: Change) -> None:
        assert cell.acked == []
        heard.append(change)

    until_idle(department, cell)
    assert [(change.order_id, change.change, change.state) for change in heard] == [
        (UUID(int=8), "extended", "signed")
    ]
    assert cell.acked == [1]


def test_a_change_that_nobody_wants_to_hear_is_acknowledged(cell: FakeCell) -> None:
    cell.queue.append(a_change(UUID(int=8), "recalled", state="recalled"))
    until_idle(a_department(cell), cell)
    assert cell.acked == [1]


def test_a_change_whose_handler_failed_comes_again(cell: FakeCell, caplog: pytest.LogCaptureFixture) -> None:
    cell.queue.append(a_change(UUID(int=8), "resumed"))
    department = a_department(cell)
    tries: list[Change] = []

    @department.on_change
    def handle(change: Change) -> None:
        tries.append(change)
        if len(tries) == 1:
            raise OSError("the printer is out of paper")

    until_idle(department, cell)
    assert len(tries) == 2
    assert cell.given_back == [(1, True)]
    assert "the handler failed" in caplog.text


def test_a_change_that_comes_before_an_awaited_answer_is_heard_after_it(cell: FakeCell) -> None:
    order_id = cell.offer()
    cell.queue.append(a_change(order_id, "recalled", state="recalled"))
    department = a_department(cell)
    happened: list[str] = []

    @department.on_order
    def handle(order: Order) -> None:
        order.sign()
        happened.append("signed")

    department.on_change(lambda change: happened.append(change.change))
    until_idle(department, cell)
    assert happened == ["signed", "recalled"]


def test_a_change_handler_takes_steps_of_the_order_it_is_about(cell: FakeCell) -> None:
    order_id = cell.offer(state="signed")
    cell.queue.clear()
    cell.queue.append(a_change(order_id, "resumed"))
    department = a_department(cell)
    department.on_change(lambda change: department.order(change.order_id).complete(text="It shines again."))
    until_idle(department, cell)
    assert cell.types_said() == [COMPLETE]


# Reconciling.


def test_a_department_may_ask_for_its_open_orders_as_it_starts(cell: FakeCell) -> None:
    orders = {cell.offer(), cell.offer(state="signed")}
    cell.queue.clear()
    department = a_department(cell)
    found: dict[UUID, str] = {}
    department.on_order(lambda order: found.update({order.id: order.state}))

    class Bus(FakeBus):
        def next(self, timeout_s: float) -> object:
            if found.keys() == orders:
                department.stop()
            return super().next(timeout_s)

    department._connect = lambda _: Bus(cell)
    department.run(reconcile=True)
    assert cell.types_said() == [RECONCILE]
    assert sorted(found.values()) == ["offered", "signed"]


def test_a_reconcile_at_the_start_is_said_once_though_the_link_breaks(cell: FakeCell) -> None:
    cuts = iter([True, False, True])

    def connect(_: object) -> FakeBus:
        if cell.connections == 2:
            department.stop()
        return FakeBus(cell, breaks=lambda: next(cuts, False))

    department = Department(SETTINGS, api=cell, connect=connect)  # type: ignore[arg-type]
    department.run(reconcile=True)
    assert cell.connections > 1
    assert cell.types_said() == [RECONCILE]


def test_inside_a_handler_a_reconcile_says_how_many_orders_follow(cell: FakeCell) -> None:
    cell.offer()
    follow: list[int | None] = []
    department = a_department(cell)

    @department.on_order
    def handle(_: Order) -> None:
        if not follow:
            follow.append(department.reconcile())

    until_idle(department, cell)
    assert follow == [1]


def test_a_refused_reconcile_raises_its_code(cell: FakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    cell.offer()
    department = a_department(cell)
    monkeypatch.setattr(
        department,
        "ask",
        lambda message, **_: subscriber.Answer(in_reply_to=message.id, order_id=None, code="x"),
    )
    caught: list[str] = []

    @department.on_order
    def handle(_: Order) -> None:
        with pytest.raises(Refused, match="x"):
            department.reconcile()
        caught.append("x")

    until_idle(department, cell)
    assert caught == ["x"]


def test_outside_of_a_handler_a_reconcile_is_only_said(cell: FakeCell) -> None:
    assert a_department(cell).reconcile() is None
    assert cell.types_said() == [RECONCILE]


def test_a_message_told_while_the_department_runs_leaves_its_link_alone(cell: FakeCell) -> None:
    cell.offer()
    department = a_department(cell)

    @department.on_order
    def handle(order: Order) -> None:
        department.tell(order._sender.sign())
        order.sign()

    until_idle(department, cell)
    assert cell.types_said() == [SIGN, SIGN]


def test_another_thread_may_not_take_a_step(cell: FakeCell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads reading one connection would take each other's answers."""
    cell.offer()
    caught: list[str] = []

    def handle(order: Order) -> None:
        monkeypatch.setattr(subscriber.threading, "get_ident", lambda: -1)
        with pytest.raises(LinkLost, match="inside a handler"):
            order.sign()
        caught.append(order.state)

    handled(cell, handle)
    assert caught == ["offered"]


def test_an_extension_that_nobody_answers_is_given_up(
    cell: FakeCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell.offer(state="signed")
    monkeypatch.setattr(cell, "hear", lambda _: None)

    def handle(order: Order) -> None:
        with pytest.raises(NoAnswer):
            order.ask_extension(days=2, reason=REASON)

    handled(cell, handle)
