"""The opaque cursor of a person's messages: where the last page ended. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import NamedTuple

import msgspec

from chassis.refusal import MalformedCursor

_LONGEST = 200
_LARGEST = 2**63 - 1


class Cursor(NamedTuple):
    """The last message of a page; the next page begins below it."""

    at: datetime
    position: int


_decoder = msgspec.json.Decoder(Cursor)


def encode(cursor: Cursor) -> str:
    """Return a cursor as text that says nothing to a client."""
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Read a cursor that we gave. Raises: MalformedCursor."""
    if len(text) > _LONGEST:
        raise MalformedCursor
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = _decoder.decode(urlsafe_b64decode(padded))
    except (msgspec.MsgspecError, ValueError) as error:
        raise MalformedCursor from error
    if cursor.at.tzinfo is None or not 0 <= cursor.position <= _LARGEST:
        raise MalformedCursor
    return cursor
