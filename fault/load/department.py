"""The software of one department in a fault run: it signs, hands in, completes, and asks again when in doubt.

What it says has no confirm, as with any department: until the cell has answered, it says it again.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from contracts.department import (
    CompleteOrder,
    OrderOffered,
    Reconcile,
    ReplyAccepted,
    ReplyRefused,
    SignOrder,
)
from fault.history import Entry, Heard, Log, Outcome
from ops.subscriber import Subscriber

SAY_AGAIN_S, RECONCILE_AFTER_S = 5.0, 20.0
_PATIENT_AFTER = 3
_ACTIONS = {SignOrder.type: "sign", CompleteOrder.type: "complete", Reconcile.type: "reconcile"}

Order = dict[str, Any]


@dataclass
class _Said:
    """What was said and has no answer yet; `at` in monotonic seconds."""

    kind: str
    order_id: str
    case_id: str
    data: Order
    at: float
    attempt: int = 1

    @property
    def patience_s(self) -> float:
        """Twice as long after each try: a crowd that says everything again keeps itself waiting."""
        return SAY_AGAIN_S * (1 << min(self.attempt - 1, _PATIENT_AFTER))


class Department:
    """Signs what is offered, calls `signed` with each order once, completes with what is handed in."""

    def __init__(
        self,
        code: str,
        amqp_uri: str,
        *,
        clients: Log,
        heard: Log,
        offered: Callable[[Order], None],
        signed: Callable[[Order], None],
    ) -> None:
        self.code = code
        self._clients = clients
        self._heard = heard
        self._offered = offered
        self._signed = signed
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}
        self._expected: dict[str, float] = {}
        self._came: set[str] = set()
        self._unanswered: dict[str, _Said] = {}
        self._reconciled = time.monotonic()
        self._subscriber = Subscriber(code, amqp_uri, self._take, on_event=self._note)
        self.refused: list[str] = []

    def start(self) -> None:
        """Consume in a thread."""
        self._subscriber.start()

    def stop(self) -> None:
        """Stop consuming."""
        self._subscriber.stop()

    def expect(self, case_id: str) -> None:
        """A case was reported that is this department's: its order has to come."""
        with self._lock:
            if case_id not in self._came:
                self._expected[case_id] = time.monotonic()

    def sign(self, order: Order) -> None:
        """签收."""
        self._say(SignOrder.type, order, {"order_id": order["order_id"]})

    def complete(self, order: Order, receipt: Order) -> None:
        """办结, naming the result that was handed in."""
        result = {"result_id": receipt["result_id"], "result_sha256": receipt["sha256"]}
        self._say(CompleteOrder.type, order, {"order_id": order["order_id"]} | result)

    def insist(self, *, doubts: bool) -> None:
        """Say again what has no answer for long; if in doubt, reconcile where an order is overdue."""
        now = time.monotonic()
        with self._lock:
            silent = {key: said for key, said in self._unanswered.items() if now - said.at > said.patience_s}
            overdue = any(now - since > RECONCILE_AFTER_S for since in self._expected.values())
        for key, said in silent.items():
            # It may have been answered while the others were said again.
            if key in self._unanswered:
                said.at, said.attempt = now, said.attempt + 1
                self._speak(said)
        if doubts and overdue and now - self._reconciled > RECONCILE_AFTER_S:
            self._reconciled = now
            self._say(Reconcile.type, {"order_id": str(uuid4()), "case_id": ""}, {})

    def _say(self, kind: str, order: Order, data: Order) -> None:
        said = _Said(kind, order["order_id"], order["case_id"], data, time.monotonic())
        with self._lock:
            self._unanswered[self._subscriber.name_of(kind, said.order_id, data)] = said
        self._speak(said)

    def _speak(self, said: _Said) -> None:
        self._write(said, Outcome.INVOKE)
        self._subscriber.say(said.kind, said.order_id, said.data)

    def _note(self, event: dict[str, Any]) -> None:
        data = event["data"]
        self._heard.write(
            Heard(
                at=time.time(),
                department=self.code,
                event_id=event["id"],
                source=event["source"],
                subject=event["subject"],
                sequence=event["sequence"],
                type=event["type"],
                case_id=str(data.get("case_id") or ""),
                order_id=str(data.get("order_id") or ""),
                epoch=event.get("epoch", 1),
            )
        )

    def _take(self, kind: str, data: Order) -> None:
        if kind == OrderOffered.type:
            self._take_order(data)
        elif kind in {ReplyAccepted.type, ReplyRefused.type}:
            self._take_answer(data, accepted=kind == ReplyAccepted.type)

    def _take_order(self, order: Order) -> None:
        with self._lock:
            self._expected.pop(order["case_id"], None)
            self._came.add(order["case_id"])
            known = order["order_id"] in self._orders
            self._orders[order["order_id"]] = order
        if not known:
            self._offered(order)

    def _take_answer(self, data: Order, *, accepted: bool) -> None:
        with self._lock:
            said = self._unanswered.pop(data["in_reply_to"], None)
        if said is None:
            return
        took_s = round(time.monotonic() - said.at, 4)
        code = "" if accepted else str(data["code"])
        self._write(said, Outcome.OK if accepted else Outcome.FAIL, took_s=took_s, code=code)
        if not accepted:
            self.refused.append(f"{_ACTIONS[said.kind]}: {code}")
        elif said.kind == SignOrder.type:
            self._signed(self._orders[said.order_id])

    def _write(self, said: _Said, outcome: Outcome, **more: Any) -> None:
        action = _ACTIONS[said.kind]
        entry = Entry(
            at=time.time(),
            client=f"department-{self.code}",
            op=f"{action}-{said.order_id}",
            action=action,
            outcome=outcome,
            attempt=said.attempt,
            case_id=said.case_id,
            **more,
        )
        self._clients.write(entry)
