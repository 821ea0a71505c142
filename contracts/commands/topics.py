"""What can be asked about topics 议题 that residents decide on, and what is answered."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec


class TopicState(StrEnum):
    """Where a topic stands."""

    RAISED = "raised"  # 已提出
    ADMITTED = "admitted"  # 已受理
    DECLINED = "declined"  # 不予受理
    WITHDRAWN = "withdrawn"  # 已撤回
    DECIDED = "decided"  # 已议决


class RaiseTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Raise a topic in one's own community. `case_id` names the case that it is promoted from.

    A resident promotes a case of their own, the residents' committee any of its community.
    """

    method: ClassVar[str] = "raise_topic"
    command_id: UUID
    topic_id: UUID
    subject: str
    title: str
    text: str
    case_id: UUID | None = None


class SupportTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident of the community signs a topic; once a person."""

    method: ClassVar[str] = "support_topic"
    command_id: UUID
    topic_id: UUID


class RetractSupport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident takes the own signature back."""

    method: ClassVar[str] = "retract_support"
    command_id: UUID
    topic_id: UUID


class WithdrawTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever raised a topic takes it back before it is admitted."""

    method: ClassVar[str] = "withdraw_topic"
    command_id: UUID
    topic_id: UUID


class AdmitTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The residents' committee takes a topic up. `subject` corrects the one it was raised under."""

    method: ClassVar[str] = "admit_topic"
    command_id: UUID
    topic_id: UUID
    reason: str
    subject: str | None = None


class DeclineTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The residents' committee does not take a topic up; the reason stands with it."""

    method: ClassVar[str] = "decline_topic"
    command_id: UUID
    topic_id: UUID
    reason: str


COMMANDS = (RaiseTopic, SupportTopic, RetractSupport, WithdrawTopic, AdmitTopic, DeclineTopic)


class TopicReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where a topic stands after a step."""

    topic_id: UUID
    state: TopicState
    supporters: int
    hearing_required: bool
    version: int


class TopicView(msgspec.Struct, frozen=True, kw_only=True):
    """A topic without anybody's name. `raised_by` is a role; `may_be_decided` whether it can go to a vote.

    `hearing_id` is the hearing whose report was published.
    """

    topic_id: UUID
    community: str
    subject: str
    title: str
    text: str
    state: TopicState
    raised_by: str
    raised_at: datetime
    supporters: int
    hearing_required: bool
    may_be_decided: bool
    hearing_id: UUID | None = None
    case_id: UUID | None = None
    reason: str | None = None


class TopicPage(msgspec.Struct, frozen=True, kw_only=True):
    """Topics, newest first."""

    items: tuple[TopicView, ...]
    next_cursor: str | None


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """What a topic can be about; `hearing` says that a hearing comes before any decision."""

    code: str
    name_zh: str
    name_en: str
    hearing: bool


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Every subject, in the order of the list."""

    items: tuple[SubjectView, ...]
