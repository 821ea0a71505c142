"""What is said of hearings."""

from marshmallow import fields, validate

from contracts.commands.hearings import Answered, Capacity, PlainStep, Side
from gateway.schemas.fields import Day, Flag, Moment, OneOf, Strict, Text, between, code, evidence

_SAID = {"description": "2 to 20,000 characters."}


class NewHearing(Strict):
    """拟定听证会."""

    topic_id = fields.UUID(required=True)
    title = Text(required=True, metadata={"description": "2 to 200 characters."})
    seats = fields.Integer(required=True, strict=True, validate=between(3, 500))
    speech_minutes = fields.Integer(load_default=5, strict=True, validate=between(1, 60))
    notice_days = fields.Integer(load_default=10, strict=True, validate=between(10, 60))


class HearingNotice(Strict):
    """公告."""

    held_at = Moment(required=True)
    venue = Text(required=True, metadata={"description": "2 to 200 characters."})
    registration_until = Moment(required=True)
    draw_source = Text(
        required=True,
        metadata={"description": "Which public value the draw goes by, known only after registration."},
    )


class PlainHearingStep(Strict):
    """A step that needs no more than a reason, which `adjourn`, `cancel` and the outcomes need."""

    step = OneOf(PlainStep, required=True)
    reason = Text(load_default="")


class HearingRegistration(Strict):
    """报名; `name` is of those alone whom a clerk registers at the window."""

    capacity = OneOf(Capacity, required=True)
    side = OneOf(Side, required=True)
    name = Text(load_default="", validate=validate.Length(max=64, error="length"))


class PublicValue(Strict):
    """The value that the notice has named, as it was published."""

    public_value = Text(required=True, metadata={"description": "One line of 1 to 200 characters."})


class DoorCode(Strict):
    """签到码."""

    code = Text(required=True, validate=validate.Length(min=1, max=16, error="length"))


class Speaker(Strict):
    """Whose registration."""

    registration_id = fields.UUID(required=True)


class HearingEvidence(Strict):
    """提交材料."""

    evidence = evidence()


class NewOpinion(Strict):
    """记录意见."""

    registration_id = fields.UUID(required=True)
    text = Text(required=True, metadata={"description": "2 to 5,000 characters."})


class OpinionAnswer(Strict):
    """答复意见."""

    answer = OneOf(Answered, required=True)
    reason = Text(required=True, metadata={"description": "2 to 2,000 characters."})


class Words(Strict):
    """Minutes, a report, what has come of it."""

    text = Text(required=True, metadata=_SAID)


class MinutesSignature(Strict):
    """签署笔录; a refusal to sign has its reason."""

    registration_id = fields.UUID(required=True)
    signs = Flag(required=True)
    reason = Text(load_default="")


class DecidedAction(Strict):
    """What is to be done in a grid, by the department that the category leads to."""

    grid = code(required=True)
    category = code(required=True)
    text = Text(required=True, metadata={"description": "2 to 5,000 characters."})
    due_on = Day(load_default=None, allow_none=True)


class DecidedActions(Strict):
    """交办, of 1 to 20 actions; each becomes a case."""

    actions = fields.List(
        fields.Nested(DecidedAction), required=True, validate=validate.Length(min=1, max=20, error="length")
    )
