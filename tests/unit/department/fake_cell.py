"""A cell in a few lines: a queue, an answer to every message, and the orders over HTTP."""

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

from qiaotou_department.errors import ApiProblem, LinkLost
from qiaotou_department.link import Delivery
from qiaotou_department.messages import ACCEPTED, CHANGED, OFFERED, REFUSED, Message
from qiaotou_department.receipts import Receipt
from qiaotou_department.sender import (
    ASK_EXTENSION,
    ASK_SUSPENSION,
    COMPLETE,
    COMPLETE_PART,
    RECONCILE,
    RETURN,
    SIGN,
)
from qiaotou_department.settings import Settings

SETTINGS = Settings(
    department="CGJ",
    amqp_uri="amqp://department.CGJ:secret@broker:5673/cell",
    api="http://cell.test",
    token="token-of-cgj",
    prefetch=2,
    answer_timeout_s=0.2,
)
REACHED = {
    SIGN: "signed",
    RETURN: "returned",
    ASK_EXTENSION: "signed",
    ASK_SUSPENSION: "signed",
    COMPLETE_PART: "signed",
    COMPLETE: "completed",
}


def an_envelope(kind: str, data: dict[str, Any], **changed: Any) -> bytes:
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "dispatch",
        "type": kind,
        "subject": str(uuid4()),
        "time": "2023-07-10T01:02:03.456789Z",
        "sequence": 1,
        "orderingkey": "k",
        "correlationid": "the-report",
        "data": data,
        **changed,
    }
    return json.dumps(event).encode()


def an_offer(order_id: UUID, **changed: Any) -> bytes:
    data = {
        "order_id": str(order_id),
        "case_id": str(uuid5(order_id, "case")),
        "number": "140303-20230710-000123",
        "cycle": 1,
        "part": "lead",
        "category": "0202",
        "kind": "C",
        "urgency": "N",
        "community": "c01",
        "grid": "c01-g03",
        "offered_at": "2023-07-10T01:02:03.456789Z",
        **changed,
    }
    return an_envelope(OFFERED, data)


def a_change(order_id: UUID, change: str, **changed: Any) -> bytes:
    data = {
        "order_id": str(order_id),
        "case_id": str(uuid5(order_id, "case")),
        "number": "140303-20230710-000123",
        "change": change,
        "state": "signed",
        "due_at": "2023-07-17T10:00:00Z",
        "review_on": None,
        **changed,
    }
    return an_envelope(CHANGED, data)


def an_acceptance(
    message_id: UUID, order_id: UUID | None, state: str, open_orders: int | None = None
) -> bytes:
    data = {
        "in_reply_to": str(message_id),
        "order_id": None if order_id is None else str(order_id),
        "state": state,
        "open_orders": open_orders,
    }
    return an_envelope(ACCEPTED, data)


def a_refusal(message_id: UUID, order_id: UUID | None, code: str) -> bytes:
    data = {
        "in_reply_to": str(message_id),
        "order_id": None if order_id is None else str(order_id),
        "code": code,
    }
    return an_envelope(REFUSED, data)


@dataclass
class FakeCell:
    """Remembers what was said to it, and answers the same message the same way as the cell does.

    `refuse` and `silent` make it unhelpful. Every step that is carried out is another version.
    """

    queue: deque[bytes] = field(default_factory=deque)
    states: dict[UUID, str] = field(default_factory=dict)
    versions: Counter[UUID] = field(default_factory=Counter)
    asked: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    parts_done: set[UUID] = field(default_factory=set)
    said: list[dict[str, Any]] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    given_back: list[tuple[int, bool]] = field(default_factory=list)
    uploads: dict[UUID, tuple[str, bytes, str]] = field(default_factory=dict)
    results: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    statements: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    refuse: str | None = None
    silent: bool = False
    due_at: str | None = "2023-07-13T10:00:00Z"
    connections: int = 0
    answers: dict[UUID, bytes] = field(default_factory=dict)

    def offer(self, **changed: Any) -> UUID:
        order_id = uuid4()
        self.states[order_id] = changed.get("state", "offered")
        self.queue.append(an_offer(order_id, **changed))
        return order_id

    def hear(self, message: Message) -> None:
        event = json.loads(message.body)
        self.said.append(event)
        if message.id not in self.answers:
            self.answers[message.id] = self._answer(message, event["data"])
        answer = self.answers[message.id]
        if not self.silent or json.loads(answer)["type"] == REFUSED:
            self.queue.append(answer)

    def _answer(self, message: Message, data: dict[str, Any]) -> bytes:
        if message.type == RECONCILE:
            still_open = [order for order, state in self.states.items() if state in ("offered", "signed")]
            self.queue.extend(an_offer(order, state=self.states[order]) for order in still_open)
            return an_acceptance(message.id, None, "reconciled", len(still_open))
        order_id = UUID(data["order_id"])
        if self.refuse is not None:
            return a_refusal(message.id, order_id, self.refuse)
        self.states[order_id] = REACHED[message.type]
        self.versions[order_id] += 1
        if message.type == COMPLETE_PART:
            self.parts_done.add(order_id)
        elif message.type == ASK_EXTENSION:
            self.asked[order_id] = {"kind": "extension", "days": data["days"]}
        elif message.type == ASK_SUSPENSION:
            asked = {"reason": data["reason"], "review_on": data["review_on"]}
            self.asked[order_id] = {"kind": "suspension", **asked}
        return an_acceptance(message.id, order_id, self.states[order_id])

    def types_said(self) -> list[str]:
        return [event["type"] for event in self.said]

    # What the API answers.

    def order(self, order_id: UUID) -> dict[str, Any]:
        if order_id not in self.states:
            raise ApiProblem(404, "unknown_order", "")
        done = "done" if order_id in self.parts_done else "open"
        return {
            "order_id": str(order_id),
            "case_id": str(uuid5(order_id, "case")),
            "number": "140303-20230710-000123",
            "cycle": 1,
            "state": self.states[order_id],
            "department": SETTINGS.department,
            "category": "0202",
            "kind": "C",
            "urgency": "N",
            "community": "c01",
            "grid": "c01-g03",
            "offered_at": "2023-07-10T01:02:03.456789Z",
            "due_at": self.due_at,
            "parts": [
                {"department": "GDS", "part": "lead", "state": "done"},
                {"department": SETTINGS.department, "part": "co_handler", "state": done},
            ],
            "asked": self.asked.get(order_id),
            "version": 1 + self.versions[order_id],
        }

    def upload(self, *, name: str, content: bytes, kind: str, key: UUID) -> UUID:
        self.uploads[key] = (name, content, kind)
        return uuid5(key, "media")

    def hand_in(self, order_id: UUID, result: dict[str, object], *, key: UUID) -> Receipt:
        self.results[key] = {"order_id": order_id, **result}
        return Receipt(id=uuid5(key, "result"), sha256="ab" * 32)

    def hand_in_statement(self, order_id: UUID, statement: dict[str, object], *, key: UUID) -> Receipt:
        self.statements[key] = {"order_id": order_id, **statement}
        return Receipt(id=uuid5(key, "statement"), sha256="cd" * 32)


class FakeBus:
    """One connection to the fake cell: delivers what lies there, as far as the window allows."""

    def __init__(self, cell: FakeCell, *, breaks: Callable[[], bool] = lambda: False) -> None:
        self.cell = cell
        self.window = 0
        self.unacked: dict[int, bytes] = {}
        self.closed = False
        self._breaks = breaks
        cell.connections += 1
        self._tag = 1000 * (cell.connections - 1)  # no tag means anything on another connection

    @property
    def full(self) -> bool:
        return len(self.unacked) >= self.window

    def consume(self) -> None:
        self.window += self.window or SETTINGS.prefetch

    def next(self, timeout_s: float) -> Delivery | None:
        del timeout_s  # nothing comes later that does not lie there now
        if self._breaks():
            raise LinkLost("the wire was cut")
        if self.full or not self.cell.queue:
            return None
        self._tag += 1
        self.unacked[self._tag] = self.cell.queue.popleft()
        return Delivery(self._tag, self.unacked[self._tag])

    def publish(self, message: Message) -> None:
        self.cell.hear(message)

    def ack(self, delivery: Delivery) -> None:
        del self.unacked[delivery.tag]
        self.cell.acked.append(delivery.tag)

    def give_back(self, delivery: Delivery, *, requeue: bool) -> None:
        body = self.unacked.pop(delivery.tag)
        self.cell.given_back.append((delivery.tag, requeue))
        if requeue:
            self.cell.queue.append(body)

    def resume(self) -> None: ...

    def close(self) -> None:
        self.closed = True
        self.cell.queue.extendleft(reversed(self.unacked.values()))
        self.unacked.clear()
