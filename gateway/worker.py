"""gunicorn's threaded worker: clients wait, its threads do not.

A thread gets a request whose head has arrived, and is free again with the answer: the poller gathers
heads and reads away what a refused client is still sending. Even an unreadable request is answered
with a problem document.
"""

import contextlib
import io
import selectors
import socket
import time
from collections import deque
from functools import partial
from typing import Any

import msgspec
import structlog
from gunicorn import util
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from contracts.errors import CODES
from gateway.errors import CONTENT_TYPE, document
from gateway.line import SILENCE_S, Line, has_arrived
from gateway.media.inspection import LARGEST_BYTES

log = structlog.get_logger()

# Headers that the application tried to send: our fault, not the client's.
_OURS = (InvalidResponseHeader, InvalidResponseHeaderName)
# For a head, and a short body, to come; a link that loses four packets in a row does it in half.
HEAD_S = 20.0
# Nobody sends a head of this size.
_MOST_HELD_BYTES = 64 * 1024
# A client that is still sending does not read: so much is read away for so long, that it hears why.
FAREWELL_S = 10.0
_MOST_READ_AWAY_BYTES = LARGEST_BYTES
# A worker that stops waits no longer than this for whoever has not sent a whole request.
_STOPPING_S = 2.0
_PIECE_BYTES = 64 * 1024


def _come(line: Line) -> bytes | None:
    """Return what has come by now: None where nothing has, no bytes where nothing more will."""
    try:
        return line.recv(_PIECE_BYTES)
    except TimeoutError:
        return None
    except OSError:
        return b""


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's own answers are HTML, and its log lines quote addresses and queries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._leaving: deque[Any] = deque()

    def is_parent_alive(self) -> bool:
        """End as at a SIGTERM once the master is gone: the next one waits for the port.

        gunicorn's own goes on to keep connections, and whoever uses theirs holds the port for 20 s,
        in which new connections are taken by nobody.
        """
        if not super().is_parent_alive():
            self.alive = False
        return bool(self.alive)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        """Say why in our own form, to the client and in the log."""
        code = (
            "malformed_request"
            if isinstance(exc, ParseException) and not isinstance(exc, _OURS)
            else "internal"
        )
        log.warning("http.unreadable", error=type(exc).__name__, code=code)
        # A client that is gone needs no answer.
        with contextlib.suppress(OSError):
            util.write_nonblock(client, raw_problem(code))

    def enqueue_req(self, conn: Any) -> None:
        """Give a thread to a request that has arrived; the poller waits for any other."""
        if not conn.initialized:
            conn.sock = Line(conn.sock)
            conn.init()
        if has_arrived(conn.parser.unreader.buf.getvalue()):
            self._hand_over(conn)
            return
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + (HEAD_S if self.alive else _STOPPING_S)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._gather, conn))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request, whose client is waited for from here on."""
        conn.sock.hang_up = req.force_close
        conn.sock.wait_at_most(SILENCE_S)
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep a connection, or see it off: gunicorn's own waits here for the client to go, 2 s long."""
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
        else:
            self._see_off(conn)

    def murder_pending(self) -> None:
        """Close what has not sent a whole request in time, and what has had its farewell."""
        super().murder_pending()
        while self._leaving and self._leaving[0].timeout <= time.monotonic():
            self._let_go(self._leaving[0])

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """Keep a connection whose last body is here to its end; no thread waits for what is left of it."""
        conn.sock.wait_at_most(0)
        return bool(super()._keepalive_after(conn, keepalive))

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in (*self.pending_conns, *self._leaving):
            conn.timeout = min(conn.timeout, deadline)

    def _gather(self, conn: Any, line: Line) -> None:
        """Put what has come to what is here of a request, and hand it over once that is enough."""
        piece = _come(line)
        if piece is None:
            return
        held = conn.parser.unreader.buf
        held.seek(0, io.SEEK_END)
        held.write(piece)
        arrived = has_arrived(held.getvalue())
        if piece and not arrived and held.tell() <= _MOST_HELD_BYTES:
            return
        self.poller.unregister(line)
        self.pending_conns.remove(conn)
        if piece and not arrived:
            self.handle_error(None, line, conn.client, LimitRequestHeaders("no end of the head"))
            self._see_off(conn)
        elif held.tell():
            self._hand_over(conn)
        else:
            self._close(conn)

    def _hand_over(self, conn: Any) -> None:
        # Whatever the parser still misses will not come.
        conn.sock.wait_at_most(0)
        super().enqueue_req(conn)

    def _see_off(self, conn: Any) -> None:
        """Say that nothing more will be said, and read away what still comes, without a thread.

        A socket that is closed with bytes unread takes the answer back with it (RFC 9112, 9.6).
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.settimeout(0)
        except OSError:
            self._close(conn)
            return
        conn.timeout = time.monotonic() + (FAREWELL_S if self.alive else _STOPPING_S)
        conn.read_away = 0
        self._leaving.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read_away, conn))

    def _read_away(self, conn: Any, line: Line) -> None:
        piece = _come(line)
        if piece is None:
            return
        conn.read_away += len(piece)
        if not piece or conn.read_away > _MOST_READ_AWAY_BYTES:
            self._let_go(conn)

    def _let_go(self, conn: Any) -> None:
        self._leaving.remove(conn)
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()


def raw_problem(code: str) -> bytes:
    """Return a whole HTTP response, for where there is no application to make one."""
    body = msgspec.json.encode(document(code))
    status = CODES[code].status
    head = (
        f"HTTP/1.1 {status} {CODES[code].title}\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Content-Language: zh-CN\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
