"""What is said of an upload."""

from marshmallow import fields, validate

from gateway.schemas.fields import Strict


class UploadForm(Strict):
    """What an upload says of its file; the bytes decide."""

    kind = fields.String(
        load_default=None, validate=validate.OneOf(("photo", "document"), error="not_one_of_these")
    )
