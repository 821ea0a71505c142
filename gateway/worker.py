"""gunicorn's threaded worker, which answers even an unreadable request with a problem document."""

import contextlib
from typing import Any

import msgspec
import structlog
from gunicorn import util
from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, ParseException
from gunicorn.workers.gthread import ThreadWorker

from contracts.errors import CODES
from gateway.errors import CONTENT_TYPE, document

log = structlog.get_logger()

# Headers that the application tried to send: our fault, not the client's.
_OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's own answers are HTML, and its log lines quote addresses and queries."""

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
