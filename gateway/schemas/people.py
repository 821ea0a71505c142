"""What is said of persons. Whatever names somebody stands in a body, never in an address."""

from typing import Any

from marshmallow import fields, validate

from contracts.commands.people import ImportKind, Relation, Revealable
from gateway.schemas.fields import Day, OneOf, QueryFlag, Strict, Text, code
from gateway.schemas.lists import Page

_LONGEST = 400


def _words(**options: Any) -> Text:
    return Text(validate=validate.Length(min=1, max=_LONGEST, error="length"), **options)


class PlaceOfPersons(Page):
    """Whose persons or units, and which page of them."""

    place = code(required=True, metadata={"description": "A community, a grid, or anything below it."})


class Registration(Strict):
    """A person who lives in a household since a day."""

    household = code(required=True)
    relation = OneOf(Relation, required=True)
    since = Day(required=True)
    name = _words(required=True)
    birthday = fields.Date(required=True)
    id_number = _words(load_default=None, metadata={"description": "18 characters, GB 11643."})
    phone = _words(load_default=None, metadata={"description": "Digits alone. It signs one person in."})
    address = _words(load_default=None, metadata={"description": "Where the person is registered, exactly."})


class Move(Strict):
    """Where a person lives from a day on; no household for who has left the district."""

    household = code(load_default=None)
    relation = OneOf(Relation, load_default=Relation.OTHER)
    on = Day(required=True)


class Reveal(Strict):
    """What is to be told without a mask, and why."""

    fields_ = fields.List(
        OneOf(Revealable),
        required=True,
        data_key="fields",
        validate=validate.Length(min=1, max=len(Revealable), error="length"),
    )
    reason = _words(required=True, metadata={"description": "5 to 200 characters; it stays on record."})


class ImportForm(Strict):
    """What the rows of a file are, and whether it is only tried."""

    kind = OneOf(ImportKind, required=True)
    dry_run = QueryFlag(load_default=False)
