"""Which list is exported, and how it is written."""

from marshmallow import validate

from contracts.commands.exports import Encoding, Language
from gateway.schemas.fields import OneOf, Strict, Text, code
from gateway.schemas.lists import LONGEST_TYPED


class ExportRequest(Strict):
    """导出: the filters are those of the list of cases."""

    state = code()
    community = code()
    grid = code()
    category = code()
    lead = code()
    q = Text(validate=validate.Length(min=1, max=LONGEST_TYPED, error="length"))
    encoding = OneOf(Encoding, description="`utf-8` unless said, with the mark that spreadsheets look for.")
    language = OneOf(Language, description="Of the names of the columns; `zh` unless said.")
