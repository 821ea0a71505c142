"""What is said of topics."""

from marshmallow import fields

from gateway.schemas.fields import Strict, Text, code
from gateway.schemas.lists import Page


class NewTopic(Strict):
    """提出议题."""

    subject = code(required=True, metadata={"description": "A code of `GET /topics/subjects`."})
    title = Text(required=True, metadata={"description": "2 to 200 characters."})
    text = Text(required=True, metadata={"description": "10 to 5,000 characters."})
    case_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "The case that it is promoted from."}
    )


class Admission(Strict):
    """受理, with the reason; `subject` corrects the one it was raised under."""

    reason = Text(required=True)
    subject = code(load_default=None, allow_none=True)


class Reason(Strict):
    """A reason of 2 to 2,000 characters."""

    reason = Text(required=True)


class OfCommunity(Strict):
    """Of which community; of all unless said."""

    community = code()


class CommunityPage(Page):
    """Of which community, of all unless said, and which page."""

    community = code()


class OwnCommunityPage(Page):
    """Of which community, and which page."""

    community = code(required=True)
