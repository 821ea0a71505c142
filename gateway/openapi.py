"""The OpenAPI 3.1 document: `python -m gateway.openapi` writes `docs/api/openapi.json`.

With `--check` it only says whether the file is current.
"""

import sys
from pathlib import Path
from typing import Any, cast

import msgspec
from flask import Flask
from flask_smorest import Api

from contracts.errors import CODES
from gateway.describing import answer_schemas, finish, shared
from gateway.policy import POLICY
from gateway.routing import Described

Document = dict[str, Any]

PATH = Path(__file__).parents[1] / "docs" / "api" / "openapi.json"
VERSION = "1.0.0"
_EXTENSION = "qiaotou.openapi"
_DESCRIPTION = """\
A district that governs its communities directly: reports, work orders, checks, return visits, archive.

Every request that makes something carries an `Idempotency-Key`; the same key with the same content is carried
out once and answered alike. `If-Match: "v3"` refuses a step on a newer version. Every refusal is a problem
document (RFC 9457) whose `code` is stable; `title` follows `Accept-Language`, Chinese first."""


class _Api(Api):  # type: ignore[misc]
    """flask-smorest without its own error documents: `gateway.errors` answers those."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Errors are translated in one place, which is not here."""


class _Source(msgspec.Struct):
    """What a document is made of, and the document once it is made."""

    api: Any
    described: dict[tuple[str, str], Described]
    rendered: bytes = b""


def register(app: Flask) -> None:
    """Register every route with its documentation."""
    # The routes serve this document: they import this module, which needs them only here.
    from gateway.routes import ALL  # noqa: PLC0415

    app.config.update(API_TITLE="Qiaotou", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = _Api(app)
    described: dict[tuple[str, str], Described] = {}
    for routes in ALL:
        api.register_blueprint(routes.blueprint)
        described.update(routes.described)
    app.extensions[_EXTENSION] = _Source(api, described)


def rendered(app: Flask) -> bytes:
    """Return the document as JSON, the same for the same code; made once."""
    source = cast("_Source", app.extensions[_EXTENSION])
    if not source.rendered:
        made = msgspec.json.encode(build(app), order="deterministic")
        source.rendered = msgspec.json.format(made, indent=2) + b"\n"
    return source.rendered


def build(app: Flask) -> Document:
    """Return the whole document."""
    source = cast("_Source", app.extensions[_EXTENSION])
    spec: Document = source.api.spec.to_dict()
    schemas = spec["components"]["schemas"]
    for unused in ("Error", "PaginationMetadata"):
        schemas.pop(unused, None)
    schemas.update(answer_schemas(each.answer for each in source.described.values()))
    for (method, route), described in source.described.items():
        path = source.api.flask_plugin.flaskpath2openapi(route)
        finish(spec["paths"][path][method.lower()], described, access=POLICY[method, route], schemas=schemas)
    return {
        **spec,
        "info": _info(),
        "servers": [{"url": "/", "description": "The cell that serves this document."}],
        "components": {"schemas": schemas, **shared(CODES)},
    }


def _info() -> Document:
    return {
        "title": "Qiaotou",
        "version": VERSION,
        "description": _DESCRIPTION,
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def main(arguments: list[str]) -> int:
    """Write the document, or check it; return the exit code."""
    from gateway.wsgi import describe_only  # noqa: PLC0415 - it imports the application, which imports this

    made = rendered(describe_only())
    if "--check" in arguments:
        return 0 if PATH.is_file() and PATH.read_bytes() == made else 1
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
