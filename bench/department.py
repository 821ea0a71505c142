"""The department of the bench: it signs whatever is offered, and completes it with what `hand_in` gives."""

from collections.abc import Callable
from typing import Any

from contracts.department import CompleteOrder, OrderOffered, ReplyRefused, SignOrder
from ops.subscriber import Subscriber


class Department:
    """Signs what is offered, calls `hand_in` for the result, and completes with what it returns."""

    def __init__(self, code: str, amqp_uri: str, hand_in: Callable[[dict[str, Any]], None]) -> None:
        self._hand_in = hand_in
        self._subscriber = Subscriber(code, amqp_uri, self._heard)
        self.refused: list[str] = []

    def start(self) -> None:
        """Consume in a thread."""
        self._subscriber.start()

    def stop(self) -> None:
        """Stop consuming."""
        self._subscriber.stop()

    def ask_again(self, order_id: str, receipt: dict[str, Any]) -> None:
        """Say sign and complete once more: a repeat under the same id changes nothing."""
        self._sign(order_id)
        self.complete(order_id, receipt)

    def complete(self, order_id: str, receipt: dict[str, Any]) -> None:
        """Say that the order is done, naming the result that was handed in."""
        result = {"result_id": receipt["result_id"], "result_sha256": receipt["sha256"]}
        self._subscriber.say(CompleteOrder.type, order_id, {"order_id": order_id} | result)

    def _sign(self, order_id: str) -> None:
        self._subscriber.say(SignOrder.type, order_id, {"order_id": order_id})

    def _heard(self, kind: str, data: dict[str, Any]) -> None:
        if kind == OrderOffered.type:
            self._sign(data["order_id"])
            self._hand_in(data)
        elif kind == ReplyRefused.type:
            self.refused.append(data["code"])
