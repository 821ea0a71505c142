"""A hearing's stages, from its draft to its archive. Pure: each step passes the one gate first."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.commands.hearings import Answered, DraftHearing, NoticeHearing, PlainStep
from services.governance.hearing.drawing import draw
from services.governance.hearing.errors import TermUnfit, UnknownOpinion
from services.governance.hearing.guards import Facts, ends_at, speech_of
from services.governance.hearing.hearing import (
    LARGEST_PANEL,
    LONGEST_NOTICE_DAYS,
    LONGEST_SPEECH,
    MOST_NOTES,
    NOTICE_DAYS,
    SHORTEST_SPEECH,
    SMALLEST_PANEL,
    Hearing,
    Note,
    Registration,
    Speech,
)
from services.governance.hearing.lifecycle import Row, Step, transition
from services.governance.meeting.meeting import fit_text
from services.governance.topic.topic import Topic

SHORTEST_TITLE, LONGEST_TITLE = 2, 200
SHORTEST_TEXT, LONGEST_TEXT = 2, 20_000
SHORTEST_REASON, LONGEST_REASON = 2, 2_000
_REASONED = frozenset({Step.ADJOURN, Step.CANCEL, Step.TO_ASSEMBLY, Step.TAKE_NO_ACTION})


class Seated(NamedTuple):
    """A hearing, and its registrations as far as they have changed."""

    hearing: Hearing
    registrations: tuple[Registration, ...]


def draft(command: DraftHearing, topic: Topic | None, *, by: UUID, now: datetime) -> Hearing:
    """拟定. Raises: IllegalTransition, TermUnfit, a text's length."""
    row = transition(None, Step.DRAFT, Facts(now=now, topic=topic))
    assert topic is not None, "the gate has seen it"
    _within(command.seats, SMALLEST_PANEL, LARGEST_PANEL, "seats")
    _within(command.speech_minutes, SHORTEST_SPEECH, LONGEST_SPEECH, "speech_minutes")
    _within(command.notice_days, NOTICE_DAYS, LONGEST_NOTICE_DAYS, "notice_days")
    return Hearing(
        id=command.hearing_id,
        topic_id=topic.id,
        community=topic.community,
        title=fit_text(command.title, "title", SHORTEST_TITLE, LONGEST_TITLE),
        state=row.target,
        seats=command.seats,
        speech_minutes=command.speech_minutes,
        notice_days=command.notice_days,
        drafted_by=by,
        drafted_at=now,
    )


def notice(hearing: Hearing, command: NoticeHearing, facts: Facts) -> Seated:
    """公告: called together for its first sitting or another. Seats are drawn anew.

    Raises: IllegalTransition, NoticeTooShort, TermUnfit, a text's length.
    """
    row = transition(hearing.state, Step.NOTICE, facts)
    called = moved(
        hearing,
        row,
        sitting=hearing.sitting + 1,
        venue=fit_text(command.venue, "venue", SHORTEST_TITLE, LONGEST_TITLE),
        noticed_at=facts.now,
        held_at=command.held_at,
        registration_until=command.registration_until,
        draw_source=fit_text(command.draw_source, "draw_source", SHORTEST_REASON, LONGEST_REASON),
        public_value=None,
        seed=None,
        reason=None,
    )
    free = (msgspec.structs.replace(each, seat=None, present=False) for each in facts.registrations)
    return Seated(called, tuple(free))


def lock_seats(hearing: Hearing, public_value: str, facts: Facts) -> Seated:
    """确定代表. Raises: IllegalTransition, RegistrationNotOver, TermUnfit, TooFewRepresentatives."""
    row = transition(hearing.state, Step.LOCK_SEATS, facts)
    drawn = draw(hearing.id, facts.registrations, seats=hearing.seats, value=public_value)
    seats = {registration: seat for seat, registration in enumerate(drawn.panel, start=1)}
    seated = (msgspec.structs.replace(each, seat=seats.get(each.id)) for each in facts.registrations)
    locked = moved(hearing, row, public_value=public_value.strip(), seed=drawn.seed)
    return Seated(locked, tuple(seated))


def take(hearing: Hearing, step: PlainStep, reason: str, facts: Facts) -> Hearing:
    """Take a step that needs no more than a reason.

    Raises: IllegalTransition, what a guard refuses, a text's length.
    """
    named = Step(step.value)
    row = transition(hearing.state, named, facts)
    changes: dict[str, object] = {}
    if named in _REASONED:
        changes["reason"] = fit_text(reason, "reason", SHORTEST_REASON, LONGEST_REASON)
    if named in (Step.TO_ASSEMBLY, Step.TAKE_NO_ACTION):
        changes["led_to"] = row.target
    if named is Step.OPEN:
        changes["opened_at"] = facts.now
    if named in (Step.END_SPEECH, Step.CLOSE):
        changes["speeches"] = silenced(hearing, now=facts.now)
    if named is Step.CLOSE:
        changes["closed_at"] = facts.now
    return moved(hearing, row, **changes)


def write_minutes(hearing: Hearing, text: str, facts: Facts) -> Hearing:
    """制作笔录. Raises: IllegalTransition, SignedBefore, a text's length."""
    row = transition(hearing.state, Step.WRITE_MINUTES, facts)
    minutes = fit_text(text, "text", SHORTEST_TEXT, LONGEST_TEXT)
    return moved(hearing, row, minutes=minutes, minutes_sha256=sha256(minutes.encode()).hexdigest())


def answer(hearing: Hearing, opinion_id: UUID, answer: Answered, reason: str, facts: Facts) -> Hearing:
    """答复意见; again until the report is out. Raises: IllegalTransition, UnknownOpinion, a length."""
    row = transition(hearing.state, Step.ANSWER_OPINION, facts)
    if not any(each.id == opinion_id for each in hearing.opinions):
        raise UnknownOpinion
    said = fit_text(reason, "reason", SHORTEST_REASON, LONGEST_REASON)
    opinions = tuple(
        msgspec.structs.replace(each, answer=answer, reason=said) if each.id == opinion_id else each
        for each in hearing.opinions
    )
    return moved(hearing, row, opinions=opinions)


def publish(hearing: Hearing, text: str, facts: Facts) -> Hearing:
    """公布报告. Raises: IllegalTransition, OpinionsUnanswered, a text's length."""
    row = transition(hearing.state, Step.PUBLISH_REPORT, facts)
    return moved(hearing, row, report=fit_text(text, "text", SHORTEST_TEXT, LONGEST_TEXT))


def dispatch(hearing: Hearing, number: int, facts: Facts, *, most: int) -> Hearing:
    """交办, of `number` actions. Raises: IllegalTransition, TermUnfit."""
    row = transition(hearing.state, Step.DISPATCH, facts)
    _within(number, 1, most, "actions")
    return moved(hearing, row, led_to=row.target)


def note(hearing: Hearing, text: str, facts: Facts) -> Hearing:
    """记录落实情况. Raises: IllegalTransition, TermUnfit, a text's length."""
    row = transition(hearing.state, Step.RECORD_FOLLOW_UP, facts)
    _within(len(hearing.notes) + 1, 1, MOST_NOTES, "follow_up")
    written = Note(at=facts.now, text=fit_text(text, "text", SHORTEST_REASON, LONGEST_REASON))
    return moved(hearing, row, notes=(*hearing.notes, written))


def silenced(hearing: Hearing, *, now: datetime) -> tuple[Speech, ...]:
    """Return the speeches with none going on: who has spoken too long has stopped when the time was up."""
    speaking = speech_of(hearing)
    if speaking is None:
        return hearing.speeches
    ended = msgspec.structs.replace(speaking, ended_at=min(now, ends_at(hearing, speaking)))
    return tuple(ended if each is speaking else each for each in hearing.speeches)


def moved(hearing: Hearing, row: Row, **changes: object) -> Hearing:
    """Return a hearing after a step."""
    return msgspec.structs.replace(hearing, state=row.target, version=hearing.version + 1, **changes)


def _within(number: int, low: int, high: int, field: str) -> None:
    if not low <= number <= high:
        raise TermUnfit(f"from {low} to {high}", field=field)


def code_matches(registrations: Sequence[Registration], code: str) -> Registration | None:
    """Return whose seat a code opens, None where it opens none."""
    sought = code.strip().upper()
    return next((each for each in registrations if each.seat is not None and each.code == sought), None)
