"""The wire form of a request and its reply: nameko's, with a problem beside the error."""

from typing import Any

import msgspec

from chassis.refusal import Field, MalformedRequest, Refusal
from contracts.envelope import UNREADABLE


class _Arguments(msgspec.Struct, frozen=True):
    kwargs: dict[str, msgspec.Raw]
    args: list[msgspec.Raw] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was refused: a public code, a sentence, and the fields that say more."""

    code: str
    detail: str = ""
    fields: dict[str, Field] = {}


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    exc_type: str
    exc_path: str = ""
    exc_args: list[str] = []
    value: str = ""
    problem: Problem | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; `result` is raw JSON."""

    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None


_arguments = msgspec.json.Decoder(_Arguments)
_replies = msgspec.json.Decoder(Reply)


def encode_request(**arguments: object) -> bytes:
    """Return a request's body."""
    return msgspec.json.encode({"args": [], "kwargs": arguments})


def decode_request(body: bytes) -> dict[str, msgspec.Raw]:
    """Return a request's named arguments, each as raw JSON. Raises: MalformedRequest."""
    try:
        request = _arguments.decode(body)
    except UNREADABLE as error:
        raise MalformedRequest("the request is not of nameko's form") from error
    if request.args:
        raise MalformedRequest("arguments are given by name")
    return request.kwargs


def decode_as(raw: msgspec.Raw | bytes, wanted: Any) -> Any:
    """Return raw JSON as `wanted`. Raises: MalformedRequest."""
    try:
        return msgspec.json.decode(raw, type=wanted)
    except UNREADABLE as error:
        raise MalformedRequest(str(error)) from error


def encode_result(result: bytes) -> bytes:
    """Return a reply's body around a result that is JSON already."""
    return b'{"result":' + result + b',"error":null}'


def encode_refusal(refusal: Refusal) -> bytes:
    """Return a reply's body that says why not."""
    problem = Problem(code=refusal.code, detail=refusal.detail, fields=refusal.fields)
    error = _Error(exc_type=type(refusal).__name__, value=refusal.code, problem=problem)
    return msgspec.json.encode({"result": None, "error": error})


def decode_reply(body: bytes) -> Reply:
    """Read a reply. Raises: msgspec.MsgspecError."""
    return _replies.decode(body)
