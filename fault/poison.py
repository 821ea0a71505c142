"""Messages that nobody can handle, and the event of the suite's own that services are struck with."""

import os
import pickle
from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple
from uuid import uuid4

import msgspec

from contracts import envelope
from contracts.envelope import ORDERING_KEY_HEADER, CloudEvent

SOURCE = "fault"
# A type that each service takes, in a version that nobody knows.
_FUTURE = {
    "registry": "governance.roll.requested.v9",
    "intake": "dispatch.work_order.signed.v9",
    "dispatch": "intake.case.classified.v9",
    "governance": "intake.case.reported.v9",
    "notify": "intake.case.reported.v9",
}
_LARGE_BYTES = 5_000_000
_DEEP = b'", "data": ' + b"[" * 3000 + b"]" * 3000 + b"}"


class Way(StrEnum):
    """What a service does that is struck."""

    GO_ON = "go on"
    RAISE = "raise"
    DIE = "die"


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """What `fault.mortal` adds to what a service takes."""

    type: ClassVar[str] = "fault.service.struck.v1"
    way: Way


class Letter(NamedTuple):
    """A message as it is put on a queue."""

    body: bytes
    headers: dict[str, Any]


def event(way: Way, *, type_: str = Struck.type) -> CloudEvent:
    """Return the first event of an aggregate that nobody else knows."""
    aggregate = str(uuid4())
    return CloudEvent(
        id=envelope.uuid7(),
        source=SOURCE,
        type=type_,
        subject=aggregate,
        time=envelope.utc_now(),
        sequence=1,
        orderingkey=aggregate,
        correlationid="a fault",
        data=msgspec.Raw(msgspec.json.encode(Struck(way=way))),
    )


def letter(sent: CloudEvent) -> Letter:
    """Return an event as a service of ours would have sent it."""
    return Letter(envelope.encode(sent), {ORDERING_KEY_HEADER: sent.orderingkey})


def _without_ordering_key(_service: str) -> Letter:
    fields = msgspec.json.decode(envelope.encode(event(Way.GO_ON)))
    del fields["orderingkey"]
    return Letter(msgspec.json.encode(fields), {})


def _keyed(body: bytes) -> Letter:
    return Letter(body, {ORDERING_KEY_HEADER: str(uuid4())})


# Each is made for one service, and no two are alike.
KINDS: dict[str, Callable[[str], Letter]] = {
    "bad JSON": lambda _service: _keyed(b'{"id": ' + os.urandom(8).hex().encode()),
    "a pickle": lambda _service: _keyed(pickle.dumps({"id": os.urandom(8)})),
    "no ordering key": _without_ordering_key,
    "5 MB": lambda _service: _keyed(os.urandom(8).hex().encode() + b"x" * _LARGE_BYTES),
    "nested too deep": lambda _service: _keyed(b'{"id": "' + os.urandom(8).hex().encode() + _DEEP),
    "a future version": lambda service: letter(event(Way.GO_ON, type_=_FUTURE[service])),
    "a handler that raises": lambda _service: letter(event(Way.RAISE)),
    "kills the process": lambda _service: letter(event(Way.DIE)),
}
KILLING = frozenset({"kills the process"})
