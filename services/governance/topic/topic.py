"""A topic and its decisions. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.commands.topics import AdmitTopic, DeclineTopic, RaiseTopic
from contracts.commands.topics import TopicState as State
from services.governance.meeting.meeting import fit_text
from services.governance.topic.errors import (
    HearingRequired,
    IllegalTransition,
    ListedSubject,
    NotSupported,
    SupportedBefore,
    UnknownSubject,
    UnknownTopic,
)
from services.governance.topic.lifecycle import Row, Step, transition
from services.governance.topic.subjects import SUBJECTS, Subject

SHORTEST_TITLE, LONGEST_TITLE = 2, 200
SHORTEST_TEXT, LONGEST_TEXT = 10, 5_000
SHORTEST_REASON, LONGEST_REASON = 2, 2_000


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants decided. `hearing_required` never goes once it is there."""

    id: UUID
    community: str
    subject: str
    title: str
    text: str
    state: State
    raised_by: UUID
    raised_as: str
    raised_at: datetime
    hearing_required: bool
    case_id: UUID | None = None
    hearing_id: UUID | None = None
    reason: str | None = None
    supporters: int = 0
    version: int = 1


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """A person's signature under a topic; `stands` is false once it was taken back."""

    topic_id: UUID
    account_id: UUID
    at: datetime
    stands: bool = True


class Signed(NamedTuple):
    """A topic with a signature more or less."""

    topic: Topic
    support: Support


class Raiser(NamedTuple):
    """Who raises a topic, in which role and where."""

    account_id: UUID
    role: str
    community: str


def raise_topic(command: RaiseTopic, raiser: Raiser, *, now: datetime) -> Topic:
    """提出. Raises: UnknownSubject, a text's length."""
    row = transition(None, Step.RAISE)
    return Topic(
        id=command.topic_id,
        community=raiser.community,
        subject=command.subject,
        title=fit_text(command.title, "title", SHORTEST_TITLE, LONGEST_TITLE),
        text=fit_text(command.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        state=row.target,
        raised_by=raiser.account_id,
        raised_as=raiser.role,
        raised_at=now,
        hearing_required=subject_of(command.subject).hearing,
        case_id=command.case_id,
    )


def support(topic: Topic, given: Support | None, *, by: UUID, now: datetime) -> Signed:
    """附议签名. Raises: IllegalTransition, SupportedBefore."""
    row = transition(topic.state, Step.SUPPORT)
    if given is not None and given.stands:
        raise SupportedBefore
    signature = Support(topic_id=topic.id, account_id=by, at=now)
    return Signed(_moved(topic, row, supporters=topic.supporters + 1), signature)


def retract(topic: Topic, given: Support | None) -> Signed:
    """撤回签名. Raises: IllegalTransition, NotSupported."""
    row = transition(topic.state, Step.RETRACT)
    if given is None or not given.stands:
        raise NotSupported
    taken_back = msgspec.structs.replace(given, stands=False)
    return Signed(_moved(topic, row, supporters=topic.supporters - 1), taken_back)


def withdraw(topic: Topic) -> Topic:
    """撤回议题. Raises: IllegalTransition."""
    return _moved(topic, transition(topic.state, Step.WITHDRAW))


def admit(topic: Topic, command: AdmitTopic) -> Topic:
    """受理. Raises: IllegalTransition, UnknownSubject, ListedSubject, a text's length."""
    row = transition(topic.state, Step.ADMIT)
    subject = subject_of(command.subject or topic.subject)
    if topic.hearing_required and not subject.hearing:
        raise ListedSubject(subject=subject.code)
    return _moved(
        topic,
        row,
        subject=subject.code,
        hearing_required=subject.hearing,
        reason=fit_text(command.reason, "reason", SHORTEST_REASON, LONGEST_REASON),
    )


def decline(topic: Topic, command: DeclineTopic) -> Topic:
    """不予受理. Raises: IllegalTransition, a text's length."""
    row = transition(topic.state, Step.DECLINE)
    reason = fit_text(command.reason, "reason", SHORTEST_REASON, LONGEST_REASON)
    return _moved(topic, row, reason=reason)


def heard(topic: Topic, *, hearing_id: UUID) -> Topic:
    """The report of its hearing is published. Raises: IllegalTransition."""
    return _moved(topic, transition(topic.state, Step.HEAR), hearing_id=hearing_id)


def may_be_decided(topic: Topic) -> bool:
    """Return whether a topic can go to a vote or an assembly: a listed one never before its hearing."""
    heard_or_free = topic.hearing_id is not None or not topic.hearing_required
    return topic.state is State.ADMITTED and heard_or_free


def of_community(topic: Topic | None, community: str) -> Topic:
    """Return a topic of a community. Raises: UnknownTopic."""
    if topic is None or topic.community != community:
        raise UnknownTopic
    return topic


def decidable(topic: Topic | None, community: str) -> Topic:
    """Return a topic that may be decided in a community.

    Raises: UnknownTopic, HearingRequired, IllegalTransition.
    """
    topic = of_community(topic, community)
    if not may_be_decided(topic):
        if topic.state is State.ADMITTED:
            raise HearingRequired(topic_id=str(topic.id))
        raise IllegalTransition(topic.state, Step.DECIDE)
    return topic


def decide(topic: Topic) -> Topic:
    """议决: it was decided, whichever way. Raises: UnknownTopic, HearingRequired, IllegalTransition."""
    decidable(topic, topic.community)
    return _moved(topic, transition(topic.state, Step.DECIDE))


def subject_of(code: str, subjects: Mapping[str, Subject] = SUBJECTS) -> Subject:
    """Return a subject of the list. Raises: UnknownSubject."""
    subject = subjects.get(code)
    if subject is None:
        raise UnknownSubject(subject=code)
    return subject


def _moved(topic: Topic, row: Row, **changes: object) -> Topic:
    return msgspec.structs.replace(topic, state=row.target, version=topic.version + 1, **changes)
