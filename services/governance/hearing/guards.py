"""What has to be so before a step of a hearing is taken. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from contracts.commands.hearings import NoticeHearing, Side
from contracts.commands.topics import TopicState
from services.governance.hearing.errors import (
    AskedBefore,
    FloorFree,
    FloorTaken,
    MinutesMissing,
    NotAsked,
    NoticeTooShort,
    NotPresent,
    OpinionsUnanswered,
    OtherSideWaits,
    QuorumMissed,
    RegisteredBefore,
    RegistrationNotOver,
    RegistrationOver,
    SignaturesMissing,
    SignedBefore,
    TermUnfit,
    TooEarly,
    WorkNotDone,
)
from services.governance.hearing.hearing import Hearing, Registration, Speech
from services.governance.topic.errors import IllegalTransition as TopicNotAdmitted
from services.governance.topic.topic import Topic

_OPPOSITE = {Side.FOR: Side.AGAINST, Side.AGAINST: Side.FOR}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards look at.

    `one` is the registration that a step is about, `known` says whether the person is registered,
    `work_open` counts what is not done yet.
    """

    now: datetime
    hearing: Hearing | None = None
    topic: Topic | None = None
    notice: NoticeHearing | None = None
    registrations: Sequence[Registration] = ()
    one: Registration | None = None
    known: bool = False
    work_open: int = 0

    @property
    def its(self) -> Hearing:
        """The hearing, where there is one."""
        assert self.hearing is not None, "a step of a hearing has its hearing"
        return self.hearing

    @property
    def here(self) -> int:
        """How many of the panel are present."""
        return sum(each.present for each in self.registrations)

    @property
    def panel(self) -> int:
        """How many have a seat."""
        return sum(each.seat is not None for each in self.registrations)


def topic_admitted(facts: Facts) -> None:
    """Its topic is admitted, and no other hearing of it is under way."""
    if facts.topic is None or facts.topic.state is not TopicState.ADMITTED:
        raise TopicNotAdmitted(None if facts.topic is None else facts.topic.state, "hear")


def announced_in_time(facts: Facts) -> None:
    """Ten days lie between notice and hearing, or as many more as the draft says."""
    assert facts.notice is not None, "a notice says when"
    days = facts.its.notice_days
    if facts.notice.held_at < facts.now + timedelta(days=days):
        raise NoticeTooShort(at_least=days, field="held_at")


def registration_before_the_hearing(facts: Facts) -> None:
    """One can register, and the draw is held before the hearing."""
    assert facts.notice is not None, "a notice says until when"
    if not facts.now < facts.notice.registration_until < facts.notice.held_at:
        raise TermUnfit("between now and the hearing", field="registration_until")


def registration_runs(facts: Facts) -> None:
    """The last day of registration has not passed."""
    until = facts.its.registration_until
    if until is None or facts.now >= until:
        raise RegistrationOver


def once(facts: Facts) -> None:
    """One person registers once."""
    if facts.known:
        raise RegisteredBefore


def registration_is_over(facts: Facts) -> None:
    """The last day of registration has passed: the draw's value came later."""
    until = facts.its.registration_until
    if until is None or facts.now < until:
        raise RegistrationNotOver


def its_time_has_come(facts: Facts) -> None:
    """The hearing opens no earlier than was announced."""
    if facts.its.held_at is None or facts.now < facts.its.held_at:
        raise TooEarly


def quorum(facts: Facts) -> None:
    """Two thirds of the panel are present: 3A >= 2R."""
    if facts.panel == 0 or 3 * facts.here < 2 * facts.panel:
        raise QuorumMissed(present=facts.here, panel=facts.panel)


def present(facts: Facts) -> None:
    """Somebody with a seat has checked in."""
    if facts.one is None or facts.one.seat is None or not facts.one.present:
        raise NotPresent


def not_waiting(facts: Facts) -> None:
    """Who waits for the floor does not ask again."""
    if _waits(facts.its, facts.one):
        raise AskedBefore


def waiting(facts: Facts) -> None:
    """The floor goes to somebody who has asked for it."""
    if not _waits(facts.its, facts.one):
        raise NotAsked


def floor_is_free(facts: Facts) -> None:
    """Nobody is speaking, or whoever is has used up the time."""
    speaking = speech_of(facts.its)
    if speaking is not None and facts.now < ends_at(facts.its, speaking):
        raise FloorTaken


def somebody_speaks(facts: Facts) -> None:
    """Somebody has the floor."""
    if speech_of(facts.its) is None:
        raise FloorFree


def sides_take_turns(facts: Facts) -> None:
    """Nobody follows a speaker of the same side while the other side waits."""
    assert facts.one is not None, "the floor is given to somebody"
    sided = [each for each in facts.its.speeches if each.started_at and each.side in _OPPOSITE]
    last = max(sided, key=lambda each: each.started_at or facts.now, default=None)
    if last is None or last.side is not facts.one.side:
        return
    if any(each.started_at is None and each.side is _OPPOSITE[last.side] for each in facts.its.speeches):
        raise OtherSideWaits(side=_OPPOSITE[last.side].value)


def nobody_signed(facts: Facts) -> None:
    """What somebody has signed, or refused to, does not change any more."""
    if any(each.signed is not None for each in facts.registrations):
        raise SignedBefore


def minutes_written(facts: Facts) -> None:
    """There are minutes."""
    if facts.its.minutes is None:
        raise MinutesMissing


def not_signed_before(facts: Facts) -> None:
    """One person signs, or refuses to, once."""
    if facts.one is not None and facts.one.signed is not None:
        raise SignedBefore


def everybody_signed_or_refused(facts: Facts) -> None:
    """Everybody who was present has signed, or has refused and that is recorded."""
    missing = sum(each.present and each.signed is None for each in facts.registrations)
    if missing:
        raise SignaturesMissing(missing=missing)


def every_opinion_answered(facts: Facts) -> None:
    """Every opinion has its answer: adopted, partly, or no, with the reason."""
    unanswered = sum(each.answer is None for each in facts.its.opinions)
    if unanswered:
        raise OpinionsUnanswered(unanswered=unanswered)


def everything_is_done(facts: Facts) -> None:
    """The cases are done, and what went to an assembly is decided."""
    if facts.work_open:
        raise WorkNotDone(work_open=facts.work_open)


def speech_of(hearing: Hearing) -> Speech | None:
    """Return the speech that has begun and was not ended, None where the floor is free."""
    return next((each for each in hearing.speeches if each.started_at and each.ended_at is None), None)


def ends_at(hearing: Hearing, speech: Speech) -> datetime:
    """Return when a speech that has begun is over at the latest."""
    assert speech.started_at is not None, "it has begun"
    return speech.started_at + hearing.speech_limit


def _waits(hearing: Hearing, one: Registration | None) -> bool:
    return one is not None and any(
        each.registration_id == one.id and each.started_at is None for each in hearing.speeches
    )
