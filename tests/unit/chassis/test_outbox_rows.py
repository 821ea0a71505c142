"""What an event becomes in the outbox."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest

from chassis.context import Context
from chassis.data import outbox as outbox_module
from chassis.data.outbox import Outbox
from contracts import envelope

NOW = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
CAUSE = uuid4()


class Bumped(msgspec.Struct, frozen=True):
    type: ClassVar[str] = "toy.thing.bumped.v1"
    n: int


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    monkeypatch.setattr(outbox_module.bulk, "insert", lambda _connection, _table, given: rows.extend(given))
    return rows


def an_outbox() -> Outbox:
    context = Context(correlation_id="corr-1")
    uow: Any = SimpleNamespace(source="toy", now=NOW, epoch=1, context=context, cause=CAUSE, connection=None)
    return Outbox(uow)


def test_an_event_goes_to_everybody_in_an_envelope_with_its_place(written: list[dict[str, Any]]) -> None:
    outbox = an_outbox()
    outbox.event(Bumped(7), subject="t1", sequence=3, ordering_key="k1")
    outbox.keep()
    outbox.flush()
    [row] = written
    assert (row["exchange"], row["routing_key"], row["destination"]) == (
        "qiaotou.events", "toy.thing.bumped.v1", "events",
    )  # fmt: skip
    assert (row["ordering_key"], row["type"]) == ("k1", "toy.thing.bumped.v1")
    event = envelope.decode(row["body"])
    assert (event.id, event.source, event.subject, event.sequence) == (row["id"], "toy", "t1", 3)
    assert (event.orderingkey, event.correlationid, event.causationid) == ("k1", "corr-1", str(CAUSE))
    assert event.time == NOW
    assert envelope.decode_data(event.data, Bumped) == Bumped(7)


def test_a_message_to_a_department_goes_to_its_queue_alone(written: list[dict[str, Any]]) -> None:
    outbox = an_outbox()
    outbox.to_department(Bumped(7), department="CGJ", subject="t1", sequence=1, ordering_key="k1")
    outbox.keep()
    outbox.flush()
    [row] = written
    assert (row["exchange"], row["routing_key"], row["destination"]) == (
        "qiaotou.departments", "CGJ", "department.CGJ",
    )  # fmt: skip


def test_events_keep_the_order_in_which_they_were_told(written: list[dict[str, Any]]) -> None:
    outbox = an_outbox()
    for sequence in (1, 2, 3):
        outbox.event(Bumped(sequence), subject="t1", sequence=sequence, ordering_key="k1")
    outbox.keep()
    outbox.flush()
    assert [envelope.decode(row["body"]).sequence for row in written] == [1, 2, 3]


def test_an_event_without_an_ordering_key_is_refused_before_it_is_written() -> None:
    with pytest.raises(ValueError, match="ordering key"):
        an_outbox().event(Bumped(7), subject="t1", sequence=1, ordering_key="")
