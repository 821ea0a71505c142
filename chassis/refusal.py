"""The root of every error that a caller is told about. Pure."""

from typing import ClassVar

Field = str | int | float | bool | None


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """What was asked is not done, for a reason with a public code; nothing has changed."""

    code: ClassVar[str] = "invalid"

    def __init__(self, detail: str = "", **fields: Field) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.fields = fields


class Invalid(Refusal):
    """A field's value is not right."""

    code = "invalid"


class MalformedRequest(Refusal):
    """The request cannot be read."""

    code = "malformed_request"


class MalformedCursor(Refusal):
    """The cursor is not one that we gave."""

    code = "malformed_cursor"


class Forbidden(Refusal):
    """The caller's role or place does not allow this."""

    code = "forbidden"


class NotFound(Refusal):
    """It does not exist, or not for this caller."""

    code = "not_found"


class Conflict(Refusal):
    """Something with this id exists already."""

    code = "conflict"


class StaleVersion(Refusal):
    """The caller has seen an older version."""

    code = "stale_version"


class KeyReused(Refusal):
    """The same command id came with another command."""

    code = "key_reused"


class Expired(Refusal):
    """The deadline passed before the work could be committed; it was not carried out."""

    code = "expired"


class Unavailable(Refusal):
    """A part of the house is away. Whether it was carried out shows when it is asked again."""

    code = "unavailable"


class Internal(Refusal):
    """The house failed on this one; nothing has changed."""

    code = "internal"
