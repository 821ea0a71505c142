"""One thread that waits for many sockets."""

import contextlib
import queue
import select
import socket
import threading
import time
from collections.abc import Callable

READABLE, WRITABLE = select.EPOLLIN, select.EPOLLOUT
_ORDER_S = 5.0


class Loop:
    """One thread that waits for the sockets of one proxy, or of many: they share what a turn costs."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._late: dict[int, tuple[float, Callable[[], None]]] = {}
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._is_over = False
        self.watch(self._ear, READABLE, lambda _event: self._obey())
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def watch(self, end: socket.socket, mask: int, handler: Callable[[int], None]) -> None:
        """Call `handler` with what has happened to this socket, from now on."""
        place = end.fileno()
        (self._poll.modify if place in self._handlers else self._poll.register)(place, mask)
        self._handlers[place] = handler

    def forget(self, end: socket.socket) -> None:
        """Call nobody about this socket any more."""
        if self._handlers.pop(end.fileno(), None) is not None:
            self._poll.unregister(end.fileno())

    def call_at(self, due: float, end: socket.socket, call: Callable[[], None]) -> None:
        """Call at this moment (monotonic seconds) on behalf of a socket; the last such wish counts."""
        self._late[id(end)] = (due, call)

    def do(self, order: Callable[[], None]) -> None:
        """Let the loop's own thread do it, and wait until it has. Raises: TimeoutError."""
        done = threading.Event()
        self._orders.put((order, done))
        self._bell.send(b"!")
        if not done.wait(_ORDER_S):
            raise TimeoutError("the proxy's loop did not answer")

    def close(self) -> None:
        """End the thread."""
        self.do(self._end)
        self._thread.join(_ORDER_S)
        for each in (self._bell, self._ear, self._poll):
            each.close()

    def _end(self) -> None:
        self._is_over = True

    def _run(self) -> None:
        while not self._is_over:
            for place, event in self._poll.poll(self._patience()):
                if (handler := self._handlers.get(place)) is not None:
                    handler(event)
            if self._late:
                self._call_the_late()

    def _patience(self) -> float | None:
        if not self._late:
            return None
        return max(0.0, min(due for due, _ in self._late.values()) - time.monotonic())

    def _call_the_late(self) -> None:
        now = time.monotonic()
        for key, (due, call) in list(self._late.items()):
            if due <= now:
                del self._late[key]
                call()

    def _obey(self) -> None:
        self._ear.recv(4096)
        with contextlib.suppress(queue.Empty):
            while True:
                order, done = self._orders.get_nowait()
                order()
                done.set()
