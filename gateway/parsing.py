"""How bodies and queries are read: JSON by msgspec, checked by marshmallow, strict everywhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import marshmallow as ma
import msgspec
from flask import Request
from webargs.flaskparser import FlaskParser

from chassis.refusal import MalformedRequest, NotFound
from gateway.refusals import PayloadTooLarge, UnsupportedMediaType, invalid

_MOST_FIELDS = 20
_LONGEST_NAME = 64
_CODE = re.compile(r"[A-Za-z0-9-]{1,64}")

# A field's reason is a word that a client can translate, never a sentence.
_REASONS = {
    "Missing data for required field.": "required",
    "Field may not be null.": "null",
    "Unknown field.": "unknown",
    "Not a valid string.": "not_a_string",
    "Not a valid integer.": "not_an_integer",
    "Not a valid number.": "not_a_number",
    "Not a valid boolean.": "not_a_boolean",
    "Not a valid list.": "not_a_list",
    "Not a valid UUID.": "not_a_uuid",
    "Not a valid date.": "not_a_date",
    "Not a valid datetime.": "not_a_time",
    "Not a valid aware datetime.": "time_without_zone",
    "Invalid input type.": "not_an_object",
    "Not a valid mapping type.": "not_an_object",
}


class Parser(FlaskParser):
    """Reads requests and refuses in our own words."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs's form
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
        "form": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002 - webargs's form
        """Return the body. No body at all is an empty object. Raises: MalformedRequest."""
        body = req.get_data(cache=False)
        if not body:
            return {}
        # Of a body in chunks, whose length nobody told, no more than the limit is read.
        if req.content_length is None and len(body) >= (req.max_content_length or 0):
            raise PayloadTooLarge(limit_bytes=req.max_content_length)
        if not req.is_json:
            raise UnsupportedMediaType("send application/json")
        try:
            return msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedRequest("the body is no JSON") from error

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,  # noqa: ARG002 - webargs's form
        schema: ma.Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Say which fields are not right, and why. Raises: Invalid."""
        messages = error.messages
        if (
            isinstance(messages, dict)
            and len(messages) == 1
            and next(iter(messages)) in ("json", "query", "form")
        ):
            messages = next(iter(messages.values()))
        reasons = list(_reasons(messages, ""))[:_MOST_FIELDS]
        raise invalid("", dict(reasons))


def code_in_path(text: str) -> str:
    """Return a code of the reference data that an address names. Raises: NotFound where it cannot be one."""
    if not _CODE.fullmatch(text):
        raise NotFound
    return text


def _reasons(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    """Flatten marshmallow's messages: `contact.at` -> `required`."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _reasons(inner, path if name == "_schema" else f"{path}.{str(name)[:_LONGEST_NAME]}")
    else:
        words = messages if isinstance(messages, list) else [messages]
        yield path[1:] or "body", _REASONS.get(str(words[0]), str(words[0]))
