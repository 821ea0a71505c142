"""The opaque cursor of the list of cases: where the last page ended, and which way it went. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.refusal import MalformedCursor
from contracts.commands.intake import PageOrder

_LONGEST = 200


class Cursor(NamedTuple):
    """The last case of a page; the next page begins behind it, in the same order."""

    reported_at: datetime
    case_id: UUID
    order: PageOrder


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
    except (Error, msgspec.MsgspecError, ValueError) as error:
        raise MalformedCursor from error
    if cursor.reported_at.tzinfo is None or encode(cursor) != text:
        raise MalformedCursor
    return cursor
