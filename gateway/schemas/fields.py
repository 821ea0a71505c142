"""The fields that clients send. Lengths and codes are the owning service's to judge; here it is the shape."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from contracts.commands.intake import Channel

MOST_EVIDENCE = 20
_YEARS = (2000, 2100)
_LONGEST_CODE = 64
_UNSAFE = "unsafe_character"
_NO_CHOICE = "not_one_of_these"


class Strict(ma.Schema):
    """A body in which every field is known."""

    class Meta:
        """Unknown fields are refused."""

        unknown = ma.RAISE


class Text(fields.String):
    """A string that PostgreSQL takes: it has no NUL. The JSON reader has refused what is no Unicode."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is None or "\x00" in text:
            raise ma.ValidationError(_UNSAFE)
        return text


class Flag(fields.Boolean):
    """True or false, and nothing that resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryFlag(fields.Boolean):
    """`true` or `false` in a query."""

    truthy = {"true"}  # noqa: RUF012 - marshmallow's form
    falsy = {"false"}  # noqa: RUF012


class Moment(fields.AwareDateTime):
    """A point in time with its zone, within this century: others overflow calendars."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        _within(moment)
        return moment


class Day(fields.Date):
    """A date within this century."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        _within(day)
        return day


class OneOf(fields.String):
    """One value of a closed list, some of which may not be sent."""

    def __init__(
        self, values: type[StrEnum], *, but: Collection[StrEnum] = (), description: str = "", **options: Any
    ) -> None:
        self._allowed = {each.value: each for each in values if each not in but}
        metadata = {"description": description} if description else {}
        choices = validate.OneOf(list(self._allowed), error=_NO_CHOICE)
        super().__init__(validate=choices, metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> StrEnum:  # noqa: ARG002
        if not isinstance(value, str) or value not in self._allowed:
            raise ma.ValidationError(_NO_CHOICE)
        return self._allowed[value]


def _within(day: date) -> None:
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise ma.ValidationError("out_of_range")


def between(low: float, high: float) -> validate.Range:
    """Return the check that a number lies within two others, both included."""
    return validate.Range(min=low, max=high, error="out_of_range")


def code(**options: Any) -> Text:
    """Return a field for a code of the reference data."""
    return Text(validate=validate.Length(min=1, max=_LONGEST_CODE, error="length"), **options)


def channel() -> OneOf:
    """Return a field for the way a report came in, or a visit was made: a person's, never a meeting's."""
    return OneOf(Channel, but=(Channel.MEETING,), required=True)


def evidence() -> fields.List[Any]:
    """Return a field for the ids of uploads."""
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_EVIDENCE, error="too_many"),
        metadata={"description": "Ids of your own uploads."},
    )


class Position(Strict):
    """A position in WGS-84 degrees."""

    longitude_deg = fields.Float(required=True, validate=between(-180, 180))
    latitude_deg = fields.Float(required=True, validate=between(-90, 90))


class Nothing(Strict):
    """A step that needs no more than itself: an empty object, or no body."""
