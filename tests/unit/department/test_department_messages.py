import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from qiaotou_department.errors import MalformedMessage
from qiaotou_department.messages import ACCEPTED, OFFERED, REFUSED, Answer, Offer, Sender, read

from contracts import department as contract
from contracts import envelope
from tests.unit.department.fake_cell import a_refusal, an_acceptance, an_envelope, an_offer

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"
ORDER, CASE = UUID("01893f5a-0000-7000-8000-000000000002"), UUID("01893f5a-0000-7000-8000-000000000001")
SENDER = Sender(source="department.CGJ", order_id=ORDER, case_id=CASE, correlation_id="the-report")


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


def test_the_cell_reads_what_the_kit_writes() -> None:
    signed = envelope.decode(SENDER.sign().body)
    result_id = uuid4()
    completed = envelope.decode(SENDER.complete(result_id=result_id, sha256="ab" * 32).body)
    assert envelope.decode_data(signed.data, contract.SignOrder) == contract.SignOrder(order_id=ORDER)
    assert envelope.decode_data(completed.data, contract.CompleteOrder) == contract.CompleteOrder(
        order_id=ORDER, result_id=result_id, result_sha256="ab" * 32
    )
    assert (signed.type, completed.type) == (contract.SignOrder.type, contract.CompleteOrder.type)


def test_the_same_step_has_the_same_id_and_other_steps_have_others() -> None:
    result_id = uuid4()
    ids = {
        SENDER.sign().id,
        SENDER.complete(result_id=result_id, sha256="ab" * 32).id,
        SENDER.complete(result_id=uuid4(), sha256="ab" * 32).id,
    }
    assert len(ids) == 3
    assert SENDER.sign().id == SENDER.sign().id
    again = SENDER.complete(result_id=result_id, sha256="ab" * 32)
    assert again.id in ids
    assert json.loads(again.body)["id"] == str(again.id)


def test_unknown_fields_are_tolerated() -> None:
    assert isinstance(read(an_offer(uuid4(), reward="none")), Offer)


def test_an_answer_of_an_unknown_type_is_nothing() -> None:
    assert read(an_envelope("department.order.recalled.v1", {})) is None


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
        an_envelope(ACCEPTED, {"in_reply_to": "seven"}),
    ],
    ids=["empty", "pickle", "list", "bare", "text", "no data", "cycle", "time", "no id"],
)
def test_what_cannot_be_read_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read(body)


def test_the_fake_cell_speaks_as_the_contract_does() -> None:
    """Otherwise the subscriber's tests would prove nothing."""
    for body, kind in (
        (an_offer(uuid4()), contract.OrderOffered),
        (an_acceptance(uuid4(), uuid4(), "signed"), contract.ReplyAccepted),
        (a_refusal(uuid4(), None, "unknown_order"), contract.ReplyRefused),
    ):
        event = envelope.decode(body)
        assert event.type == kind.type
        assert envelope.decode_data(event.data, kind)
