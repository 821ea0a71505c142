"""What happens around every request: a name, a door, a size, and afterwards a count and a line."""

import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from threading import BoundedSemaphore

from flask import Flask, Response, g, request

from chassis.refusal import MalformedRequest, Unavailable
from gateway import metrics
from gateway.access import Access
from gateway.auth import admit
from gateway.headers import REQUEST_ID, request_id
from gateway.house import house
from gateway.media.inspection import LARGEST_BYTES
from gateway.refusals import PayloadTooLarge
from gateway.settings import MIB

JSON_MAX_BYTES = MIB
UPLOAD_MAX_BYTES = LARGEST_BYTES + 64 * 1024
IMPORT_MAX_BYTES = 5 * MIB + 64 * 1024
_UPLOADING = "media.upload"
_LIMITS = {
    _UPLOADING: UPLOAD_MAX_BYTES,
    "people.import_rows": IMPORT_MAX_BYTES,
    "uploads.begin_upload": LARGEST_BYTES,
    "uploads.add_piece": LARGEST_BYTES,
}
# A client that is still sending does not read: what is too large is read away up to here, so that
# it hears why.
_READ_AWAY_BYTES = 32 * MIB
_PIECE_BYTES = 64 * 1024
# A phone that has gone does not say so: a thread waits no longer than this for more of its file.
_SILENCE_S = 30
# Photos are through in a moment; slow videos are what is not waited for.
_BERTH_S = 0.5
# Nothing of what is still coming is wanted.
_FAREWELL_S = 5


def register(app: Flask, policy: Mapping[str, Access], *, threads: int) -> None:
    """Put the hooks around every request of this application.

    Files may arrive in three quarters of the threads at once: slow phones do not keep everybody else out.
    """
    berths = BoundedSemaphore(max(1, threads * 3 // 4))

    def before() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id()
        endpoint = request.endpoint
        if endpoint is None:
            return
        admit(policy[endpoint])
        if endpoint in _LIMITS:
            _wait_at_most(_SILENCE_S)
            if not berths.acquire(timeout=_BERTH_S):
                raise Unavailable("many files are arriving; try again")
            g.berth = berths
        _measure(_LIMITS.get(endpoint, JSON_MAX_BYTES))

    app.before_request(before)
    app.after_request(_after)
    app.teardown_request(_leave)


def _leave(_error: BaseException | None) -> None:
    """Make room for another file."""
    berth: BoundedSemaphore | None = g.pop("berth", None)
    if berth is not None:
        berth.release()


def _measure(limit_bytes: int) -> None:
    """Refuse a body that is too large before any of it is parsed. Raises: PayloadTooLarge."""
    request.max_content_length = limit_bytes
    length = request.content_length
    if length is None and request.headers.get("Transfer-Encoding") and request.endpoint == _UPLOADING:
        raise MalformedRequest("say how long the upload is", header="Content-Length")
    if length is not None and length > limit_bytes:
        if request.endpoint not in _LIMITS:
            _read_away(length)
        raise PayloadTooLarge(f"at most {limit_bytes} bytes", limit_bytes=limit_bytes)


def _read_away(length: int) -> None:
    left = min(length, _READ_AWAY_BYTES)
    stream = request.environ["wsgi.input"]
    while left > 0:
        piece = stream.read(min(left, _PIECE_BYTES))
        if not piece:
            return
        left -= len(piece)


def _wait_at_most(seconds: float | None) -> None:
    """Wait so long for the client's next bytes, None for ever; gunicorn gives its socket."""
    socket = request.environ.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(seconds)


def _let_hear(response: Response) -> None:
    """Read away what is left of a file that is refused, and wait for the client as for any other."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        _wait_at_most(_FAREWELL_S)
        with suppress(OSError):
            _read_away(_READ_AWAY_BYTES if request.content_length is None else request.content_length)
    _wait_at_most(None)


def _after(response: Response) -> Response:
    if request.endpoint in _LIMITS:
        _let_hear(response)
    seconds = time.perf_counter() - g.started
    rule = request.url_rule
    route = metrics.UNMATCHED if rule is None else rule.rule
    method = metrics.known(request.method)
    status = response.status_code
    response.headers[REQUEST_ID] = g.request_id
    metrics.observe(method=method, route=route, status=status, seconds=seconds)
    house().log.say(method=method, route=route, status=status, seconds=seconds, request_id=g.request_id)
    return response
