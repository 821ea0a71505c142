"""What is said of an upload."""

from marshmallow import fields, validate

from contracts.vocabulary import MediaKind
from gateway.schemas.fields import Strict


class UploadForm(Strict):
    """What an upload says of its file; the bytes decide."""

    kind = fields.String(
        load_default=None, validate=validate.OneOf(tuple(MediaKind), error="not_one_of_these")
    )
