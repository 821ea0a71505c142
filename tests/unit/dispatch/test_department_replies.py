from uuid import UUID

import msgspec
import pytest

from chassis.refusal import MalformedRequest
from contracts import envelope
from contracts.commands import dispatch as commands
from contracts.department import FROM_DEPARTMENT, CompleteOrder, Reconcile, SignOrder
from contracts.envelope import Payload
from services.dispatch.work_order.senders import (
    Sender,
    UnsignedSender,
    command_id_of,
    message_id_of,
    read,
    sender_of,
)
from tests.contract.samples.departments import FROM_DEPARTMENT as SAMPLES
from tests.unit.dispatch.builders import LEAD, STRANGER, an_envelope, an_id, an_order, said

SIGN = SignOrder(order_id=an_order().id)
DEEP = b'{"more":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
COMPLETE = CompleteOrder(order_id=an_order().id, result_id=an_id("result"), result_sha256="ab" * 32)


@pytest.mark.parametrize("payload", SAMPLES, ids=lambda payload: payload.type)
def test_a_departments_message_is_read_as_what_its_officer_would_ask(payload: Payload) -> None:
    request = read(said(payload, message_id=an_id("message")))
    assert request.origin == Sender(LEAD, an_id("message"))
    assert request.command.type == payload.type
    if isinstance(payload, Reconcile):
        assert request.command.step is None
        return
    step = request.command.step
    assert type(step) is getattr(commands, type(payload).__name__)
    asked = msgspec.to_builtins(payload) | {"command_id": str(request.command_id), "expected_version": None}
    assert msgspec.to_builtins(step) == asked


def test_every_message_of_a_department_has_a_sample() -> None:
    assert {type(payload) for payload in SAMPLES} == set(FROM_DEPARTMENT)


def test_the_sender_is_whom_the_broker_vouches_for_with_that_departments_role_alone() -> None:
    principal = read(said(SIGN)).context.required()
    assert principal.scope == {"department": LEAD}
    assert principal.roles == {"department"}


@pytest.mark.parametrize("user", [None, "", "gateway", "operator", "department.", f"department.{STRANGER}"])
def test_a_message_that_no_department_signs_with_its_own_key_is_unsigned(user: str | None) -> None:
    with pytest.raises(UnsignedSender):
        sender_of(said(SIGN, user_id=user))


def test_a_department_may_not_speak_under_anothers_key() -> None:
    with pytest.raises(UnsignedSender):
        read(said(SIGN, routing_key=STRANGER))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"id":"no"}',
        an_envelope(SIGN, LEAD, None).replace(b"order.sign.v1", b"order.sign.v9"),
        an_envelope(SIGN, LEAD, None).replace(b'"data":{', b'"data":{"more":1,'),
        an_envelope(SIGN, LEAD, None).replace(b'"specversion":"1.0"', b'"specversion":"2.0"'),
        an_envelope(COMPLETE, LEAD, None).replace(b"result_id", b"result_no"),
        DEEP,
        an_envelope(SIGN, LEAD, None).replace(b'"data":{', b'"data":{"more":' + DEEP + b","),
    ],
)
def test_what_cannot_be_read_is_a_malformed_request(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        read(said(body))


def test_a_message_is_answered_to_by_its_id_as_soon_as_that_can_be_read() -> None:
    body = msgspec.json.encode({"id": an_id("message"), "data": 1})
    assert message_id_of(said(body)) == an_id("message")


def test_a_message_without_a_readable_id_has_one_made_of_its_body() -> None:
    first, second = message_id_of(said(b"{")), message_id_of(said(DEEP))
    assert isinstance(first, UUID)
    assert first == message_id_of(said(b"{"))
    assert first != second


def test_two_departments_never_share_a_command_even_when_they_share_a_message_id() -> None:
    ids = {command_id_of(Sender(code, an_id("message"))) for code in (LEAD, STRANGER)}
    assert len(ids) == 2


@pytest.mark.parametrize("unfit", ["", "x" * 65, "张三", "a\nb"])
def test_a_correlation_id_that_may_carry_a_text_is_not_passed_on(unfit: str) -> None:
    message_id = envelope.uuid7()
    body = an_envelope(SIGN, LEAD, message_id, correlation_id=unfit)
    assert read(said(body)).context.correlation_id == str(message_id)
    assert read(said(SIGN)).context.correlation_id == "mine"
