"""What is said of a case."""

from marshmallow import fields, validate

from gateway.schemas.fields import Flag, Moment, Position, Strict, Text, between, channel, code, evidence


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
