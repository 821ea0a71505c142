"""What a department hands in."""

from marshmallow import fields

from gateway.schemas.fields import Moment, Strict, Text, code, evidence


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
