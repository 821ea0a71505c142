"""Links that lead nowhere: what arrives is written down beforehand, what is done is noted."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from chassis.bus.inbound import Inbound


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def monotonic_ns(self) -> int:
        return int(self.now * 1e9)

    def time(self) -> float:
        return self.now


class Arrival:
    """Messages that lie on the socket from a moment on."""

    def __init__(self, at: float, count: int = 1, *, queue: str = "toy.inbox.0") -> None:
        self.at = at
        self.count = count
        self.queue = queue


class ScriptedLink:
    """The consumer's link. When the script has ended it calls `over`."""

    def __init__(self, clock: Clock, script: list[Arrival | Exception], over: Callable[[], None]) -> None:
        self._clock = clock
        self._script = deque(script)
        self._over = over
        self._socket: deque[Inbound] = deque()
        self._callbacks: dict[str, Callable[[Inbound], None]] = {}
        self._tags = 0
        self.acks: list[tuple[int, bool]] = []
        self.did: list[str] = []
        self.prefetch: list[tuple[int, int, bool]] = []
        self.beats = 0
        self.cancelling_takes_s = 0.0
        self._cancelled_at = 0.0
        self.channel = self

    def basic_qos(self, size: int, count: int, *, a_global: bool) -> None:
        self.prefetch.append((size, count, a_global))

    def consume(self, queue: str, on_message: Callable[[Inbound], None]) -> str:
        self._callbacks[queue] = on_message
        return f"tag of {queue}"

    def drain(self, timeout_s: float) -> bool:
        """Deliver one message, or let the time pass until one comes; an error comes to who waits."""
        until = self._clock.now + timeout_s
        self._receive()
        if not self._socket and self._script and not isinstance(self._script[0], Exception):
            self._clock.now = max(self._clock.now, min(until, 1000.0 + self._script[0].at))
            self._receive()
        if self._socket:
            message = self._socket.popleft()
            self._callbacks[message.queue](message)
            return True
        self._clock.now = until
        if timeout_s and self._script and isinstance(self._script[0], Exception):
            raise self._script.popleft()  # type: ignore[misc]
        if not self._script:
            self._over()
        return False

    def _receive(self) -> None:
        while self._script and not isinstance(self._script[0], Exception):
            arrival = self._script[0]
            if 1000.0 + arrival.at > self._clock.now:
                return
            for _ in range(arrival.count):
                self._tags += 1
                body = str(self._tags).encode()
                self._socket.append(Inbound(body, arrival.queue, "", {}, delivery_tag=self._tags))
            self._script.popleft()

    def ack(self, delivery_tag: int, *, multiple: bool = False) -> None:
        self.acks.append((delivery_tag, multiple))
        self.did.append(f"ack {delivery_tag}")

    def cancel(self, tag: str) -> None:
        self._cancelled_at = self._clock.now
        self.did.append(f"cancel {tag}")

    def is_cancelled(self, tag: str) -> bool:
        return f"cancel {tag}" in self.did and self._clock.now >= self._cancelled_at + self.cancelling_takes_s

    def resume(self) -> None:
        self.did.append("resume")

    def close(self) -> None:
        self.did.append("close")

    def drop(self) -> None:
        self.did.append("drop")

    def beat(self) -> None:
        self.beats += 1


class ConfirmingLink:
    """The publisher's link: `answers` says what the broker does with each message id."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        self.channel = self
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.answers = answers or {}
        self.published: list[dict[str, Any]] = []
        self.drains: list[float] = []
        self.beats = 0
        self._due: deque[Callable[[], None]] = deque()
        self._tag = 0

    def confirm_select(self) -> None:
        """Tags are counted from here."""

    def publish(self, body: bytes, **given: Any) -> None:
        self._tag += 1
        tag = self._tag
        self.published.append({"body": body, **given})
        match self.answers.get(given["message_id"], "ack"):
            case "ack":
                self._due.append(lambda: self._call("basic_ack", tag, False))  # noqa: FBT003
            case "ack all":
                self._due.append(lambda: self._call("basic_ack", tag, True))  # noqa: FBT003
            case "nack":
                self._due.append(lambda: self._call("basic_nack", tag, False))  # noqa: FBT003
            case "return":
                message = type("M", (), {"properties": {"message_id": given["message_id"]}})()
                self._due.append(lambda: self._call("basic_return", None, "", "", message))
                self._due.append(lambda: self._call("basic_ack", tag, False))  # noqa: FBT003

    def _call(self, event: str, *arguments: Any) -> None:
        for callback in self.events[event]:
            callback(*arguments)

    def drain(self, timeout_s: float) -> bool:
        self.drains.append(timeout_s)
        if not self._due:
            return False
        self._due.popleft()()
        return True

    def beat(self) -> None:
        self.beats += 1

    def drop(self) -> None:
        """Nothing to drop."""


class AnsweringLink:
    """The RPC client's link: `answer` gives the replies to a request, if any."""

    def __init__(self, answer: Callable[["AnsweringLink", dict[str, Any]], None]) -> None:
        self.channel = self
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.published: list[dict[str, Any]] = []
        self.dropped = threading.Event()
        self._answer = answer
        self._due: deque[Callable[[], None]] = deque()
        self._some = threading.Semaphore(0)
        self._on_message: Callable[[Inbound], None] = lambda _message: None

    def consume(self, queue: str, on_message: Callable[[Inbound], None], *, no_ack: bool) -> str:
        assert (queue, no_ack) == ("amq.rabbitmq.reply-to", True)
        self._on_message = on_message
        return "tag"

    def publish(self, body: bytes, **given: Any) -> None:
        request = {"body": body, **given}
        self.published.append(request)
        self._answer(self, request)

    def reply(self, request: dict[str, Any], body: bytes) -> None:
        message = Inbound(body, "", "", {}, correlation_id=request["correlation_id"])
        self._later(lambda: self._on_message(message))

    def bring_back(self, request: dict[str, Any]) -> None:
        message = type("M", (), {"properties": {"correlation_id": request["correlation_id"]}})()
        self._later(lambda: [each(None, "", "", message) for each in self.events["basic_return"]])

    def lose(self) -> None:
        def lost() -> None:
            raise ConnectionResetError

        self._later(lost)

    def _later(self, action: Callable[[], Any]) -> None:
        self._due.append(action)
        self._some.release()

    def drain(self, timeout_s: float) -> bool:
        if not self._some.acquire(timeout=min(timeout_s, 0.05)):
            return False
        self._due.popleft()()
        return True

    def beat(self) -> None:
        """Nobody listens."""

    def drop(self) -> None:
        self.dropped.set()
