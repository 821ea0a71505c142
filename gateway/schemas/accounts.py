"""Who one is."""

from marshmallow import validate

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
