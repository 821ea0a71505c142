"""What is said of assemblies, and of tasks for residents' committees."""

from typing import Any

from marshmallow import fields, validate

from contracts.commands.assemblies import PlainAssemblyStep
from gateway.schemas.fields import Day, Moment, OneOf, Strict, Text, between, code

_MOST = 2**53 - 1


def _number(**options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=between(0, _MOST), **options)


class AssemblyCounts(Strict):
    """Whom the rule counts before anybody comes."""

    n = _number(metadata={"description": "Eligible: adults, households or delegates."})
    m = _number(metadata={"description": "Members of the assembly."})
    reps = _number(metadata={"description": "Representatives."})
    groups = _number(metadata={"description": "Resident groups."})


class AgendaPoint(Strict):
    """A question, and the topic that it comes from, if any."""

    question = Text(required=True, metadata={"description": "2 to 5,000 characters."})
    topic_id = fields.UUID(load_default=None, allow_none=True)


class NewAssembly(Strict):
    """召集居民会议或居民代表会议."""

    rule = code(required=True, metadata={"description": "A rule's code, such as `CN-2026.residents`."})
    title = Text(required=True)
    venue = Text(required=True)
    held_at = Moment(required=True)
    counts = fields.Nested(AssemblyCounts, required=True)
    agenda = fields.List(
        fields.Nested(AgendaPoint), required=True, validate=validate.Length(min=1, max=20, error="length")
    )


class AnotherDay(Strict):
    """再次召集."""

    held_at = Moment(required=True)
    venue = Text(required=True)


class Attendance(Strict):
    """到会人数."""

    present = _number(required=True)


class PlainAssemblyStepTaken(Strict):
    """A step that needs no more than a reason, which `adjourn` and `cancel` need."""

    step = OneOf(PlainAssemblyStep, required=True)
    reason = Text(load_default="")


class Hands(Strict):
    """举手表决: the numbers, and what is resolved where it passes."""

    yes = _number(required=True)
    no = _number(required=True)
    abstain = _number(required=True)
    text = Text(required=True, metadata={"description": "2 to 5,000 characters."})
    owner = Text(required=True, metadata={"description": "The office that answers for it, not a person."})
    due_on = Day(required=True)


class AnswerToObjection(Strict):
    """答复异议."""

    answer = Text(required=True, metadata={"description": "2 to 2,000 characters."})


class NewTask(Strict):
    """A department's task for a residents' committee."""

    community = code(required=True)
    item = code(required=True, metadata={"description": "A code of `GET /tasks/entry-list`."})
    text = Text(required=True, metadata={"description": "2 to 2,000 characters."})
    due_on = Day(required=True)
    funding_fen = fields.Integer(load_default=0, strict=True, validate=between(0, 10**12))
