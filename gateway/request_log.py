"""One JSON line a request, of the form of every other log line.

Written past the logging library, which would cost a seventh of a simple request.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A route and an outcome. No query, no body, no address, no account."""

    event: str = "http.request"
    service: str = "gateway"
    level: str
    timestamp: datetime
    method: str
    route: str
    status: int
    seconds: float
    request_id: str


def _to_stdout(line: bytes) -> None:
    os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, line)


class RequestLog:
    """Writes lines of at least `level`: errors are warnings, the rest is information."""

    def __init__(self, level: str, *, write: Callable[[bytes], None] = _to_stdout) -> None:
        numbers = logging.getLevelNamesMapping()
        self._least = numbers.get(level.upper(), logging.INFO)
        self._write = write

    def say(self, *, method: str, route: str, status: int, seconds: float, request_id: str) -> None:
        """Say how a request went."""
        failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if self._least > (logging.WARNING if failed else logging.INFO):
            return
        line = Line(
            level="warning" if failed else "info",
            timestamp=datetime.now(UTC),
            method=method,
            route=route,
            status=status,
            seconds=round(seconds, 4),
            request_id=request_id,
        )
        # A log that cannot be written must not undo what was done.
        with contextlib.suppress(OSError):
            self._write(msgspec.json.encode(line) + b"\n")
