import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from qiaotou_department import sender
from qiaotou_department.errors import MalformedMessage
from qiaotou_department.messages import (
    ACCEPTED,
    CHANGED,
    OFFERED,
    REFUSED,
    Answer,
    Change,
    Message,
    Offer,
    offer_of,
    read,
)
from qiaotou_department.receipts import Receipt
from qiaotou_department.sender import Sender, reconcile

from contracts import department as contract
from contracts import envelope
from contracts.vocabulary import SuspensionReason
from tests.unit.department.fake_cell import (
    FakeCell,
    a_change,
    a_refusal,
    an_acceptance,
    an_envelope,
    an_offer,
)

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"
ORDER, CASE = UUID("01893f5a-0000-7000-8000-000000000002"), UUID("01893f5a-0000-7000-8000-000000000001")
SENDER = Sender(department="CGJ", order_id=ORDER, case_id=CASE, correlation_id="the-report")
STATEMENT, RESULT = Receipt(id=UUID(int=3), sha256="cd" * 32), Receipt(id=UUID(int=4), sha256="ab" * 32)


def test_the_golden_offer_is_read() -> None:
    offer = read((GOLDEN / f"{OFFERED}.json").read_bytes())
    assert isinstance(offer, Offer)
    assert (offer.order_id, offer.case_id, offer.part, offer.kind) == (ORDER, CASE, "lead", "C")
    assert offer.offered_at == datetime(2023, 7, 10, 1, 2, 3, 456789, tzinfo=UTC)


def test_the_golden_answers_are_read() -> None:
    accepted = read((GOLDEN / f"{ACCEPTED}.json").read_bytes())
    refused = read((GOLDEN / f"{REFUSED}.json").read_bytes())
    assert isinstance(accepted, Answer)
    assert isinstance(refused, Answer)
    assert (accepted.accepted, accepted.state, accepted.order_id) == (True, "signed", ORDER)
    assert (refused.accepted, refused.code, refused.order_id) == (False, "unknown_order", None)


def test_the_answer_to_a_reconcile_says_how_many_orders_follow() -> None:
    answer = read(an_acceptance(ORDER, None, "reconciled", 3))
    assert isinstance(answer, Answer)
    assert (answer.accepted, answer.order_id, answer.open_orders) == (True, None, 3)


def test_the_golden_offer_says_when_it_is_due_and_whether_it_may_be_returned() -> None:
    offer = read((GOLDEN / f"{OFFERED}.json").read_bytes())
    assert isinstance(offer, Offer)
    assert offer.due_at == datetime(2023, 7, 11, 9, tzinfo=UTC)
    assert (offer.designated, offer.provisional, offer.again, offer.state) == (False, False, 0, "offered")


def test_the_golden_change_is_read() -> None:
    change = read((GOLDEN / f"{CHANGED}.json").read_bytes())
    assert change == Change(
        order_id=ORDER,
        case_id=CASE,
        number="140303-20230710-000123",
        change="extended",
        state="signed",
        due_at=datetime(2023, 7, 11, 9, tzinfo=UTC),
    )


def test_a_suspension_says_until_when_it_lasts_at_most() -> None:
    change = read(a_change(ORDER, "suspended", state="suspended", due_at=None, review_on="2023-07-20"))
    assert isinstance(change, Change)
    assert (change.due_at, change.review_on) == (None, date(2023, 7, 20))


def test_an_order_read_over_http_is_as_it_would_have_come_over_the_bus() -> None:
    cell = FakeCell()
    order_id = cell.offer()
    told = read(cell.queue.pop())
    shown = offer_of(cell.order(order_id), department="CGJ", correlation_id="the-report")
    assert isinstance(told, Offer)
    assert shown == replace(told, due_at=datetime(2023, 7, 13, 10, tzinfo=UTC))
    assert offer_of(cell.order(order_id), department="GAF", correlation_id="c").part == "co_handler"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (SENDER.sign(), contract.SignOrder(order_id=ORDER)),
        (
            SENDER.return_(STATEMENT, suggested="ZJJ"),
            contract.ReturnOrder(
                order_id=ORDER, statement_id=STATEMENT.id, statement_sha256="cd" * 32, suggested="ZJJ"
            ),
        ),
        (
            SENDER.ask_extension(STATEMENT, days=2, state="signed"),
            contract.AskExtension(
                order_id=ORDER, days=2, statement_id=STATEMENT.id, statement_sha256="cd" * 32
            ),
        ),
        (
            SENDER.ask_suspension(None, reason="season", until=date(2023, 7, 20), state="signed"),
            contract.AskSuspension(
                order_id=ORDER, reason=SuspensionReason.SEASON, review_on=date(2023, 7, 20)
            ),
        ),
        (
            SENDER.complete_part(RESULT, version=2),
            contract.CompletePart(order_id=ORDER, result_id=RESULT.id, result_sha256="ab" * 32),
        ),
        (
            SENDER.complete(RESULT, version=2),
            contract.CompleteOrder(order_id=ORDER, result_id=RESULT.id, result_sha256="ab" * 32),
        ),
        (reconcile("CGJ"), contract.Reconcile()),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_the_cell_reads_what_the_kit_writes(said: Message, expected: Any) -> None:
    event = envelope.decode(said.body)
    assert (event.type, event.id, event.source) == (type(expected).type, said.id, "department.CGJ")
    assert envelope.decode_data(event.data, type(expected)) == expected


def test_the_kit_says_everything_that_a_department_may_say() -> None:
    said = {value for value in vars(sender).values() if isinstance(value, str) and value.endswith(".v1")}
    assert said == {message.type for message in contract.FROM_DEPARTMENT}


def test_the_same_step_has_the_same_id() -> None:
    def steps() -> list[Message]:
        return [
            SENDER.sign(),
            SENDER.return_(STATEMENT, suggested=None),
            SENDER.ask_extension(STATEMENT, days=2, state="signed"),
            SENDER.ask_suspension(None, reason="season", until=date(2023, 7, 20), state="signed"),
            SENDER.complete_part(RESULT, version=2),
            SENDER.complete(RESULT, version=2),
        ]

    first, second = steps(), steps()
    assert [message.id for message in first] == [message.id for message in second]
    assert len({message.id for message in first}) == len(first)
    assert all(json.loads(message.body)["id"] == str(message.id) for message in first)


def test_another_content_another_state_or_another_attempt_is_another_message() -> None:
    """What was refused stays refused under its id: whatever makes a step another one is in the id."""
    another = Receipt(id=uuid4(), sha256="cd" * 32)
    day, later = date(2023, 7, 20), date(2023, 7, 21)
    messages = [
        SENDER.return_(STATEMENT, suggested=None),
        SENDER.return_(STATEMENT, suggested="ZJJ"),
        SENDER.return_(another, suggested="ZJJ"),
        SENDER.ask_extension(STATEMENT, days=2, state="signed"),
        SENDER.ask_extension(STATEMENT, days=3, state="signed"),
        SENDER.ask_extension(another, days=2, state="signed"),
        SENDER.ask_extension(STATEMENT, days=2, state="offered"),
        SENDER.ask_extension(STATEMENT, days=2, state="signed", attempt=2),
        SENDER.ask_suspension(None, reason="season", until=day, state="signed"),
        SENDER.ask_suspension(None, reason="budget", until=day, state="signed"),
        SENDER.ask_suspension(None, reason="season", until=later, state="signed"),
        SENDER.ask_suspension(None, reason="season", until=day, state="offered"),
        SENDER.ask_suspension(None, reason="season", until=day, state="signed", attempt=2),
        SENDER.ask_suspension(STATEMENT, reason="season", until=day, state="signed"),
        SENDER.ask_suspension(another, reason="season", until=day, state="signed"),
        SENDER.complete(RESULT, version=2),
        SENDER.complete(RESULT, version=3),
        SENDER.complete(another, version=2),
        SENDER.complete_part(RESULT, version=2),
        SENDER.complete_part(RESULT, version=3),
        SENDER.complete_part(another, version=2),
        reconcile("CGJ"),
        reconcile("CGJ"),
    ]
    assert len({message.id for message in messages}) == len(messages)


def test_unknown_fields_are_tolerated() -> None:
    assert isinstance(read(an_offer(uuid4(), reward="none")), Offer)


def test_an_answer_of_an_unknown_type_is_nothing() -> None:
    assert read(an_envelope("department.order.audited.v1", {})) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x80\x04pickle",
        b"[1]",
        b"{}",
        b'"text"',
        an_envelope(OFFERED, {}),
        an_offer(uuid4(), cycle="first"),
        an_offer(uuid4(), offered_at="yesterday"),
        an_offer(uuid4(), due_at="tomorrow"),
        a_change(uuid4(), "suspended", review_on="soon"),
        an_envelope(ACCEPTED, {"in_reply_to": "seven"}),
        b"[" * 5_000 + b"]" * 5_000,
    ],
    ids=[
        "empty",
        "pickle",
        "list",
        "bare",
        "text",
        "no data",
        "cycle",
        "time",
        "due",
        "review",
        "no id",
        "deep",
    ],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read(body)


def test_the_fake_cell_speaks_as_the_contract_does() -> None:
    """Otherwise the subscriber's tests would prove nothing."""
    for body, kind in (
        (an_offer(uuid4()), contract.OrderOffered),
        (a_change(uuid4(), "extended"), contract.OrderChanged),
        (an_acceptance(uuid4(), uuid4(), "signed"), contract.ReplyAccepted),
        (a_refusal(uuid4(), None, "unknown_order"), contract.ReplyRefused),
    ):
        event = envelope.decode(body)
        assert event.type == kind.type
        assert envelope.decode_data(event.data, kind)
