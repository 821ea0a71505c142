"""What governance can be asked to do about a vote 表决, and what it answers.

A ballot is no command: nothing of it is kept but the ballot itself, so it has no `command_id`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.commands.rules import Subject
from contracts.vocabulary import RollKind


class BallotMode(StrEnum):
    """What becomes known of who voted how. What each does not protect stands in docs/decisions.md."""

    OPEN = "open"  # 记名
    SECRET = "secret"  # 无记名  # noqa: S105 - a mode, nobody's secret


class Standing(StrEnum):
    """What became of a ballot."""

    COUNTED = "counted"  # 已计入
    QUARANTINED = "quarantined"  # 存疑: co-owners disagree, and count as absent


class About(StrEnum):
    """What somebody objects to."""

    ROLL = "roll"  # 名册
    RESULT = "result"  # 结果


class WorkItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a certified vote has a department do in a grid; it becomes a case. `text` is published."""

    grid: str
    category: str
    text: str


class DraftVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draft a vote of a community or of one of its grids.

    `important` matters go to the community's Party organisation before the rule is bound. `repeats` names
    a vote that decided nothing or was voided. An election says how many `seats` there are; a run-off has
    those that the election `run_off_of` has left.
    """

    method: ClassVar[str] = "draft_vote"
    command_id: UUID
    vote_id: UUID
    place: str
    subject: Subject
    roll_kind: RollKind
    mode: BallotMode
    title: str
    text: str
    important: bool = False
    topic_id: UUID | None = None
    repeats: UUID | None = None
    seats: int | None = None
    run_off_of: UUID | None = None


class RecordStudy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record what the community's Party organisation says of an important matter."""

    method: ClassVar[str] = "record_study"
    command_id: UUID
    vote_id: UUID
    studied_on: date
    text: str


class BindRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bind the rule by which the vote will be decided; its hash is kept from now on."""

    method: ClassVar[str] = "bind_rule"
    command_id: UUID
    vote_id: UUID
    rule: str


class RequestRoll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have the roll made as of a day: for the first time, or anew after an objection or a fault."""

    method: ClassVar[str] = "request_roll"
    command_id: UUID
    vote_id: UUID
    as_of: date


class FreezeRoll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Freeze the roll: whoever moves afterwards changes no denominator."""

    method: ClassVar[str] = "freeze_roll"
    command_id: UUID
    vote_id: UUID


class GiveNotice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Announce when the vote opens and closes, and until when where the quorum is missed."""

    method: ClassVar[str] = "give_notice"
    command_id: UUID
    vote_id: UUID
    opens_at: datetime
    closes_at: datetime
    extended_until: datetime | None = None


class BeginCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Begin to count what was cast, by whatever channel."""

    method: ClassVar[str] = "begin_count"
    command_id: UUID
    vote_id: UUID


class FinishCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Count: the rule says what the totals decide."""

    method: ClassVar[str] = "finish_count"
    command_id: UUID
    vote_id: UUID


class PublishResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Publish the preliminary result; objections to it are possible from now on."""

    method: ClassVar[str] = "publish_result"
    command_id: UUID
    vote_id: UUID


class RecountVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Count again after an objection; the result is published anew."""

    method: ClassVar[str] = "recount_vote"
    command_id: UUID
    vote_id: UUID


class CertifyVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make a published result final; what was decided becomes cases."""

    method: ClassVar[str] = "certify_vote"
    command_id: UUID
    vote_id: UUID
    items: tuple[WorkItem, ...] = ()


class VoidVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Declare a vote void; the reason is published."""

    method: ClassVar[str] = "void_vote"
    command_id: UUID
    vote_id: UUID
    reason: str


class ObjectToVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Object to the published roll or result; the vote's state says to which."""

    method: ClassVar[str] = "object_to_vote"
    command_id: UUID
    objection_id: UUID
    vote_id: UUID
    text: str


class AnswerObjection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answer an objection: upheld or dismissed, with the reason."""

    method: ClassVar[str] = "answer_objection"
    command_id: UUID
    vote_id: UUID
    objection_id: UUID
    upheld: bool
    reason: str


class CastBallot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cast a ballot. The client makes its id (UUID, version 4) and nonce (64 hex digits).

    It is no command: no id, and neither it nor a hash or an answer is kept. Sent again it is refused as
    `participated`.
    """

    method: ClassVar[str] = "cast_ballot"
    vote_id: UUID
    entitlement_id: UUID
    ballot_id: UUID
    choice: tuple[str, ...]
    nonce: str


COMMANDS = (
    DraftVote,
    RecordStudy,
    BindRule,
    RequestRoll,
    FreezeRoll,
    GiveNotice,
    BeginCount,
    FinishCount,
    PublishResult,
    RecountVote,
    CertifyVote,
    VoidVote,
    ObjectToVote,
    AnswerObjection,
    CastBallot,
)


class VoteReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vote stands after a step."""

    vote_id: UUID
    state: str
    version: int


class CertifiedVote(VoteReceipt, frozen=True, kw_only=True):
    """A final result, and the cases that it became."""

    cases: tuple[UUID, ...]


class ObjectionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """An objection was made or answered; `upheld` is None until then."""

    objection_id: UUID
    vote_id: UUID
    about: About
    upheld: bool | None


class BallotReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A ballot was taken. It says nothing of what was chosen."""

    vote_id: UUID
    entitlement_id: UUID
    standing: Standing
