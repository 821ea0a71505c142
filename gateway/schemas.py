"""What clients send. Lengths and codes are the owning service's to judge; here it is the shape."""

from datetime import date, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from contracts.commands.intake import Channel
from contracts.events.registry import Tier

MOST_EVIDENCE = 20
_YEARS = (2000, 2100)
_LONGEST_CODE = 64
_UNSAFE = "unsafe_character"


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


def _within(day: date) -> None:
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise ma.ValidationError("out_of_range")


def _between(low: float, high: float) -> validate.Range:
    return validate.Range(min=low, max=high, error="out_of_range")


def _code(**options: Any) -> Text:
    return Text(validate=validate.Length(min=1, max=_LONGEST_CODE, error="length"), **options)


def _channel() -> fields.Enum[Channel]:
    return fields.Enum(
        Channel,
        by_value=True,
        required=True,
        error_messages={"unknown": "not_one_of_these"},
        metadata={"type": "string"},
    )


def _evidence() -> fields.List[Any]:
    return fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_EVIDENCE, error="too_many"),
        metadata={"description": "Ids of your own uploads."},
    )


class Credentials(Strict):
    """A login and its password."""

    login = Text(required=True, validate=validate.Length(min=1, max=128, error="length"))
    password = Text(
        required=True,
        load_only=True,
        validate=validate.Length(min=1, max=1024, error="length"),
        metadata={"format": "password"},
    )


class Position(Strict):
    """A position in WGS-84 degrees."""

    longitude_deg = fields.Float(required=True, validate=_between(-180, 180))
    latitude_deg = fields.Float(required=True, validate=_between(-90, 90))


class Report(Strict):
    """上报. Without a category the dispatcher chooses one."""

    grid = _code(required=True)
    text = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    occurred_at = Moment(required=True)
    channel = _channel()
    category = _code(load_default=None, allow_none=True)
    point = fields.Nested(Position, load_default=None, allow_none=True)
    address = Text(load_default="")
    evidence = _evidence()
    anonymous = Flag(load_default=False)


class Classification(Strict):
    """分类. Without a lead the category's own department leads."""

    category = _code(required=True)
    lead = _code(load_default=None, allow_none=True)
    co_handlers = fields.List(_code(), load_default=list, validate=validate.Length(max=10, error="too_many"))


class Check(Strict):
    """核查通过, with photos from the spot."""

    evidence = _evidence()
    point = fields.Nested(Position, load_default=None, allow_none=True)


class Satisfied(Strict):
    """回访满意."""

    resolved = Flag(required=True)
    score = fields.Integer(required=True, strict=True, validate=_between(1, 5))
    channel = _channel()


class Dissatisfied(Strict):
    """回访不满意."""

    reason = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    channel = _channel()


class Nothing(Strict):
    """A step that needs no more than itself: an empty object, or no body."""


class Contact(Strict):
    """When and how the department spoke to the reporter's side."""

    at = Moment(required=True)
    channel = _code(required=True)
    note = Text(load_default="")


class Result(Strict):
    """A department's result for an order."""

    text = Text(required=True, metadata={"description": "10 to 5,000 characters."})
    contact = fields.Nested(Contact, required=True)
    evidence = _evidence()


class Meeting(Strict):
    """A joint conference 联席会议."""

    held_on = Day(required=True)
    title = Text(required=True)


class Adoption(Strict):
    """The conference's resolution on one item."""

    lead = _code(required=True)
    due_on = Day(required=True)
    text = Text(required=True)


class Declination(Strict):
    """The conference ends an item; the reason is published."""

    reason = Text(required=True)


class CaseFilter(Strict):
    """Which cases, and which page of them."""

    state = _code()
    community = _code()
    grid = _code()
    category = _code()
    lead = _code()
    mine = QueryFlag(load_default=False)
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=_between(1, 100))


class OrderFilter(Strict):
    """Which orders, and which page of them."""

    state = _code()
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=_between(1, 100))


class MessageFilter(Strict):
    """Which messages, and which page of them."""

    unread_only = QueryFlag(load_default=False)
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=_between(1, 100))


class PlaceFilter(Strict):
    """Which units of the tree."""

    on = Day()
    parent = _code()
    tier = fields.Enum(Tier, by_value=True, error_messages={"unknown": "not_one_of_these"})


class AtLeast(Strict):
    """`min_version` waits up to two seconds for what the caller has just caused."""

    min_version = fields.Integer(load_default=None, validate=_between(1, 2**31 - 1))


class UploadForm(Strict):
    """What an upload says of its file; the bytes decide."""

    kind = fields.String(
        load_default=None, validate=validate.OneOf(("photo", "document"), error="not_one_of_these")
    )
