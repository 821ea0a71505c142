"""Requests and replies on the wire."""

import json
from uuid import UUID, uuid4

import msgspec
import pytest

from chassis.bus import rpc
from chassis.refusal import Conflict, MalformedRequest

DEEP = b"[" * 5_000 + b"]" * 5_000


class Thing(msgspec.Struct, frozen=True):
    id: UUID
    n: int = 0


def test_a_request_has_the_form_that_nameko_gave_it() -> None:
    assert json.loads(rpc.encode_request(n=1)) == {"args": [], "kwargs": {"n": 1}}


def test_arguments_come_back_by_name_and_are_read_as_what_is_wanted() -> None:
    thing = Thing(uuid4(), 3)
    arguments = rpc.decode_request(rpc.encode_request(thing=thing, n=4))
    assert rpc.decode_as(arguments["thing"], Thing) == thing
    assert rpc.decode_as(arguments["n"], int) == 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"args": []}',
        b'{"args": [1], "kwargs": {}}',
        b'{"args": [], "kwargs": []}',
        b"\x80\x04\x95",
        b'{"kwargs": {"a\xff": 1}}',
        b'{"kwargs": {"a":' + DEEP + b"}}",
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        rpc.decode_request(body)


def test_an_argument_of_another_type_is_refused_and_named() -> None:
    arguments = rpc.decode_request(rpc.encode_request(n="four"))
    with pytest.raises(MalformedRequest, match="Expected `int`"):
        rpc.decode_as(arguments["n"], int)


def test_an_argument_nested_beyond_reading_is_refused() -> None:
    with pytest.raises(MalformedRequest):
        rpc.decode_as(b'{"more":' + DEEP + b"}", Thing)


def test_a_result_comes_back_as_it_was() -> None:
    thing = Thing(uuid4(), 3)
    reply = rpc.decode_reply(rpc.encode_result(msgspec.json.encode(thing)))
    assert reply.error is None
    assert msgspec.json.decode(reply.result, type=Thing) == thing


def test_a_refusal_comes_back_with_its_code_its_detail_and_its_fields() -> None:
    error = rpc.decode_reply(rpc.encode_refusal(Conflict("it is there", id="t1", n=2))).error
    assert error is not None
    assert error.problem == rpc.Problem(code="conflict", detail="it is there", fields={"id": "t1", "n": 2})


def test_an_error_in_namekos_own_form_is_read_too() -> None:
    reply = rpc.decode_reply(b'{"result": null, "error": {"exc_type": "KeyError", "value": "x"}}')
    assert reply.error is not None
    assert (reply.error.exc_type, reply.error.problem) == ("KeyError", None)
