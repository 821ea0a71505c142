"""Which things a list shows, and which page of them."""

from enum import StrEnum

from marshmallow import fields, validate

from contracts.commands.intake import PageOrder
from contracts.events.registry import Tier
from gateway.schemas.fields import Day, Moment, OneOf, QueryFlag, Strict, Text, between, code

# Beyond what anybody types: how long a search may be is intake's to judge.
LONGEST_TYPED = 400


class Waiting(StrEnum):
    """What an order waits for."""

    APPROVAL = "approval"  # 待审批
    REDIRECT = "redirect"  # 待改派
    SIGNATURE = "signature"  # 待签收


class Page(Strict):
    """Which page of a list."""

    cursor = Text(validate=validate.Length(min=1, max=512, error="length"))
    limit = fields.Integer(load_default=20, validate=between(1, 100))


class CaseFilter(Page):
    """Which cases, and which page of them."""

    state = code()
    community = code()
    grid = code()
    category = code()
    lead = code()
    mine = QueryFlag(load_default=False)
    q = Text(
        validate=validate.Length(min=1, max=LONGEST_TYPED, error="length"),
        metadata={
            "description": "2 to 40 characters that text, number or, where you may know it, address hold; "
            "of several words all. Punctuation counts as a blank."
        },
    )
    order = OneOf(PageOrder, description="By the time of the report; `newest` unless said.")


class OrderFilter(Page):
    """Which of a department's orders, and which page of them."""

    state = code()
    overdue = QueryFlag(metadata={"description": "Past the due time and still open."})
    due_before = Moment()
    order = OneOf(PageOrder)


class DistrictOrderFilter(OrderFilter):
    """Which of the district's orders, and which page of them."""

    department = code()
    waiting = OneOf(Waiting)


class PlacePage(Page):
    """A desk's page, of one place alone where one is named."""

    community = code()
    grid = code()


class ResponsibilityFilter(Strict):
    """Of which category the matrix is asked, and on which day: all of them, today."""

    category = code()
    on = Day()


class MessageFilter(Page):
    """Which messages, and which page of them."""

    unread_only = QueryFlag(load_default=False)


class PlaceFilter(Strict):
    """Which units of the tree."""

    on = Day()
    parent = code()
    tier = OneOf(Tier)


class AtLeast(Strict):
    """`min_version` waits up to two seconds for what the caller has just caused."""

    min_version = fields.Integer(load_default=None, validate=between(1, 2**31 - 1))
