"""The pipelined publisher: many messages on their way, confirms counted, with a deadline."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from chassis.bus.link import PERSISTENT, Link
from contracts.envelope import CONTENT_TYPE, ORDERING_KEY_HEADER


class Message(NamedTuple):
    """One persistent message. Without an ordering key it would crowd one partition: refused."""

    id: str
    exchange: str
    routing_key: str
    ordering_key: str
    type: str
    body: bytes


class Published(NamedTuple):
    """Ids that the broker has confirmed, and those that it returned or refused."""

    confirmed: set[str]
    failed: set[str]


class Publisher:
    """Publishes on a link in confirm mode; `publish_all` is one pipeline, nothing is left over."""

    def __init__(self, uri: str) -> None:
        self._link = Link(uri)
        channel = self._link.channel
        try:
            channel.confirm_select()
        except BaseException:
            self._link.drop()
            raise
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        self._next_tag = 1
        self._outstanding: dict[int, str] = {}
        self._confirmed: set[str] = set()
        self._failed: set[str] = set()

    def publish_all(self, messages: Sequence[Message], *, within_s: float = 5.0) -> Published:
        """Publish and wait for every confirm; what has none in time has failed, as one stuck queue may.

        Raises: TimeoutError where nothing at all was confirmed, and BROKER_ERRORS.
        """
        self._confirmed, self._failed = set(), set()
        for message in messages:
            self._send(message)
        until = time.monotonic() + within_s
        while self._outstanding:
            left = until - time.monotonic()
            if left <= 0:
                self._give_up()
                break
            self._link.drain(left)
        return Published(self._confirmed - self._failed, self._failed)

    def idle(self) -> None:
        """Keep the connection alive between pipelines."""
        self._link.drain(0)
        self._link.beat()

    def close(self) -> None:
        """Drop the connection; what was confirmed is safe."""
        self._link.drop()

    def _give_up(self) -> None:
        if not self._confirmed:
            raise TimeoutError("the broker did not confirm in time")
        self._failed.update(self._outstanding.values())
        self._outstanding.clear()

    def _send(self, message: Message) -> None:
        if not message.ordering_key:
            raise ValueError("a message needs an ordering key")
        self._outstanding[self._next_tag] = message.id
        self._next_tag += 1
        self._link.publish(
            message.body,
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=True,
            headers={ORDERING_KEY_HEADER: message.ordering_key},
            content_type=CONTENT_TYPE,
            delivery_mode=PERSISTENT,
            message_id=message.id,
            type=message.type,
        )

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001 - py-amqp calls it so
        self._confirmed.update(self._settle(delivery_tag, multiple=multiple))

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001
        self._failed.update(self._settle(delivery_tag, multiple=multiple))

    def _on_return(self, _error: Exception, _exchange: str, _routing_key: str, message: Any) -> None:
        self._failed.add(message.properties["message_id"])

    def _settle(self, delivery_tag: int, *, multiple: bool) -> list[str]:
        tags = [tag for tag in self._outstanding if tag <= delivery_tag] if multiple else [delivery_tag]
        return [self._outstanding.pop(tag) for tag in tags if tag in self._outstanding]
