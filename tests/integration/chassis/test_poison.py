"""Messages that cannot be handled: parked, acked, and nobody else's business."""

import os
import pickle
import struct
from collections.abc import Callable
from typing import Any

import amqp
import msgspec
import pytest

from chassis.context import Context
from contracts import envelope, naming
from tests.support.toy.cell import ToyCell, a_thing
from tests.support.toy.process import eventually
from tests.support.toy.service import told_to_raise

Kind = Callable[[ToyCell], bytes]


def changed(toy: ToyCell, **fields: Any) -> bytes:
    given = msgspec.json.decode(envelope.encode(toy.event(a_thing(), 1)))
    return msgspec.json.encode(
        {name: value for name, value in (given | fields).items() if value != "left out"}
    )


DEEP = b"[" * 5_000 + b"]" * 5_000
KINDS: dict[str, Kind] = {
    "empty": lambda _toy: b"",
    "bad JSON": lambda _toy: b'{"id": ' + os.urandom(4).hex().encode(),
    "a pickle": lambda _toy: pickle.dumps({"id": os.urandom(4)}),
    "no text": lambda _toy: b"\xff\xfe" + os.urandom(8),
    "5 MB": lambda _toy: os.urandom(16).hex().encode() + b"x" * 5_000_000,
    "5 MB in an event": lambda toy: changed(toy, data={"id": "x" * 5_000_000}),
    "nested beyond reading": lambda _toy: b'{"%b":%b}' % (os.urandom(4).hex().encode(), DEEP),
    "data nested beyond reading": lambda toy: envelope.encode(
        msgspec.structs.replace(toy.event(a_thing(), 1), data=msgspec.Raw(DEEP))
    ),
    "no sequence": lambda toy: changed(toy, sequence="left out"),
    "no subject": lambda toy: changed(toy, subject="left out"),
    "no data": lambda toy: changed(toy, data="left out"),
    "another specversion": lambda toy: changed(toy, specversion="2.0"),
    "a future version": lambda toy: changed(toy, type=f"{toy.name}.thing.bumped.v9"),
    "data of another form": lambda toy: changed(toy, data={"id": "nobody"}),
    "a null character": lambda toy: changed(toy, subject="a\0b"),
    "a key as long as a book": lambda toy: changed(toy, subject="x" * 100_000),
    "a sequence beyond counting": lambda toy: changed(toy, sequence=2**70),
    "a handler that raises": lambda toy: envelope.encode(toy.event(a_thing(), 1, way="raise")),
    "a handler that refuses": lambda toy: envelope.encode(toy.event(a_thing(), 1, way="refuse")),
    "a value that cannot be written": lambda toy: envelope.encode(toy.event(a_thing(), 1, way="unwritable")),
}
ASKED = Context(correlation_id="a test")
HEADERS: dict[str, dict[str, Any]] = {
    "headers of any kind": {"application_headers": {"a\0b": "c\0d", "n": 1, "t": {"x": [1, None]}}},
    "no text in the properties": {"correlation_id": b"\xff\xfe", "message_id": b"\xc3\x28"},
    "no text in the headers": {"application_headers": {"a": b"\xff\xfe"}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_poison_is_parked_whole_while_everybody_else_is_served(toy: ToyCell, kind: str) -> None:
    """Seen failing: with what is malformed or fails kept and tried again: it blocks its queue."""
    body = KINDS[kind](toy)
    things = [a_thing() for _ in range(8)]
    [(before,)] = toy.rows("SELECT count(*) FROM inbox_parked")
    toy.publish(*[toy.event(thing, 1) for thing in things])
    for partition in range(naming.PARTITIONS):
        toy.put(body, partition=partition)
    toy.publish(*[toy.event(thing, 2) for thing in things])
    for thing in things:
        toy.wait_until_heard(thing, [1, 2])
    eventually(lambda: toy.rows("SELECT FROM inbox_parked WHERE body = %s AND state = 'parked'", body))
    eventually(lambda: toy.depth() == 0)
    assert toy.rows("SELECT count(*) FROM inbox_parked") == [(before + 1,)]
    assert toy.client.query(toy.name, "slow", context=ASKED, result=int, seconds=0) == toy.processes[0].pid


@pytest.mark.parametrize("kind", HEADERS)
def test_headers_that_nobody_can_read_do_no_harm(toy: ToyCell, kind: str) -> None:
    bad, thing = b"{" + os.urandom(8), a_thing()
    toy.put(bad, **HEADERS[kind])
    toy.put(envelope.encode(toy.event(thing, 1)), **HEADERS[kind])
    toy.wait_until_heard(thing, [1])
    eventually(lambda: toy.rows("SELECT FROM inbox_parked WHERE body = %s", bad))


class RawHeaders(amqp.Message):  # type: ignore[misc]
    """A message whose headers are bytes that py-amqp itself would not write."""

    table: bytes

    def _serialize_properties(self) -> bytes:
        return struct.pack(">HI", 0x2000, len(self.table)) + self.table


@pytest.mark.parametrize(
    "table",
    [b"\x04whenT" + struct.pack(">Q", 2**63), b"\x04whenS" + struct.pack(">I", 2) + b"\xff\xfe"],
    ids=["a date that no calendar has", "a text that is none"],
)
def test_headers_beyond_reading_do_no_harm(toy: ToyCell, table: bytes) -> None:
    thing = a_thing()
    message = RawHeaders(envelope.encode(toy.event(thing, 1)))
    message.table = table
    toy.put_message(message, naming.inbox_queue(toy.name, 1))
    toy.wait_until_heard(thing, [1])


def test_an_event_without_any_header_is_heard_all_the_same(toy: ToyCell) -> None:
    thing = a_thing()
    toy.put(envelope.encode(toy.event(thing, 1)))
    toy.wait_until_heard(thing, [1])


def test_what_follows_on_a_parked_event_waits_and_both_are_heard_once_it_is_replayed(toy: ToyCell) -> None:
    thing = a_thing()
    told_to_raise(toy.diary).touch()
    bad = toy.event(thing, 2, way="raise while told")
    toy.publish(toy.event(thing, 1), bad, toy.event(thing, 3), toy.event(thing, 4))
    assert eventually(lambda: toy.parked().get(str(bad.id))) == "handler: RuntimeError"
    eventually(lambda: toy.waiting(thing) == [3, 4])
    assert toy.heard(thing) == [1]
    told_to_raise(toy.diary).unlink()
    toy.publish(bad)
    toy.wait_until_heard(thing, [1, 2, 3, 4])
    assert toy.waiting(thing) == []


def test_a_replay_that_fails_again_is_parked_again(toy: ToyCell) -> None:
    bad = toy.event(a_thing(), 1, way="raise")
    toy.publish(bad)
    eventually(lambda: str(bad.id) in toy.parked())
    toy.rows("UPDATE inbox_parked SET state = 'replayed' WHERE message_key = %s RETURNING 1", str(bad.id))
    toy.publish(bad)
    eventually(lambda: str(bad.id) in toy.parked())


def test_a_message_that_kills_the_process_is_parked_after_two_exits(own_toy: ToyCell) -> None:
    """Seen failing: with redelivered messages handled as any other: a third process dies."""
    killer, after = a_thing(), a_thing()
    bystanders = [a_thing() for _ in range(20)]
    dies = own_toy.event(killer, 1, way="die")
    own_toy.publish(
        *[own_toy.event(thing, 1) for thing in bystanders[:10]],
        dies,
        own_toy.event(killer, 2),
        *[own_toy.event(thing, 1) for thing in bystanders[10:]],
        own_toy.event(after, 1),
    )
    exits = []
    for _ in range(2):
        process = own_toy.start()
        exits.append(process.wait(20))
    assert exits == [42, 42]
    process = own_toy.start().wait_until_well()
    assert eventually(own_toy.parked) == {str(dies.id): "suspected: the process died on it"}
    for thing in [*bystanders, after]:
        own_toy.wait_until_heard(thing, [1])
    assert own_toy.waiting(killer) == [2]
    assert process.stop() == 0
    assert own_toy.rows("SELECT FROM inbox_attempt") == []
