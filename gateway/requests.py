"""What happens around every request: a name, a door, a size, and afterwards a count and a line."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from threading import BoundedSemaphore

from flask import Flask, Response, g, request

from chassis.refusal import MalformedRequest, Unavailable
from gateway import metrics
from gateway.access import Access
from gateway.auth import admit
from gateway.headers import REQUEST_ID, request_id
from gateway.house import house
from gateway.line import SHORT_BODY_BYTES, SILENCE_S
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
# Photos are through in a moment; slow videos are what is not waited for.
_BERTH_S = 0.5
# A body that is no file is at most a megabyte, and comes at once.
BODY_S = 10.0


def register(app: Flask, policy: Mapping[str, Access], *, threads: int) -> None:
    """Put the hooks around every request of this application.

    Files may arrive in three quarters of the threads at once, other long bodies in an eighth: slow
    clients do not keep everybody else out.
    """
    berths = BoundedSemaphore(max(1, threads * 3 // 4))
    ears = BoundedSemaphore(max(1, threads // 8))

    def before() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id()
        endpoint = request.endpoint
        if endpoint is None:
            return
        admit(policy[endpoint])
        if endpoint in _LIMITS:
            if not berths.acquire(timeout=_BERTH_S):
                raise Unavailable("many files are arriving; try again")
            g.berth = berths
        _measure(_LIMITS.get(endpoint, JSON_MAX_BYTES))
        if endpoint not in _LIMITS and _is_arriving():
            _hear_out(ears)

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
        raise PayloadTooLarge(f"at most {limit_bytes} bytes", limit_bytes=limit_bytes)


def _is_arriving() -> bool:
    """Return whether more of the body may be on its way; a short one has been gathered before."""
    if "Transfer-Encoding" in request.headers:
        return True
    length = request.content_length or 0
    return length > SHORT_BODY_BYTES or (length > 0 and "Expect" in request.headers)


def _hear_out(ears: BoundedSemaphore) -> None:
    """Read a long body whole, while only a few others are being read. Raises: Unavailable."""
    if not ears.acquire(timeout=_BERTH_S):
        raise Unavailable("many long requests are arriving; try again")
    try:
        _wait_at_most(BODY_S)
        request.get_data()
    finally:
        ears.release()
        _wait_at_most(SILENCE_S)


def _wait_at_most(seconds: float) -> None:
    """Wait so long for the client to send or read at its pace; gunicorn gives the line to it."""
    line = request.environ.get("gunicorn.socket")
    if line is not None:
        line.wait_at_most(seconds)


def _hang_up() -> None:
    """Let the connection end with the answer; the worker reads away what is still coming."""
    line = request.environ.get("gunicorn.socket")
    if line is not None:
        line.hang_up()


def _after(response: Response) -> Response:
    if response.status_code >= HTTPStatus.BAD_REQUEST and _is_arriving():
        _hang_up()
    seconds = time.perf_counter() - g.started
    rule = request.url_rule
    route = metrics.UNMATCHED if rule is None else rule.rule
    method = metrics.known(request.method)
    status = response.status_code
    response.headers[REQUEST_ID] = g.request_id
    metrics.observe(method=method, route=route, status=status, seconds=seconds)
    house().log.say(method=method, route=route, status=status, seconds=seconds, request_id=g.request_id)
    return response
