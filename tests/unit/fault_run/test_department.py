"""A department of a fault run says again what nobody has answered, and asks for what has not come."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.department import CompleteOrder, OrderOffered, Reconcile, ReplyAccepted, SignOrder
from fault.history import CLIENTS, HEARD, Log, Outcome, entries, heard
from fault.load import department as module
from fault.load.department import RECONCILE_AFTER_S, SAY_AGAIN_S, Department
from ops.subscriber import Message, Subscriber

ORDER = {
    "order_id": "0195b0a6-0000-7000-8000-000000000001",
    "case_id": "0195b0a6-0000-7000-8000-000000000002",
    "category": "0202",
}
RECEIPT = {"result_id": "r-1", "sha256": "ab"}


class Unheard(Subscriber):
    """Says everything into the wind, and takes what the test gives it."""

    def __init__(self, code: str, uri: str, on_message: Callable[[str, Message], None], **more: Any) -> None:
        super().__init__(code, uri, on_message, **more)
        self.said: list[tuple[str, str]] = []
        self.take, self.note = on_message, more["on_event"]

    def say(self, kind: str, order_id: str, data: Message) -> str:
        message_id = self.name_of(kind, order_id, data)
        self.said.append((kind, message_id))
        return message_id


class Office:
    """A department, its ears, and how far the clock is ahead."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.ahead_s = folder, 0.0
        self.offered: list[Any] = []
        self.signed: list[Any] = []
        ears: list[Unheard] = []

        def make(*given: Any, **more: Any) -> Unheard:
            ears.append(Unheard(*given, **more))
            return ears[-1]

        began = time.monotonic()
        monkeypatch.setattr(module, "Subscriber", make)
        monkeypatch.setattr(time, "monotonic", lambda: began + self.ahead_s)
        self.logs = (Log(folder / CLIENTS), Log(folder / HEARD))
        self.department = Department(
            "CGJ",
            "amqp://nowhere",
            clients=self.logs[0],
            heard=self.logs[1],
            offered=self.offered.append,
            signed=self.signed.append,
        )
        self.ears = ears[0]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.ears.said]

    def answered(self) -> None:
        self.ears.take(ReplyAccepted.type, {"in_reply_to": self.ears.said[-1][1], "state": "signed"})


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    made = Office(tmp_path, monkeypatch)
    yield made
    for log in made.logs:
        log.close()


def test_an_order_that_comes_twice_is_taken_on_once(office: Office) -> None:
    office.ears.take(OrderOffered.type, ORDER)
    office.ears.take(OrderOffered.type, ORDER)
    assert office.offered == [ORDER]


def test_what_has_no_answer_is_said_again_under_the_same_id(office: Office) -> None:
    office.department.sign(ORDER)
    office.department.insist(doubts=True)
    assert office.kinds() == [SignOrder.type]
    office.ahead_s = SAY_AGAIN_S + 1
    office.department.insist(doubts=True)
    assert office.kinds() == [SignOrder.type] * 2
    assert len({message_id for _, message_id in office.ears.said}) == 1


def test_whoever_says_it_again_waits_twice_as_long(office: Office) -> None:
    office.department.sign(ORDER)
    for seconds, times in ((1, 2), (1.9, 2), (3.1, 3), (5, 3), (7.2, 4)):
        office.ahead_s = SAY_AGAIN_S * seconds + 0.1
        office.department.insist(doubts=True)
        assert len(office.kinds()) == times


def test_what_is_answered_is_said_no_more_and_stands_in_the_history(office: Office) -> None:
    office.ears.take(OrderOffered.type, ORDER)
    office.department.sign(ORDER)
    office.answered()
    office.ahead_s = SAY_AGAIN_S + 1
    office.department.insist(doubts=True)
    assert office.kinds() == [SignOrder.type]
    assert office.signed == [ORDER]
    told = [(each.action, each.outcome, each.case_id) for each in entries(office.folder)]
    assert told == [("sign", Outcome.INVOKE, ORDER["case_id"]), ("sign", Outcome.OK, ORDER["case_id"])]


def test_a_completion_names_the_result(office: Office) -> None:
    office.department.complete(ORDER, RECEIPT)
    assert office.kinds() == [CompleteOrder.type]


def test_an_order_that_does_not_come_is_asked_for(office: Office) -> None:
    office.department.expect(ORDER["case_id"])
    office.ahead_s = RECONCILE_AFTER_S + 1
    office.department.insist(doubts=False)
    assert office.kinds() == []
    office.department.insist(doubts=True)
    assert office.kinds() == [Reconcile.type]


def test_an_order_that_came_before_its_receipt_is_not_asked_for(office: Office) -> None:
    office.ears.take(OrderOffered.type, ORDER)
    office.department.expect(ORDER["case_id"])
    office.ahead_s = RECONCILE_AFTER_S + 1
    office.department.insist(doubts=True)
    assert office.kinds() == []


def test_everything_that_is_taken_is_written_down(office: Office) -> None:
    event = {"id": "e-1", "source": "dispatch", "subject": "o-1", "sequence": 2, "type": OrderOffered.type}
    office.ears.note(event | {"data": ORDER})
    told = list(heard(office.folder))
    assert [(each.department, each.event_id, each.sequence, each.case_id) for each in told] == [
        ("CGJ", "e-1", 2, ORDER["case_id"])
    ]
