"""The cell went back to a backup: the program is told once, and its open orders come."""

from typing import Any
from uuid import uuid4

import pytest
from qiaotou_department import Department, Restored
from qiaotou_department import department as subscriber
from qiaotou_department.messages import RESTORED
from qiaotou_department.sender import RECONCILE

from tests.unit.department.fake_cell import SETTINGS, FakeBus, FakeCell, an_envelope, an_offer
from tests.unit.department.test_department_subscriber import until_idle


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber, "SLICE_S", 0.0)


class Listening:
    """A department that takes all that lies on its queue."""

    def __init__(self) -> None:
        self.cell = FakeCell()
        self.department = Department(SETTINGS, api=self.cell, connect=lambda _: FakeBus(self.cell))  # type: ignore[arg-type]
        self.restored: list[Restored] = []
        self.orders: list[str] = []
        self.department.on_restored(self.restored.append)
        self.department.on_order(lambda order: self.orders.append(order.state))

    def hear(self, *bodies: bytes) -> list[str]:
        """Take these messages; return what was said by then."""
        self.cell.queue.extend(bodies)
        self.department._stopping.clear()
        until_idle(self.department, self.cell)
        return self.cell.types_said()


def in_epoch(epoch: int, body: bytes) -> bytes:
    return body.replace(b'"sequence": 1', b'"sequence": 1, "epoch": %d' % epoch)


def a_restore(epoch: int, **data: Any) -> bytes:
    return in_epoch(
        epoch, an_envelope(RESTORED, {"epoch": epoch, "restored_at": "2023-07-10T01:00:00Z", **data})
    )


def test_the_cells_own_word_is_passed_on_once_also_to_a_program_that_has_just_begun() -> None:
    listening = Listening()
    said = listening.hear(
        a_restore(7, known_until="2023-07-09T01:00:00Z"), in_epoch(7, an_offer(uuid4())), a_restore(7)
    )
    assert [each.epoch for each in listening.restored] == [7]
    assert listening.restored[0].known_until is not None
    # Its orders follow by themselves.
    assert (said, listening.orders) == ([], ["offered"])
    listening.hear(a_restore(8))
    assert [each.epoch for each in listening.restored] == [7, 8]


def test_a_raised_epoch_without_a_word_is_noticed_and_the_open_orders_are_asked_for() -> None:
    listening = Listening()
    assert listening.hear(an_offer(uuid4())) == []
    assert listening.hear(in_epoch(7, an_offer(uuid4())), in_epoch(7, an_offer(uuid4()))) == [RECONCILE]
    assert listening.restored == [Restored(epoch=7)]


def test_nothing_is_told_of_an_epoch_in_which_the_program_began() -> None:
    listening = Listening()
    assert listening.hear(in_epoch(7, an_offer(uuid4())), an_offer(uuid4())) == []
    assert listening.restored == []


def test_an_epoch_that_is_no_number_makes_a_dead_letter() -> None:
    listening = Listening()
    listening.hear(an_offer(uuid4()).replace(b'"sequence": 1', b'"sequence": 1, "epoch": "soon"'))
    assert (listening.orders, listening.cell.given_back) == ([], [(1, False)])


def test_a_message_nested_beyond_reading_makes_a_dead_letter() -> None:
    listening = Listening()
    listening.hear(b"[" * 5_000 + b"]" * 5_000)
    assert (listening.orders, listening.cell.given_back) == ([], [(1, False)])
