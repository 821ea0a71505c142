"""A department's software as fast as one may write it: one consumer, pipelined replies."""

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chassis.bus.connection import LINK_ERRORS
from chassis.bus.inbound import Inbound
from chassis.bus.link import PERSISTENT, Link


class Department:
    """Signs what is offered, calls `hand_in` for the result, and completes with what it returns."""

    def __init__(self, code: str, amqp_uri: str, hand_in: Callable[[dict[str, Any]], None]) -> None:
        self._code = code
        self._hand_in = hand_in
        self._stopping = threading.Event()
        self.refused: list[str] = []
        self._uri = amqp_uri
        self._link: Link | None = None
        self._last_tag = 0
        self._beaten = 0.0
        self._thread = threading.Thread(target=self._run, name=f"department-{code}", daemon=True)

    def start(self) -> None:
        """Consume in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop consuming."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def ask_again(self, order_id: str, receipt: dict[str, Any]) -> None:
        """Say sign and complete once more: a repeat under the same id changes nothing."""
        self._say("department.order.sign.v1", order_id, {"order_id": order_id})
        self.complete(order_id, receipt)

    def complete(self, order_id: str, receipt: dict[str, Any]) -> None:
        """Say that the order is done, naming the result that was handed in."""
        data = {
            "order_id": order_id,
            "result_id": receipt["result_id"],
            "result_sha256": receipt["sha256"],
        }
        self._say("department.order.complete.v1", order_id, data)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._session()
            except LINK_ERRORS:
                self._stopping.wait(0.5)

    def _session(self) -> None:
        self._link = link = Link(self._uri)
        try:
            link.channel.basic_qos(0, 500, a_global=False)
            link.consume(f"department.{self._code}", self._received)
            while not self._stopping.is_set():
                if link.drain(0.2):
                    while link.drain(0):
                        pass
                    link.ack(self._last_tag, multiple=True)
                if time.monotonic() - self._beaten > 2:
                    self._beaten = time.monotonic()
                    link.beat()
        finally:
            link.drop()

    def _received(self, message: Inbound) -> None:
        self._last_tag = message.delivery_tag
        event = json.loads(message.body)
        data = event["data"]
        if event["type"] == "department.order.offered.v1":
            self._say("department.order.sign.v1", data["order_id"], {"order_id": data["order_id"]})
            self._hand_in(data)
        elif event["type"] == "department.reply.refused.v1":
            self.refused.append(data["code"])

    def _say(self, kind: str, order_id: str, data: dict[str, Any]) -> None:
        """Publish one message; what a lost connection swallows is said again by `ask_again`."""
        link = self._link
        if link is None:
            return
        message_id = str(uuid.uuid5(uuid.UUID(order_id), kind))
        with contextlib.suppress(*LINK_ERRORS):
            link.publish(
                json.dumps(_event(self._code, kind, message_id, order_id, data)).encode(),
                exchange="qiaotou.replies",
                routing_key=self._code,
                headers={"ordering-key": order_id},
                content_type="application/cloudevents+json",
                delivery_mode=PERSISTENT,
                message_id=message_id,
                user_id=f"department.{self._code}",
            )


def _event(code: str, kind: str, message_id: str, order_id: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": message_id,
        "source": f"department/{code}",
        "type": kind,
        "subject": order_id,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "sequence": 1,
        "orderingkey": order_id,
        "correlationid": order_id,
        "data": data,
    }
