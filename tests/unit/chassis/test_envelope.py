"""The envelope around every event."""

import pickle
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest

from contracts import envelope
from contracts.envelope import CloudEvent, MalformedEvent


class Bumped(msgspec.Struct, frozen=True):
    type: ClassVar[str] = "toy.thing.bumped.v1"
    n: int


def an_event(**changes: Any) -> CloudEvent:
    given: dict[str, Any] = {
        "id": uuid4(),
        "source": "toy",
        "type": Bumped.type,
        "subject": "t1",
        "time": datetime(2025, 3, 1, tzinfo=UTC),
        "sequence": 1,
        "orderingkey": "t1",
        "correlationid": "c1",
        "data": envelope.raw(Bumped(7)),
    }
    return CloudEvent(**given | changes)


DEEP = b"[" * 5_000 + b"]" * 5_000


def without(name: str) -> bytes:
    fields = msgspec.json.decode(envelope.encode(an_event()))
    del fields[name]
    return msgspec.json.encode(fields)


def with_field(name: str, value: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(envelope.encode(an_event())) | {name: value})


def test_an_event_comes_back_as_it_was_sent() -> None:
    event = an_event()
    read = envelope.decode(envelope.encode(event))
    assert msgspec.structs.replace(read, data=event.data) == event
    assert envelope.decode_data(read.data, Bumped) == Bumped(7)


def test_a_field_that_we_do_not_know_is_no_hindrance() -> None:
    assert envelope.decode(with_field("traceparent", "00-1")).source == "toy"


@pytest.mark.parametrize(
    "name", ["id", "source", "type", "subject", "time", "sequence", "orderingkey", "correlationid", "data"]
)
def test_an_event_without_one_of_its_attributes_is_malformed(name: str) -> None:
    with pytest.raises(MalformedEvent):
        envelope.decode(without(name))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"null", b"[]", pickle.dumps({"a": 1}), b"x" * 5_000_000, DEEP],
    ids=["empty", "bad JSON", "no text", "null", "a list", "pickle", "5 MB", "nested beyond reading"],
)
def test_a_body_that_is_no_event_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        envelope.decode(body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "2.0"),
        ("epoch", 0),
        ("epoch", 2**31),
        ("sequence", 0),
        ("sequence", -1),
        ("sequence", 2**63),
        ("sequence", "1"),
        ("id", "not a UUID"),
        ("time", "yesterday"),
        ("subject", "t1\x00"),
        ("subject", ""),
        ("subject", "x" * 256),
        ("source", "x" * 256),
        ("type", "x" * 256),
        ("type", "toy\x00"),
        ("orderingkey", ""),
        ("orderingkey", "x" * 256),
        ("correlationid", "c\x00"),
    ],
)
def test_an_attribute_that_no_table_could_hold_makes_it_malformed(name: str, value: object) -> None:
    with pytest.raises(MalformedEvent):
        envelope.decode(with_field(name, value))


def test_data_nested_beyond_reading_is_malformed_wherever_it_stands() -> None:
    with pytest.raises(MalformedEvent):
        envelope.decode(with_field("data", 7).replace(b'"data":7', b'"data":' + DEEP))
    with pytest.raises(MalformedEvent):
        envelope.decode_data(b'{"n":7,"more":' + DEEP + b"}", Bumped)


def test_data_of_another_form_is_malformed() -> None:
    with pytest.raises(MalformedEvent):
        envelope.decode_data(b'{"n": "seven"}', Bumped)


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    east = timezone(timedelta(hours=8))
    read = envelope.decode(envelope.encode(an_event(time=datetime(2025, 3, 1, 8, tzinfo=east))))
    assert read.time == datetime(2025, 3, 1, tzinfo=UTC)


def test_ids_are_of_version_seven_different_and_ordered_by_time() -> None:
    first = envelope.uuid7()
    time.sleep(0.002)
    later = [envelope.uuid7() for _ in range(100)]
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert len(set(later)) == 100
    assert all(first < each for each in later)
