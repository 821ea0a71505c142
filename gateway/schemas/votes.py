"""What is said of votes. Rules and times are governance's to judge."""

from marshmallow import fields, validate

from contracts.commands.rules import Subject
from contracts.commands.votes import BallotMode
from contracts.vocabulary import RollKind
from gateway.schemas.fields import Day, Flag, Moment, OneOf, Strict, Text, between, code
from gateway.schemas.lists import Page

MOST_ITEMS = 20
MOST_SEATS = 9
MOST_CHOICES = 50


class NewVote(Strict):
    """草拟表决, in your own community or one of its grids."""

    place = code(required=True)
    subject = OneOf(Subject, load_default=Subject.QUESTION)
    roll_kind = OneOf(RollKind, required=True)
    mode = OneOf(BallotMode, required=True, description="What becomes known of who voted how.")
    title = Text(required=True, metadata={"description": "2 to 200 characters."})
    text = Text(required=True, metadata={"description": "2 to 5,000 characters: the question as it is put."})
    important = Flag(
        load_default=False,
        metadata={"description": "An important matter goes to the community's Party organisation first."},
    )
    topic_id = fields.UUID(load_default=None, allow_none=True)
    repeats = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A vote that decided nothing, was rejected or voided."},
    )
    seats = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=between(1, MOST_SEATS),
        metadata={"description": "Of an election alone: how many are elected."},
    )
    run_off_of = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a run-off alone: the election whose result is final and left seats."},
    )


class Study(Strict):
    """党组织研究意见."""

    studied_on = Day(required=True)
    text = Text(required=True)


class RuleNamed(Strict):
    """A rule by its code, as `CN-2026.residents`."""

    rule = code(required=True)


class RollAsOf(Strict):
    """The day as of which the roll is made: today or one before."""

    as_of = Day(required=True)


class Notice(Strict):
    """公告: `extended_until` is announced for the case that too few have taken part by the end."""

    opens_at = Moment(required=True)
    closes_at = Moment(required=True)
    extended_until = Moment(load_default=None, allow_none=True)


class Item(Strict):
    """What was decided, for a department in a grid."""

    grid = code(required=True)
    category = code(required=True)
    text = Text(required=True)


class VoteCertification(Strict):
    """确认结果, with what becomes work."""

    items = fields.List(
        fields.Nested(Item), load_default=list, validate=validate.Length(max=MOST_ITEMS, error="too_many")
    )


class Voiding(Strict):
    """宣告无效; the reason is published."""

    reason = Text(required=True)


class ObjectionWords(Strict):
    """异议: what you object to, in 2 to 5,000 characters. Only you and whoever answers it read it."""

    text = Text(required=True)


class Answer(Strict):
    """答复异议; the reason is published."""

    upheld = Flag(required=True)
    reason = Text(required=True)


class Ballot(Strict):
    """选票. Make `ballot_id` and `nonce` at random, and keep them: they are your receipt's."""

    entitlement_id = fields.UUID(required=True)
    ballot_id = fields.UUID(required=True, metadata={"description": "A random UUID, version 4."})
    choice = fields.List(
        Text(), required=True, validate=validate.Length(min=1, max=MOST_CHOICES, error="length")
    )
    nonce = Text(required=True, metadata={"description": "32 random bytes, as 64 hex digits."})


class VoteFilter(Page):
    """Which votes, and which page of them."""

    community = code()
    state = code()


class VotesOf(Strict):
    """Of which community, and in which state; all unless said."""

    community = code()
    state = code()
