"""What is said of a case."""

from marshmallow import fields, validate

from contracts.vocabulary import LawfulChannel, RefusalReason
from gateway.schemas.fields import (
    Flag,
    Moment,
    OneOf,
    Position,
    Strict,
    Text,
    between,
    channel,
    code,
    evidence,
)


class Report(Strict):
    """上报. Without a category the dispatcher chooses one."""

    grid = code(required=True)
    text = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    occurred_at = Moment(required=True)
    channel = channel()
    category = code(load_default=None, allow_none=True)
    point = fields.Nested(Position, load_default=None, allow_none=True)
    address = Text(load_default="")
    evidence = evidence()
    anonymous = Flag(load_default=False)


class Classification(Strict):
    """分类. Without a lead the category's own department leads."""

    category = code(required=True)
    lead = code(load_default=None, allow_none=True)
    co_handlers = fields.List(code(), load_default=list, validate=validate.Length(max=10, error="too_many"))


class Check(Strict):
    """核查通过, with photos from the spot."""

    evidence = evidence()
    point = fields.Nested(Position, load_default=None, allow_none=True)


class Satisfied(Strict):
    """回访满意."""

    resolved = Flag(required=True)
    score = fields.Integer(required=True, strict=True, validate=between(1, 5))
    channel = channel()


class Dissatisfied(Strict):
    """回访不满意."""

    reason = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    channel = channel()


class OnTheSpot(Strict):
    """当场解决: what was found and settled at once, with photos before and after."""

    grid = code(required=True)
    category = code(required=True)
    text = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    occurred_at = Moment(required=True)
    before = evidence()
    after = evidence()
    confirmed = Flag(required=True, metadata={"description": "The resident's word that it is settled."})
    point = fields.Nested(Position, load_default=None, allow_none=True)
    address = Text(load_default="")


class Question(Strict):
    """What the dispatcher asks the reporter."""

    question = Text(required=True, metadata={"description": "10 to 2,000 characters."})


class ReporterAnswer(Strict):
    """What the reporter answers: words, evidence, or both."""

    text = Text(load_default="", metadata={"description": "10 to 2,000 characters, or none."})
    evidence = evidence()


class Merger(Strict):
    """并案: the open case that takes this one in."""

    master = fields.UUID(required=True)


class CaseRefusal(Strict):
    """不予受理: why, and where the reporter should turn instead."""

    reason = OneOf(RefusalReason, required=True)
    channel = OneOf(LawfulChannel, required=True)


class FailedCheck(Strict):
    """核查不通过: why, with photos from the spot."""

    reason = Text(required=True, metadata={"description": "10 to 2,000 characters."})
    evidence = evidence()
    point = fields.Nested(Position, load_default=None, allow_none=True)


class Attempt(Strict):
    """未接通: a call or visit that reached nobody."""

    channel = channel()
    at = Moment(required=True)


class Reopening(Strict):
    """重办: the new fact."""

    reason = Text(required=True, metadata={"description": "10 to 2,000 characters."})
