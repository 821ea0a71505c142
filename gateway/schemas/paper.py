"""What clerks say of paper ballots."""

from marshmallow import fields, validate

from contracts.commands.paper import PaperChannel
from gateway.schemas.fields import OneOf, Strict, Text, between
from gateway.schemas.votes import MOST_CHOICES

MOST_SLIPS = 2**31 - 1


class HandIn(Strict):
    """交票登记: the entitlement stands on the envelope."""

    entitlement_id = fields.UUID(required=True)
    channel = OneOf(PaperChannel, required=True)


class Slip(Strict):
    """录票: `number` in a secret vote, `entitlement_id` in an open one."""

    number = fields.Integer(strict=True, load_default=None, allow_none=True, validate=between(1, MOST_SLIPS))
    entitlement_id = fields.UUID(load_default=None, allow_none=True)
    choice = fields.List(
        Text(),
        required=True,
        validate=validate.Length(max=MOST_CHOICES, error="length"),
        metadata={"description": "Empty where the slip says nothing valid."},
    )
    scan_sha256 = Text(required=True, metadata={"description": "SHA-256 of the scan that is kept, in hex."})
