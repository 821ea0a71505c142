"""What a department was offered is remembered, what it says is answered, or said again."""

import threading
from typing import Any

import pytest

from contracts.department import OrderOffered, ReplyAccepted, ReplyRefused, SignOrder
from ops.demo.departments import Departments, NotAgreedError
from ops.errors import Unready

OFFER = {"order_id": "order", "case_id": "case", "cycle": 1}


class Queue:
    """A subscriber that the test plays the broker to; everything said has the id of its order."""

    def __init__(self, code: str, _uri: str, on_message: Any) -> None:
        self.code, self.hear = code, on_message
        self.said: list[str] = []
        self.answers_at_once = False

    def say(self, _kind: str, order_id: str, _data: dict[str, Any]) -> str:
        self.said.append(order_id)
        if self.answers_at_once:
            self.hear(ReplyAccepted.type, {"in_reply_to": order_id})
        return order_id


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> dict[str, Queue]:
    made: dict[str, Queue] = {}

    def make(code: str, uri: str, on_message: Any) -> Queue:
        made[code] = Queue(code, uri, on_message)
        return made[code]

    monkeypatch.setattr("ops.demo.departments.Subscriber", make)
    monkeypatch.setattr("ops.demo.departments._SAY_AGAIN_S", 0.02)
    return made


@pytest.fixture
def departments(queues: dict[str, Queue]) -> Departments:
    return Departments({"CGJ": "amqp://x", "ZJJ": "amqp://x"}, lambda *_: None)


def test_an_order_is_that_of_the_department_the_case_and_the_cycle(
    departments: Departments, queues: dict[str, Queue]
) -> None:
    queues["CGJ"].hear(OrderOffered.type, OFFER)
    queues["CGJ"].hear(OrderOffered.type, OFFER | {"cycle": 2, "order_id": "second"})
    queues["ZJJ"].hear(OrderOffered.type, OFFER | {"order_id": "redirected"})
    assert departments.order("CGJ", "case", 1, within_s=0) == "order"
    assert departments.order("CGJ", "case", 2, within_s=0) == "second"
    assert departments.order("ZJJ", "case", 1, within_s=0) == "redirected"


def test_an_order_that_is_on_its_way_is_waited_for(
    departments: Departments, queues: dict[str, Queue]
) -> None:
    threading.Timer(0.05, queues["CGJ"].hear, (OrderOffered.type, OFFER)).start()
    assert departments.order("CGJ", "case", 1, within_s=5) == "order"


def test_an_order_that_never_comes_is_told(departments: Departments) -> None:
    with pytest.raises(Unready, match="CGJ was not offered"):
        departments.order("CGJ", "case", 1, within_s=0.01)


def test_what_nobody_answers_is_said_again(departments: Departments, queues: dict[str, Queue]) -> None:
    departments.say("CGJ", SignOrder.type, "order", {})
    with pytest.raises(Unready, match="nobody has answered"):
        departments.wait_for_answers(within_s=0.1)
    assert len(queues["CGJ"].said) > 2
    queues["CGJ"].hear(ReplyAccepted.type, {"in_reply_to": "order"})
    departments.wait_for_answers(within_s=1)


def test_an_answer_may_be_faster_than_the_one_who_asked(
    departments: Departments, queues: dict[str, Queue]
) -> None:
    queues["CGJ"].answers_at_once = True
    departments.say("CGJ", SignOrder.type, "order", {})
    departments.wait_for_answers(within_s=0)


def test_a_refusal_says_that_plan_and_cell_do_not_agree(
    departments: Departments, queues: dict[str, Queue]
) -> None:
    departments.say("CGJ", SignOrder.type, "order", {})
    queues["CGJ"].hear(ReplyRefused.type, {"in_reply_to": "order", "code": "illegal_transition"})
    with pytest.raises(NotAgreedError, match=r"CGJ department\.order\.sign\.v1 illegal_transition"):
        departments.wait_for_answers(within_s=1)
