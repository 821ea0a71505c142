"""What the joint conference decides."""

from marshmallow import fields, validate

from gateway.schemas.fields import Day, Strict, Text, between, code


class Meeting(Strict):
    """A joint conference 联席会议."""

    held_on = Day(required=True)
    title = Text(required=True)


class ConferenceAttendance(Strict):
    """到会情况."""

    members = fields.Integer(required=True, strict=True, validate=between(1, 1_000))
    present = fields.Integer(required=True, strict=True, validate=between(0, 1_000))
    departments = fields.List(code(), load_default=list, validate=validate.Length(max=100, error="too_many"))


class Adoption(Strict):
    """The conference's resolution on one item."""

    lead = code(required=True)
    due_on = Day(required=True)
    text = Text(required=True)


class Declination(Strict):
    """The conference ends an item; the reason is published."""

    reason = Text(required=True)


class Certification(Strict):
    """A resolution that names an action for a department in a grid."""

    grid = code(required=True)
    category = code(required=True)
    text = Text(required=True)
    due_on = Day(load_default=None, allow_none=True)
