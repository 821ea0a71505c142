"""Which things a list shows, and which page of them."""

from marshmallow import fields, validate

from contracts.commands.intake import PageOrder
from contracts.events.registry import Tier
from gateway.schemas.fields import Day, QueryFlag, Strict, Text, between, code


class CaseFilter(Strict):
    """Which cases, and which page of them."""

    state = code()
    community = code()
    grid = code()
    category = code()
    lead = code()
    mine = QueryFlag(load_default=False)
    order = fields.Enum(
        PageOrder,
        by_value=True,
        error_messages={"unknown": "not_one_of_these"},
        metadata={"type": "string", "description": "By the time of the report; `newest` unless said."},
    )
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=between(1, 100))


class OrderFilter(Strict):
    """Which orders, and which page of them."""

    state = code()
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=between(1, 100))


class MessageFilter(Strict):
    """Which messages, and which page of them."""

    unread_only = QueryFlag(load_default=False)
    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=between(1, 100))


class PlaceFilter(Strict):
    """Which units of the tree."""

    on = Day()
    parent = code()
    tier = fields.Enum(Tier, by_value=True, error_messages={"unknown": "not_one_of_these"})


class AtLeast(Strict):
    """`min_version` waits up to two seconds for what the caller has just caused."""

    min_version = fields.Integer(load_default=None, validate=between(1, 2**31 - 1))
