"""Which rules of decision, and counts that somebody supposes."""

from marshmallow import fields

from contracts.commands.rules import LARGEST, Counts
from gateway.schemas.fields import Day, Strict, between


class RuleFilter(Strict):
    """The rules of which day."""

    on = Day(metadata={"description": "The day on which they are in force; today by default."})


Supposed = Strict.from_dict(
    {name: fields.Integer(strict=True, validate=between(0, LARGEST)) for name in Counts.__struct_fields__},
    name="SupposedCounts",
)


class Supposition(Strict):
    """Counts by the letters of the rules; those that the rule does not compare are refused."""

    counts = fields.Nested(Supposed, required=True)
