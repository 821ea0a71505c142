"""What flask-smorest does not say of a route: its answers, its headers, why it may refuse.

Answers are described from the contracts themselves, refusals from the public codes.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, get_args, get_type_hints

import msgspec

from contracts.errors import CODES
from gateway import tus
from gateway.access import Access
from gateway.errors import CONTENT_TYPE as PROBLEM
from gateway.errors import RETRY_AFTER_S, ProblemDocument, document
from gateway.headers import IDEMPOTENCY_KEY, REQUEST_ID
from gateway.routing import FORM, JSON, Described

Document = dict[str, Any]

_REF = "#/components/schemas/{name}"
_ALWAYS = ("malformed_request", "internal")
_SIGNED_IN = ("unauthenticated", "forbidden")
_READING = ("unavailable",)
_WRITING = ("unavailable", "expired", "unknown_outcome", "payload_too_large")
_REQUEST_ID: Document = {
    "in": "header",
    "name": REQUEST_ID,
    "required": False,
    "description": "Your own name for this request; it comes back and is logged.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_HEADERS: dict[str, Document] = {
    "ETag": {"description": 'The version, as `"v3"`.', "schema": {"type": "string"}},
    "Location": {"description": "Where it is now.", "schema": {"type": "string", "format": "uri-reference"}},
    "Set-Cookie": {
        "description": "A browser's session: HttpOnly, SameSite=Strict.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    tus.RESUMABLE: {"description": "The protocol's version.", "schema": {"const": tus.VERSION}},
    tus.OFFSET: {"description": "Bytes that have arrived for good.", "schema": {"type": "integer"}},
    tus.LENGTH: {"description": "Bytes of the whole file.", "schema": {"type": "integer"}},
    tus.METADATA: {"description": "As it was sent.", "schema": {"type": "string"}},
    tus.EXPIRES: {"description": "When an unfinished upload is forgotten.", "schema": {"type": "string"}},
    "Media-Id": {
        "description": "The file's id, once it is whole and taken in.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "Tus-Version": {"description": "The versions spoken.", "schema": {"type": "string"}},
    "Tus-Extension": {"description": "The extensions spoken.", "schema": {"type": "string"}},
    "Tus-Max-Size": {"description": "Bytes of the largest file.", "schema": {"type": "integer"}},
}
_CHECKSUM: Document = {
    "description": "An algorithm and the piece's digest in Base64; a piece that differs is not kept.",
    "schema": {"type": "string"},
    "example": "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
}
_PIECE: Document = {"content": {tus.PIECES: {"schema": {"type": "string", "format": "binary"}}}}


def security_schemes() -> Document:
    """Return the two ways to say who one is."""
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token that signing in has told, or a department's token.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "qiaotou_session",
            "description": "A browser's session, on the cell's own pages alone.",
        },
    }


def shared(codes: Iterable[str]) -> Document:
    """Return the components that operations refer to, beside schemas."""
    return {
        "securitySchemes": security_schemes(),
        "parameters": {REQUEST_ID: _REQUEST_ID},
        "examples": {code: {"value": msgspec.to_builtins(document(code))} for code in sorted(codes)},
    }


def answer_schemas(answers: Iterable[Any]) -> Document:
    """Return the schemas of everything that is answered, by name."""
    structs = {each for each in answers if _is_struct(each)} | {ProblemDocument}
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    for struct in _reached(ordered):
        _mark_times(struct, schemas[struct.__name__])
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    return schemas


def finish(operation: Document, described: Described, *, access: Access, schemas: Document) -> None:
    """Complete what flask-smorest has said of one operation."""
    operation["operationId"] = described.name
    operation["security"] = [{"bearer": []}, {"cookie": []}] if access.signed_in else []
    if access.roles is not None:
        roles = ", ".join(f"`{role}`" for role in sorted(access.roles))
        operation["description"] = f"{operation.get('description', '')}\n\nRoles: {roles}.".strip()
    parameters = operation.setdefault("parameters", [])
    parameters.extend(_request_headers(described))
    if described.multipart:
        _add_file(operation, schemas)
    if described.pieces:
        operation["requestBody"] = {**_PIECE, "required": described.pieces == "required"}
    operation["responses"] = {**_success(described), **_refusals(_codes(operation, described, access))}


def _request_headers(described: Described) -> Iterable[Document]:
    for name in described.asks:
        yield {"in": "header", "name": name, "required": True, **_HEADERS[name]}
    if described.pieces:
        yield {"in": "header", "name": tus.CHECKSUM, "required": False, **_CHECKSUM}
    if described.keyed:
        yield {
            "in": "header",
            "name": IDEMPOTENCY_KEY,
            "required": True,
            "description": "Makes it happen once: a repeat with the same content is answered alike.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
            "example": "5e0b6f0a-5f3c-4a57-9d0e-3f2f6f1c9a10",
        }
    if described.versioned:
        yield {
            "in": "header",
            "name": "If-Match",
            "required": False,
            "description": "The version that you have seen.",
            "schema": {"type": "string", "pattern": '^"v[1-9][0-9]{0,8}"$'},
            "example": '"v3"',
        }
    if described.binary:
        yield {
            "in": "header",
            "name": "Range",
            "required": False,
            "description": "A part of the file: players seek.",
            "schema": {"type": "string"},
            "example": "bytes=0-65535",
        }
    yield {"$ref": f"#/components/parameters/{REQUEST_ID}"}


def _add_file(operation: Document, schemas: Document) -> None:
    """Describe the file beside the form's other parts; it is read past the schema."""
    (content,) = operation["requestBody"]["content"].values()
    form = schemas.pop(content["schema"]["$ref"].rpartition("/")[2])
    file = {"type": "string", "format": "binary", "description": "The file itself."}
    whole = {
        **form,
        "properties": {**form["properties"], "file": file},
        "required": ["file", *form.get("required", [])],
    }
    operation["requestBody"] = {"required": True, "content": {FORM: {"schema": whole}}}


def _success(described: Described) -> Document:
    said: Document = {"description": HTTPStatus(described.status).phrase}
    if described.binary:
        schema = {"type": "string", "format": "binary"}
        said["content"] = {mime: {"schema": schema} for mime in described.binary}
    elif described.answer is not None:
        said["content"] = {JSON: {"schema": _schema_of(described.answer)}}
    if described.headers:
        said["headers"] = {name: _HEADERS[name] for name in described.headers}
    answers = {str(described.status): said}
    if described.binary:
        answers["206"] = {**said, "description": HTTPStatus.PARTIAL_CONTENT.phrase}
    for status in described.also:
        answers[str(status)] = {**said, "description": HTTPStatus(status).phrase}
    return answers


def _schema_of(answered: Any) -> Document:
    if _is_struct(answered):
        return {"$ref": _REF.format(name=answered.__name__)}
    return {"type": "object"}


def _codes(operation: Document, described: Described, access: Access) -> list[str]:
    """Return every code that a route may refuse with, its own and those of its kind."""
    codes = [*_ALWAYS, *described.problems]
    codes += _SIGNED_IN if access.signed_in else ()
    codes += _WRITING if "requestBody" in operation else _READING
    if described.binary:
        codes.append("range_not_satisfiable")
    if described.keyed:
        codes += ("missing_key", "key_reused")
    if described.pieces:
        codes.append("unsupported_media_type")
    elif "requestBody" in operation:
        codes += ("invalid", "unsupported_media_type")
    if any(each.get("in") == "query" for each in operation["parameters"]):
        codes += ("invalid",)
    return list(dict.fromkeys(codes))


def _refusals(codes: Iterable[str]) -> Document:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[CODES[code].status].append(code)
    return {str(status): _refusal(status, named) for status, named in sorted(by_status.items())}


def _refusal(status: int, codes: list[str]) -> Document:
    words = "; ".join(f"`{code}`: {CODES[code].title}" for code in codes)
    said: Document = {
        "description": f"{_phrase(status)}. {words}.",
        "content": {
            PROBLEM: {
                "schema": {"$ref": _REF.format(name=ProblemDocument.__name__)},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }
    if any(code in RETRY_AFTER_S for code in codes):
        said["headers"] = {"Retry-After": _HEADERS["Retry-After"]}
    return said


def _phrase(status: int) -> str:
    """Return what a status is called; a protocol may have one of its own."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _is_struct(answered: Any) -> bool:
    return isinstance(answered, type) and issubclass(answered, msgspec.Struct)


def _reached(structs: Iterable[Any]) -> set[Any]:
    """Return the structs, and every struct that their fields hold."""
    found: set[Any] = set()
    waiting = list(structs)
    while waiting:
        each = waiting.pop()
        if _is_struct(each) and each not in found:
            found.add(each)
            waiting.extend(get_type_hints(each).values())
        waiting.extend(get_args(each))
    return found


def _mark_times(struct: Any, schema: Document) -> None:
    """Give times and dates their format, which msgspec leaves out."""
    for field, hint in get_type_hints(struct).items():
        kinds = {hint, *get_args(hint)}
        for kind, form in ((datetime, "date-time"), (date, "date")):
            if kind in kinds:
                shapes = schema["properties"][field].get("anyOf", [schema["properties"][field]])
                for shape in shapes:
                    if shape.get("type") == "string":
                        shape["format"] = form
