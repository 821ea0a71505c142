"""CloudEvents 1.0 in structured JSON: the envelope around every event on the bus.

Source: CloudEvents 1.0 core specification and its `sequence` extension. The extension
attributes ours adds are `orderingkey`, `correlationid`, `causationid` and `epoch`.
"""

import time
from datetime import UTC, datetime
from os import urandom
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")

CONTENT_TYPE = "application/cloudevents+json"
ORDERING_KEY_HEADER = "ordering-key"
# What a column, an index and an AMQP short string can hold; beyond it a message could not even be parked.
LONGEST_NAME = 255
_LAST_SEQUENCE = 2**63 - 1
# CloudEvents' own type Integer has 32 bits.
FIRST_EPOCH, LAST_EPOCH = 1, 2**31 - 1
# What reading anybody's JSON raises. Whoever nests a thousand deep meets Python's own limit, also where the
# reader only skips it.
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Payload(Protocol):
    """A message body: a frozen struct that knows its wire type, e.g. `intake.case.closed.v1`."""

    type: ClassVar[str]


class LaterPayload(Payload, Protocol):
    """A v2 and every later version: it names the one before it, and says what that one says in its own words.

    Whoever handles it takes both: a `lift` that cannot raises, and the message is parked.
    """

    earlier: ClassVar[type[Payload]]

    @classmethod
    def lift(cls, earlier: Any, /) -> "LaterPayload":
        """Return an earlier message as this one."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event on the wire; `data` is kept raw until its type is known.

    `sequence` counts the events that `source` emitted for the aggregate `subject`, from 1,
    without gaps. `orderingkey` decides the partition. `epoch` is absent until the cell went back to a
    backup: then the same sequence may be another event, and that of the higher epoch is the one that holds.
    """

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    sequence: int
    epoch: int | msgspec.UnsetType = msgspec.UNSET
    orderingkey: str
    correlationid: str
    causationid: str | None = None
    data: msgspec.Raw


class MalformedEvent(ValueError):  # noqa: N818 - named for what it is, not for a fault of ours
    """The body is not a CloudEvent of ours."""


_decoder = msgspec.json.Decoder(CloudEvent)
_encoder = msgspec.json.Encoder()


def epoch_of(event: CloudEvent) -> int:
    """Return the epoch that an event is of."""
    return FIRST_EPOCH if event.epoch is msgspec.UNSET else event.epoch


def told_epoch(epoch: int) -> int | msgspec.UnsetType:
    """Return what stands of an epoch in an envelope: nothing of the first."""
    return msgspec.UNSET if epoch == FIRST_EPOCH else epoch


def uuid7() -> UUID:
    """Return a time-ordered UUID (RFC 9562 version 7). An id, never a cursor."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (2**62 - 1)
    return UUID(int=value)


def utc_now() -> datetime:
    """Return the machine's time, aware, in UTC: for ids and envelopes, never for a business rule."""
    return datetime.now(UTC)


def encode_data(payload: Payload) -> bytes:
    """Return the JSON of a message body."""
    return _encoder.encode(payload)


def raw(payload: Payload) -> msgspec.Raw:
    """Return a message body as the raw JSON that an envelope carries."""
    return msgspec.Raw(_encoder.encode(payload))


def encode(event: CloudEvent) -> bytes:
    """Return the envelope as structured JSON."""
    return _encoder.encode(event)


def decode(body: bytes) -> CloudEvent:
    """Read an envelope. Raises: MalformedEvent."""
    try:
        event = _decoder.decode(body)
    except (*UNREADABLE, TypeError) as error:
        raise MalformedEvent(str(error)) from error
    if event.specversion != "1.0" or not 1 <= event.sequence <= _LAST_SEQUENCE:
        raise MalformedEvent("specversion must be 1.0 and sequence a positive number of 64 bits")
    if not FIRST_EPOCH <= epoch_of(event) <= LAST_EPOCH:
        raise MalformedEvent("epoch must be a positive number of 32 bits")
    names = (event.source, event.type, event.subject, event.orderingkey)
    if not all(0 < len(name) <= LONGEST_NAME for name in names):
        raise MalformedEvent(f"source, type, subject and orderingkey have 1 to {LONGEST_NAME} characters")
    if any("\0" in text for text in (*names, event.correlationid)):
        raise MalformedEvent("no attribute has a null character")
    return event


def decode_data(raw: msgspec.Raw | bytes, payload_type: type[T]) -> T:
    """Read a message body as `payload_type`. Raises: MalformedEvent."""
    try:
        return msgspec.json.decode(raw, type=payload_type)
    except UNREADABLE as error:
        raise MalformedEvent(str(error)) from error


def to_builtins(payload: Payload) -> dict[str, Any]:
    """Return a message body as JSON-ready dictionaries."""
    return msgspec.to_builtins(payload)  # type: ignore[no-any-return]
