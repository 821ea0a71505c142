"""A TCP proxy between a process and its server, for everything that a link can do."""

import contextlib
import queue
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

from ops.ports import LOOPBACK, pick

_RESET = struct.pack("ii", 1, 0)
_MOST_HELD_BYTES = 2**20


class _Pipe:
    """One direction of a connection."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source = source
        self.sink = sink
        self.chunks: deque[tuple[float, bytes]] = deque()

    def is_due(self) -> bool:
        return bool(self.chunks) and self.chunks[0][0] <= time.monotonic()

    def has_room(self) -> bool:
        return sum(len(data) for _, data in self.chunks) < _MOST_HELD_BYTES

    def write(self) -> None:
        due, data = self.chunks.popleft()
        written = self.sink.send(data)
        if written < len(data):
            self.chunks.appendleft((due, data[written:]))


class _Connection:
    """A client, its server, and the two pipes between them."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.ends = (near, far)
        self.up, self.down = _Pipe(near, far), _Pipe(far, near)
        self.is_stuck = False

    def close(self, *, reset: bool = False) -> None:
        for end in self.ends:
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()


class Proxy:
    """Passes bytes on, in a thread of its own.

    `black_hole` holds everything back while connections stand, and takes new ones that lead nowhere;
    `stick_when` and `stick_after` do so to one connection alone, for good. `delay` lets every byte
    wait; `reset` breaks what stands; `refuse` takes no connection any more. `restore` ends all of these.
    """

    def __init__(self, target_url: str) -> None:
        self._target = urlsplit(target_url)
        self.port = pick()
        self.connections = 0
        self._open: list[_Connection] = []
        self._listener: socket.socket | None = None
        self._holding = False
        self._delay_s = 0.0
        self._needle = b""
        self._budget: int | None = None
        self._over = False
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._do(self._listen)

    @property
    def url(self) -> str:
        """The target's URL by way of this proxy."""
        user = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{user}@{LOOPBACK}:{self.port}"))

    def black_hole(self) -> None:
        self._holding = True

    def stick_when(self, needle: bytes) -> None:
        """Hold back everything of the next connection whose client says this, from then on."""
        self._needle = needle

    def stick_after(self, count: int) -> None:
        """Let the server say so many bytes more; the connection that says the next one is stuck."""
        self._budget = count

    def delay(self, seconds: float) -> None:
        self._delay_s = seconds

    def reset(self) -> None:
        self._do(self._reset)

    def refuse(self) -> None:
        self._do(self._stop_listening)
        self._do(self._reset)

    def restore(self) -> None:
        self._delay_s, self._needle, self._budget, self._holding = 0.0, b"", None, False
        self._do(self._listen)

    def close(self) -> None:
        self.refuse()
        self._over = True
        self._bell.send(b"!")
        self._thread.join(5)
        self._bell.close()
        self._ear.close()

    def _do(self, order: Callable[[], None]) -> None:
        """Let the proxy's own thread do it, and wait until it has."""
        done = threading.Event()
        self._orders.put((order, done))
        self._bell.send(b"!")
        assert done.wait(5)

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((LOOPBACK, self.port))

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _reset(self) -> None:
        for each in self._open:
            each.close(reset=True)
        self._open.clear()

    def _run(self) -> None:
        while not self._over:
            moving = [] if self._holding else [each for each in self._open if not each.is_stuck]
            pipes = [pipe for each in moving for pipe in (each.up, each.down)]
            listening = [self._ear] if self._listener is None else [self._ear, self._listener]
            sources = [pipe.source for pipe in pipes if pipe.has_room()]
            sinks = [pipe.sink for pipe in pipes if pipe.is_due()]
            readable, writable, _ = select.select([*listening, *sources], sinks, [], 0.02)
            for each in moving:
                self._move(each, readable, writable)
            if self._listener in readable:
                self._accept()
            if self._ear in readable:
                self._obey()

    def _obey(self) -> None:
        self._ear.recv(4096)
        with contextlib.suppress(queue.Empty):
            while True:
                order, done = self._orders.get_nowait()
                order()
                done.set()

    def _accept(self) -> None:
        assert self._listener is not None
        near, _ = self._listener.accept()
        self.connections += 1
        try:
            far = socket.create_connection((self._target.hostname, self._target.port), timeout=5)
        except OSError:
            near.close()
            return
        for end in (near, far):
            end.settimeout(0)
        self._open.append(_Connection(near, far))

    def _move(self, each: _Connection, readable: list[socket.socket], writable: list[socket.socket]) -> None:
        try:
            for pipe in (each.up, each.down):
                if pipe.sink in writable and pipe.is_due():
                    pipe.write()
                if pipe.source in readable and not each.is_stuck:
                    self._read(each, pipe)
        except OSError:
            self._open.remove(each)
            each.close()

    def _read(self, each: _Connection, pipe: _Pipe) -> None:
        data = pipe.source.recv(65536)
        if not data:
            raise ConnectionResetError
        if pipe is each.up and self._needle and self._needle in data:
            self._needle, each.is_stuck = b"", True
        if pipe is each.down and self._budget is not None:
            if len(data) > self._budget:
                pipe.sink.send(data[: self._budget])
                self._budget, each.is_stuck = None, True
                return
            self._budget -= len(data)
        pipe.chunks.append((time.monotonic() + self._delay_s, data))


@contextlib.contextmanager
def proxied(target_url: str) -> Iterator[Proxy]:
    """Give a proxy and close it."""
    proxy = Proxy(target_url)
    try:
        yield proxy
    finally:
        proxy.close()
