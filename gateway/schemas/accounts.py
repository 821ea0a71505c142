"""Who one is."""

from marshmallow import fields, validate

from gateway.schemas.fields import Strict, Text


class Credentials(Strict):
    """A login and its password."""

    login = Text(required=True, validate=validate.Length(min=1, max=128, error="length"))
    password = Text(
        required=True,
        load_only=True,
        validate=validate.Length(min=1, max=1024, error="length"),
        metadata={"format": "password"},
    )


class CodeRequest(Strict):
    """The phone that a resident is known by."""

    phone = Text(
        required=True,
        validate=validate.Length(min=1, max=32, error="length"),
        metadata={"description": "Digits alone."},
    )


class CodeSignIn(Strict):
    """The code that was sent, and the request that it answers."""

    request_id = fields.UUID(required=True)
    code = Text(required=True, load_only=True, validate=validate.Regexp(r"^[0-9]{6}\Z", error="not_a_code"))
