"""A TCP proxy between a process and its server, for everything that a link can do."""

import contextlib
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urlsplit, urlunsplit

from fault.loop import READABLE, WRITABLE, Loop
from ops.ports import LOOPBACK, pick

_RESET = struct.pack("ii", 1, 0)
_MOST_HELD_BYTES = 2**20
_READ_BYTES = 2**16


class _Pipe:
    """One direction of a connection."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.chunks: deque[tuple[float, bytes]] = deque()
        self.held_bytes = 0
        self.is_over = False  # its source has said goodbye
        self.is_cut = False  # its sink was told so already, and hears nothing more
        self.is_blocked = False  # its sink takes no more for now

    def put(self, data: bytes, due: float) -> None:
        if not self.is_cut:
            self.chunks.append((due, data))
            self.held_bytes += len(data)

    def write(self) -> None:
        """Write what is due. Raises: OSError."""
        self.is_blocked = False
        while self.chunks and self.chunks[0][0] <= time.monotonic():
            due, data = self.chunks.popleft()
            try:
                written = self.sink.send(data)
            except BlockingIOError:
                written = 0
            self.held_bytes -= written
            if written < len(data):
                self.chunks.appendleft((due, data[written:]))
                self.is_blocked = True
                return

    def cut(self) -> None:
        self.is_cut = True
        self.chunks.clear()
        self.held_bytes = 0


class _Connection:
    """A client, its server, and the two pipes between them."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.ends = (near, far)
        self.up, self.down = _Pipe(near, far), _Pipe(far, near)
        self.pipes = (self.up, self.down)
        self.is_stuck = False

    def close(self, *, reset: bool = False) -> None:
        for end in self.ends:
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.close()


class Proxy:
    """Passes bytes on, in its loop's thread.

    `black_hole` holds everything back while connections stand, and takes new ones that lead nowhere;
    `stick_when` and `stick_after` do so to one connection alone, for good. `delay` lets every byte
    wait; `reset` breaks what stands; `half_close` ends one half of it; `refuse` takes no connection
    any more. `restore` ends all of these.
    """

    def __init__(self, target_url: str, loop: Loop | None = None, *, taken: Iterable[int] = ()) -> None:
        self._target = urlsplit(target_url)
        self.port = pick(taken)
        self.connections = 0
        self._open: list[_Connection] = []
        self._listener: socket.socket | None = None
        self._is_holding = False
        self._delay_s = 0.0
        self._needle = b""
        self._budget: int | None = None
        self._loop, self._is_alone = loop or Loop(), loop is None
        self._loop.do(self._listen)

    @property
    def url(self) -> str:
        """The target's URL by way of this proxy."""
        user = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{user}@{LOOPBACK}:{self.port}"))

    def black_hole(self) -> None:
        """Hold everything back."""
        self._loop.do(lambda: self._hold(holding=True))

    def stick_when(self, needle: bytes) -> None:
        """Hold back everything of the next connection whose client says this, from then on."""
        self._needle = needle

    def stick_after(self, count: int) -> None:
        """Let the server say so many bytes more; the connection that says the next one is stuck."""
        self._budget = count

    def delay(self, seconds: float) -> None:
        """Let every byte wait so long, in each direction."""
        self._delay_s = seconds

    def reset(self) -> None:
        """Break what stands, as a router does that has forgotten it."""
        self._loop.do(self._reset)

    def half_close(self) -> None:
        """Tell each client that its server has said goodbye; the server hears nothing of it."""
        self._loop.do(self._half_close)

    def refuse(self) -> None:
        """Break what stands and take nothing new."""
        self._loop.do(self._stop_listening)
        self._loop.do(self._reset)

    def restore(self) -> None:
        """Pass bytes on again, what was held back first."""
        self._delay_s, self._needle, self._budget = 0.0, b"", None
        self._loop.do(lambda: self._hold(holding=False))
        self._loop.do(self._listen)

    def close(self) -> None:
        """Break everything and be gone."""
        self.refuse()
        if self._is_alone:
            self._loop.close()

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((LOOPBACK, self.port))
            self._listener.settimeout(0)
            self._loop.watch(self._listener, READABLE, lambda _event: self._accept())

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.forget(self._listener)
            self._listener.close()
            self._listener = None

    def _hold(self, *, holding: bool) -> None:
        self._is_holding = holding
        for each in tuple(self._open):
            self._flush(each)

    def _reset(self) -> None:
        for each in tuple(self._open):
            self._drop(each, reset=True)

    def _half_close(self) -> None:
        for each in tuple(self._open):
            with contextlib.suppress(OSError):
                each.down.cut()
                each.down.sink.shutdown(socket.SHUT_WR)

    def _drop(self, each: _Connection, *, reset: bool = False) -> None:
        self._open.remove(each)
        for end in each.ends:
            self._loop.forget(end)
        each.close(reset=reset)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            near, _ = self._listener.accept()
        except BlockingIOError:
            return
        self.connections += 1
        far = socket.socket()
        for end in (near, far):
            end.settimeout(0)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Where nobody listens, the first event of this end says so.
        far.connect_ex((self._target.hostname or LOOPBACK, self._target.port or 0))
        self._open.append(_Connection(near, far))
        self._watch(self._open[-1])

    def _watch(self, each: _Connection) -> None:
        """Listen for what this connection can do next; for nothing at all while it is held."""
        for source_of, sink_of in (each.pipes, each.pipes[::-1]):
            if self._is_holding or each.is_stuck:
                self._loop.forget(source_of.source)
                continue
            mask = 0 if source_of.is_over or source_of.held_bytes > _MOST_HELD_BYTES else READABLE
            mask |= WRITABLE if sink_of.is_blocked else 0
            self._loop.watch(source_of.source, mask, partial(self._moved, each, source_of))

    def _moved(self, each: _Connection, pipe: _Pipe, event: int) -> None:
        """Something has happened to the source of this pipe, which is the sink of the other one."""
        try:
            if event & ~WRITABLE:
                if pipe.is_over:
                    raise ConnectionResetError
                self._read(each, pipe)
        except OSError:
            self._drop(each)
            return
        if event & WRITABLE or pipe.chunks or pipe.is_over or each.is_stuck:
            self._flush(each)

    def _read(self, each: _Connection, pipe: _Pipe) -> None:
        try:
            data = pipe.source.recv(_READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            pipe.is_over = True
            return
        if pipe is each.up and self._needle and self._needle in data:
            self._needle, each.is_stuck = b"", True
            return
        if pipe is each.down and self._budget is not None:
            data = self._within_budget(each, data)
        pipe.put(data, time.monotonic() + self._delay_s)
        if not (self._delay_s or pipe.is_blocked):
            pipe.write()

    def _within_budget(self, each: _Connection, data: bytes) -> bytes:
        budget = self._budget or 0
        if len(data) > budget:
            self._budget, each.is_stuck = None, True
            return data[:budget]
        self._budget = budget - len(data)
        return data

    def _flush(self, each: _Connection) -> None:
        """Write what is due, see to it that the rest is, and close what has come to its end."""
        if each not in self._open:
            return
        if not (self._is_holding or each.is_stuck):
            try:
                for pipe in each.pipes:
                    pipe.write()
                    if pipe.chunks and not pipe.is_blocked:
                        self._loop.call_at(pipe.chunks[0][0], pipe.sink, lambda: self._flush(each))
            except OSError:
                self._drop(each)
                return
            if any(pipe.is_over and not pipe.chunks for pipe in each.pipes):
                self._drop(each)
                return
        self._watch(each)


@contextlib.contextmanager
def proxied(target_url: str) -> Iterator[Proxy]:
    """Give a proxy and close it."""
    proxy = Proxy(target_url)
    try:
        yield proxy
    finally:
        proxy.close()
