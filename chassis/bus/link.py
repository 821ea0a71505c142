"""One connection with one channel, on which several threads may write."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import amqp

from chassis.bus.connection import SILENCE_S, connect, open_channel
from chassis.bus.inbound import Inbound

TRANSIENT, PERSISTENT = 1, 2


class SilentLinkError(ConnectionError):
    """No frame, not even a heartbeat, has come for too long."""


class Link:
    """A connection and its channel. One thread reads; writes are taken one at a time."""

    def __init__(self, uri: str) -> None:
        self._connection = connect(uri)
        self._writing = threading.Lock()
        self._frames = -1
        self._heard_at = time.monotonic()
        self.channel = open_channel(self._connection)

    def consume(self, queue: str, on_message: Callable[[Inbound], None], *, no_ack: bool = False) -> str:
        """Start a consumer on a queue that exists; return its tag. Never declares."""

        def received(message: Any) -> None:
            on_message(_inbound(message, queue))

        tag = f"{queue}:{time.monotonic_ns()}"
        self.channel.basic_consume(queue, consumer_tag=tag, no_ack=no_ack, callback=received)
        return tag

    def has(self, queue: str) -> bool:
        """Ask whether a queue is there, on a channel of its own: one that is not costs the channel."""
        with self._writing:
            channel = open_channel(self._connection)
            is_there = True
            try:
                channel.queue_declare(queue, passive=True)
            except amqp.NotFound:
                is_there = False
            # Also then: what the broker has closed, py-amqp has opened again before it raises.
            channel.close()
        return is_there

    def drain(self, timeout_s: float) -> bool:
        """Read until a method was handled; return False where none came in time.

        py-amqp's own `drain_events` waits anew after each heartbeat: whoever asks it to wait for
        longer than the broker takes for one waits for ever.
        """
        until = time.monotonic() + timeout_s
        try:
            while not self._connection.blocking_read(timeout_s):
                timeout_s = max(0.0, until - time.monotonic())
        except TimeoutError:
            self._notice_silence()
            return False
        self._heard_at = time.monotonic()
        return True

    def resume(self) -> None:
        """The reader was busy elsewhere: silence counts from now."""
        self._heard_at = time.monotonic()

    def publish(
        self,
        body: bytes,
        *,
        exchange: str,
        routing_key: str,
        mandatory: bool = False,
        headers: Mapping[str, Any] | None = None,
        **properties: Any,
    ) -> None:
        """Write one message; whether it arrived is for confirms, returns or replies to tell."""
        message = amqp.Message(body, application_headers=dict(headers or {}), **properties)
        with self._writing:
            self.channel.basic_publish(
                message, exchange=exchange, routing_key=routing_key, mandatory=mandatory
            )

    def ack(self, delivery_tag: int, *, multiple: bool = False) -> None:
        """Acknowledge one message, or all up to it."""
        with self._writing:
            self.channel.basic_ack(delivery_tag, multiple=multiple)

    def cancel(self, tag: str) -> None:
        """Take no more messages, without waiting: what is on its way still arrives."""
        with self._writing:
            self.channel.ask_to_cancel(tag)

    def is_cancelled(self, tag: str) -> bool:
        """Return whether the broker has said that it sends nothing more."""
        return tag in self.channel.cancelled

    def beat(self) -> None:
        """Tell the broker that this process lives."""
        with self._writing:
            self._connection.send_heartbeat()

    def close(self) -> None:
        """Say goodbye."""
        with self._writing:
            self._connection.close()

    def drop(self) -> None:
        """Forget the connection without a word: it may be dead, and a word may hang."""
        self._connection.collect()

    def _notice_silence(self) -> None:
        frames = self._connection.bytes_recv
        now = time.monotonic()
        if frames != self._frames:
            self._frames, self._heard_at = frames, now
        elif now - self._heard_at > SILENCE_S:
            raise SilentLinkError("the broker has been silent")


def _inbound(message: Any, queue: str) -> Inbound:
    properties = message.properties
    body = message.body
    return Inbound(
        body=body.encode() if isinstance(body, str) else bytes(body),
        queue=queue,
        routing_key=message.delivery_info["routing_key"],
        headers=properties.get("application_headers") or {},
        delivery_tag=message.delivery_tag,
        redelivered=bool(message.delivery_info.get("redelivered")),
        message_id=properties.get("message_id"),
        correlation_id=properties.get("correlation_id"),
        reply_to=properties.get("reply_to"),
        user_id=properties.get("user_id"),
    )
