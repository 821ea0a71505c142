"""The one translation of refusals and faults into problem documents (RFC 9457)."""

import traceback
from collections.abc import Mapping
from typing import get_args

import msgspec
import structlog
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from chassis.refusal import Field, Refusal
from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from contracts.errors import CODES

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:qiaotou:problem:"
LANGUAGES = ("zh-CN", "zh", "en")
RETRY_AFTER_S = {"unavailable": 2, "too_many_requests": 30}
_FRAMES = 8

# What Flask and Werkzeug raise by themselves; every other client error cannot be read.
_BY_STATUS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    412: "stale_version",
    413: "payload_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
_SERVER_ERROR = 500

# What a request is expected to end with where it is not carried out.
Refused = Refusal | RemoteRefusal | ServiceUnavailable | NoAnswer


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out. `code` is stable; `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    fields: dict[str, Field] = {}


def document(
    code: str, *, detail: str = "", fields: Mapping[str, Field] | None = None, chinese: bool = True
) -> ProblemDocument:
    """Return the problem document of a public code."""
    cause = CODES[code]
    return ProblemDocument(
        type=f"{TYPE_PREFIX}{code}",
        title=cause.title_zh if chinese else cause.title,
        status=cause.status,
        code=code,
        detail=detail,
        fields=dict(fields or {}),
    )


def problem(
    code: str,
    *,
    detail: str = "",
    fields: Mapping[str, Field] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that says why not, in the caller's language."""
    response = _answered(document(code, detail=detail, fields=fields, chinese=_wants_chinese()))
    response.headers.extend(headers or {})
    return response


def _answered(said: ProblemDocument) -> Response:
    response = Response(msgspec.json.encode(said), status=said.status, content_type=CONTENT_TYPE)
    response.headers["Content-Language"] = "zh-CN" if _wants_chinese() else "en"
    if said.code in RETRY_AFTER_S:
        response.headers["Retry-After"] = str(RETRY_AFTER_S[said.code])
    if said.code == "unauthenticated":
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def register(app: Flask) -> None:
    """Answer everything that can be raised with a problem document, never with HTML or a stack."""
    for expected in get_args(Refused):
        app.register_error_handler(expected, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _fault)


def refused(error: Refused) -> ProblemDocument:
    """Return the document of a refusal, in the caller's language."""
    match error:
        case RemoteRefusal() if error.code not in CODES:
            log.error("rpc.unknown_code", code=error.code)
            return document("internal", chinese=_wants_chinese())
        case Refusal() | RemoteRefusal():
            # A refusal's default wording is its code, which the document has already.
            said, fields = error.detail, error.fields
            return document(error.code, detail=said, fields=fields, chinese=_wants_chinese())
        case ServiceUnavailable():
            return document("unavailable", chinese=_wants_chinese())
        case NoAnswer():
            # A question may simply be asked again; a command's outcome is not known.
            asking = request.method in ("GET", "HEAD")
            return document("unavailable" if asking else "unknown_outcome", chinese=_wants_chinese())


def _refused(error: Refused) -> Response:
    return _answered(refused(error))


def _http_error(error: HTTPException) -> Response:
    status = error.code or _SERVER_ERROR
    fallback = "internal" if status >= _SERVER_ERROR else "malformed_request"
    return problem(_BY_STATUS.get(status, fallback), headers=_headers_of(error))


def _headers_of(error: HTTPException) -> dict[str, str]:
    """Return what HTTP itself asks beside a status."""
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return {"Allow": ", ".join(sorted(error.valid_methods))}
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        return {"Content-Range": f"bytes */{error.length}"}
    return {}


def _database_error(error: SQLAlchemyError) -> Response:
    _report("database.failed", error)
    return problem("unavailable")


def _fault(error: Exception) -> Response:
    _report("request.failed", error)
    return problem("internal")


def _report(event: str, error: Exception) -> None:
    """Say where it happened. An exception's own words may quote a request, and are left out."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    log.error(
        event,
        error=type(error).__name__,
        trace=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        request_id=g.get("request_id") if has_request_context() else None,
    )


def _wants_chinese() -> bool:
    if not has_request_context():
        return True
    best = request.accept_languages.best_match(LANGUAGES, default="zh-CN")
    return best != "en"
