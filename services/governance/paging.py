"""The opaque cursor of a list that runs by time and id. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.refusal import Invalid, MalformedCursor

LARGEST_PAGE = 100
_LONGEST = 200


class Cursor(NamedTuple):
    """The last thing of a page; the next page begins behind it."""

    at: datetime
    id: UUID


_decoder = msgspec.json.Decoder(Cursor)


def encode(cursor: Cursor) -> str:
    """Return a cursor as text that says nothing to a client."""
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode(text: str | None) -> Cursor | None:
    """Read a cursor that we gave. Raises: MalformedCursor."""
    if text is None:
        return None
    if len(text) > _LONGEST:
        raise MalformedCursor
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = _decoder.decode(urlsafe_b64decode(padded))
    except (Error, msgspec.MsgspecError, ValueError) as error:
        raise MalformedCursor from error
    if cursor.at.tzinfo is None or encode(cursor) != text:
        raise MalformedCursor
    return cursor


def checked(limit: int) -> int:
    """Return how many things a page may hold. Raises: Invalid."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise Invalid(field="limit")
    return limit
