"""A department's software as light as one may write it: one consumer, answers told, pipelined messages."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from chassis.bus.connection import LINK_ERRORS
from chassis.bus.inbound import Inbound
from chassis.bus.link import PERSISTENT, Link
from contracts.envelope import CONTENT_TYPE, ORDERING_KEY_HEADER
from contracts.naming import department_queue
from contracts.topology import REPLIES, department_user

Message = dict[str, Any]
_PREFETCH = 500
_IDLE_S, _BEAT_S, _PAUSE_S = 0.5, 2.0, 0.5


class Subscriber:
    """Consumes one department's queue in a thread, and says things as that department.

    `on_message` gets the type and the data of whatever comes, one after the other; it comes again
    after a lost connection. `on_event` gets the whole envelope, before.
    """

    def __init__(
        self,
        code: str,
        amqp_uri: str,
        on_message: Callable[[str, Message], None],
        *,
        on_event: Callable[[Message], None] = lambda _event: None,
    ) -> None:
        self.code = code
        self._uri = amqp_uri
        self._on_message = on_message
        self._on_event = on_event
        self._stopping = threading.Event()
        self._link: Link | None = None
        self._last_tag = 0
        self._beaten = 0.0
        self._thread = threading.Thread(target=self._run, name=f"department-{code}", daemon=True)

    def start(self) -> None:
        """Begin to consume."""
        self._thread.start()

    def stop(self) -> None:
        """Consume no more."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def say(self, kind: str, order_id: str, data: Message) -> str:
        """Publish one message about an order; return its id, which the answer to it names.

        The same words have the same id, so they may be said again: what a lost connection swallows
        has to be.
        """
        message_id = self.name_of(kind, order_id, data)
        link = self._link
        if link is None:
            return message_id
        with contextlib.suppress(*LINK_ERRORS):
            link.publish(
                json.dumps(self._event(kind, message_id, order_id, data)).encode(),
                exchange=REPLIES,
                routing_key=self.code,
                headers={ORDERING_KEY_HEADER: order_id},
                content_type=CONTENT_TYPE,
                delivery_mode=PERSISTENT,
                message_id=message_id,
                user_id=department_user(self.code),
            )
        return message_id

    @staticmethod
    def name_of(kind: str, order_id: str, data: Message) -> str:
        """Return the id under which this is said, now or again."""
        return str(uuid5(UUID(order_id), f"{kind} {json.dumps(data, sort_keys=True)}"))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._session()
            except LINK_ERRORS:
                self._stopping.wait(_PAUSE_S)

    def _session(self) -> None:
        link = Link(self._uri)
        try:
            link.channel.basic_qos(0, _PREFETCH, a_global=False)
            link.consume(department_queue(self.code), self._received)
            self._link = link
            while not self._stopping.is_set():
                if link.drain(_IDLE_S):
                    while link.drain(0):
                        pass
                    link.ack(self._last_tag, multiple=True)
                self._beat(link)
        finally:
            self._link = None
            link.drop()

    def _beat(self, link: Link) -> None:
        if time.monotonic() - self._beaten > _BEAT_S:
            self._beaten = time.monotonic()
            link.beat()

    def _received(self, message: Inbound) -> None:
        self._last_tag = message.delivery_tag
        event = json.loads(message.body)
        self._on_event(event)
        self._on_message(event["type"], event["data"])

    def _event(self, kind: str, message_id: str, order_id: str, data: Message) -> Message:
        return {
            "specversion": "1.0",
            "id": message_id,
            "source": f"department/{self.code}",
            "type": kind,
            "subject": order_id,
            "time": datetime.now(UTC).isoformat(),
            "datacontenttype": "application/json",
            "sequence": 1,
            "orderingkey": order_id,
            "correlationid": order_id,
            "data": data,
        }
