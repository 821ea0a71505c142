"""What a department hands in, and says by hand."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from contracts.commands.dispatch import StatementKind
from contracts.vocabulary import SuspensionReason
from gateway.schemas.fields import Day, Moment, OneOf, Strict, Text, between, code, evidence

_REASON = {"description": "10 to 2,000 characters."}
_WORDS_OR_NAME = "Or name what was handed in before, by its id and SHA-256."


class Contact(Strict):
    """When and how the department spoke to the reporter's side."""

    at = Moment(required=True)
    channel = code(required=True)
    note = Text(load_default="")


class Result(Strict):
    """A department's result for an order."""

    text = Text(required=True, metadata={"description": "10 to 5,000 characters."})
    contact = fields.Nested(Contact, required=True)
    evidence = evidence()


class Statement(Strict):
    """A department's reason in words; a return needs its legal basis 职责依据."""

    kind = OneOf(StatementKind, required=True)
    text = Text(required=True, metadata=_REASON)
    legal_basis = Text(load_default="", metadata={"description": "Up to 500 characters."})


class _NamedOrSaid(Strict):
    """A body that names what was handed in before, or hands it in.

    Where the words are not `needed` it may do neither.
    """

    NAMES: tuple[str, str]
    SAYS: tuple[str, ...]
    needed = True

    @ma.validates_schema
    def _one_way_alone(self, data: dict[str, Any], **_options: Any) -> None:
        named = [name for name in self.NAMES if name in data]
        said = [name for name in self.SAYS if name in data]
        if named and said:
            raise ma.ValidationError("not_both", field_name=named[0])
        wanted = self.NAMES if named else self.SAYS if said or self.needed else ()
        missing = [name for name in wanted if name not in data]
        if missing:
            raise ma.ValidationError({name: ["required"] for name in missing})


class _WithStatement(_NamedOrSaid):
    NAMES = ("statement_id", "statement_sha256")
    SAYS = ("text",)

    text = Text(metadata={"description": f"10 to 2,000 characters. {_WORDS_OR_NAME}"})
    statement_id = fields.UUID()
    statement_sha256 = Text(validate=validate.Regexp("^[0-9a-f]{64}$", error="not_a_sha256"))


class OrderReturn(_WithStatement):
    """退回: why it is another's task, on which legal basis, and whose."""

    legal_basis = Text(load_default="", metadata={"description": "Up to 500 characters."})
    suggested = code(load_default=None, allow_none=True)


class Extension(_WithStatement):
    """申请延期, by so many days of the limit's own kind."""

    days = fields.Integer(required=True, strict=True, validate=between(1, 365))


class Suspension(_WithStatement):
    """申请挂起, for a reason of the closed list, until `review_on` at the latest; words may say more."""

    needed = False

    reason = OneOf(SuspensionReason, required=True)
    review_on = Day(required=True)


class Completion(_NamedOrSaid):
    """办结, with the result."""

    NAMES = ("result_id", "result_sha256")
    SAYS = ("text", "contact")

    text = Text(metadata={"description": f"10 to 5,000 characters. {_WORDS_OR_NAME}"})
    contact = fields.Nested(Contact)
    evidence = evidence()
    result_id = fields.UUID()
    result_sha256 = Text(validate=validate.Regexp("^[0-9a-f]{64}$", error="not_a_sha256"))


class Sandbox(Strict):
    """演练工单: of which category."""

    category = code(required=True)
