"""What happens around every request: a name, a door, a size, and afterwards a count and a line."""

import time
from collections.abc import Mapping

from flask import Flask, Response, g, request

from chassis.refusal import MalformedRequest
from gateway import metrics
from gateway.auth import admit
from gateway.headers import REQUEST_ID, request_id
from gateway.house import house
from gateway.media.inspection import LARGEST_BYTES
from gateway.policy import Access
from gateway.refusals import PayloadTooLarge
from gateway.settings import MIB

JSON_MAX_BYTES = MIB
UPLOAD_MAX_BYTES = LARGEST_BYTES + 64 * 1024
_UPLOADING = "media.upload"
# A client that is still sending does not read: what is too large is read away up to here, so that
# it hears why.
_READ_AWAY_BYTES = 32 * MIB
_PIECE_BYTES = 64 * 1024


def register(app: Flask, policy: Mapping[str, Access]) -> None:
    """Put the hooks around every request of this application."""

    def before() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id()
        endpoint = request.endpoint
        if endpoint is None:
            return
        admit(policy[endpoint])
        _measure(UPLOAD_MAX_BYTES if endpoint == _UPLOADING else JSON_MAX_BYTES)

    app.before_request(before)
    app.after_request(_after)


def _measure(limit_bytes: int) -> None:
    """Refuse a body that is too large before any of it is parsed. Raises: PayloadTooLarge."""
    request.max_content_length = limit_bytes
    length = request.content_length
    if length is None and request.headers.get("Transfer-Encoding") and request.endpoint == _UPLOADING:
        raise MalformedRequest("say how long the upload is", header="Content-Length")
    if length is not None and length > limit_bytes:
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


def _after(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    rule = request.url_rule
    route = metrics.UNMATCHED if rule is None else rule.rule
    method = metrics.known(request.method)
    status = response.status_code
    response.headers[REQUEST_ID] = g.request_id
    metrics.observe(method=method, route=route, status=status, seconds=seconds)
    house().log.say(method=method, route=route, status=status, seconds=seconds, request_id=g.request_id)
    return response
