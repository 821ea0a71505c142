"""What is said of elections. Who may stand is governance's to judge."""

from typing import Any

from marshmallow import fields, validate

from contracts.commands.elections import NominatedBy
from gateway.schemas.fields import OneOf, Strict, Text, code

MOST_CANDIDATES = 50
MOST_NOMINATORS = 100
MOST_RUNNING = 30


class NamedCandidate(Strict):
    """候选人: somebody who stands. `name` is published, accounts are not."""

    code = code(required=True, metadata={"description": "What a ballot chooses: lower-case letters, digits."})
    name = Text(required=True, metadata={"description": "2 to 60 characters, as it is published."})
    account = fields.UUID(required=True)
    nominated_by = OneOf(NominatedBy, required=True)
    nominators = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_NOMINATORS, error="too_many"),
        metadata={"description": "Accounts of the electors who nominate together: ten at least."},
    )


class Mandate(Strict):
    """委托投票: who is away and who votes for them, as it is written. The names are published."""

    giver = fields.UUID(required=True, metadata={"description": "The account of who is away."})
    holder = fields.UUID(required=True, metadata={"description": "The account of who votes for them."})
    giver_name = Text(required=True, metadata={"description": "2 to 60 characters, as it is published."})
    holder_name = Text(required=True, metadata={"description": "2 to 60 characters, as it is published."})
    sha256 = Text(required=True, metadata={"description": "SHA-256 of the mandate's scan, in hex."})


class Slate(Strict):
    """候选人名单. Of a run-off it is empty: those stand whom the election has left."""

    candidates: Any = fields.List(
        fields.Nested(NamedCandidate),
        load_default=list,
        validate=validate.Length(max=MOST_CANDIDATES, error="too_many"),
    )
    running = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_RUNNING, error="too_many"),
        metadata={"description": "Accounts of who runs the election 居民选举委员会: none of them stands."},
    )
