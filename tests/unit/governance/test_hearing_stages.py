from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from itertools import product
from typing import Any

import pytest

from contracts.commands.hearings import Answered, Capacity, HearingState, PlainStep, Side
from contracts.commands.topics import TopicState
from contracts.events.governance import ResolutionCertified
from services.governance.hearing import errors, stages
from services.governance.hearing.drawing import draw, seed_of
from services.governance.hearing.guards import Facts
from services.governance.hearing.hearing import Opinion
from services.governance.hearing.lifecycle import OVER, TABLE, Step, transition
from services.governance.meeting.errors import TextTooLong, TextTooShort
from services.governance.topic.errors import IllegalTransition as TopicNotAdmitted
from tests.unit.governance.builders import an_id
from tests.unit.governance.hearings import (
    HEARING,
    HELD_AT,
    UNTIL,
    VALUE,
    a_hearing,
    drafting,
    facts,
    noticing,
    somebody_registered,
)
from tests.unit.governance.neighbours import NOW, a_topic

State = HearingState
ALLOWED = {(row.source, row.step) for row in TABLE}
REFUSED = [(state, step) for state, step in product((None, *State), Step) if (state, step) not in ALLOWED]
IN_ORDER = [
    State.DRAFT,
    State.NOTICED,
    State.REGISTRATION,
    State.SEATS_LOCKED,
    State.CHECK_IN,
    State.OPEN,
    State.CLOSED,
    State.MINUTES_SIGNED,
    State.REPORT_PUBLISHED,
]


@pytest.mark.parametrize(("state", "step"), REFUSED)
def test_a_step_without_a_row_is_refused(state: State | None, step: Step) -> None:
    with pytest.raises(errors.IllegalTransition):
        transition(state, step, Facts(now=NOW))


def test_no_chair_can_skip_a_stage() -> None:
    """Forwards, a row goes from a stage to the next and no further."""
    place = {state: number for number, state in enumerate(IN_ORDER)}
    jumps = {
        place[row.target] - place[row.source]
        for row in TABLE
        if row.source in place and row.target in place and row.source is not row.target
    }
    assert jumps == {1}
    assert {row.target for row in TABLE if row.source in OVER} == set()
    assert {row.source for row in TABLE if row.target is State.ADJOURNED} == {State.CHECK_IN}
    assert {row.target for row in TABLE if row.source is State.ADJOURNED} == {State.NOTICED, State.CANCELLED}


def test_a_hearing_is_not_called_off_once_it_sits() -> None:
    assert {row.source for row in TABLE if row.target is State.CANCELLED} == {
        *IN_ORDER[: IN_ORDER.index(State.OPEN)],
        State.ADJOURNED,
    }


def test_a_hearing_decides_nothing_it_only_hands_on() -> None:
    assert {row.target for row in TABLE if row.source is State.REPORT_PUBLISHED} == {
        State.DISPATCHED,
        State.TO_ASSEMBLY,
        State.NO_ACTION,
    }
    assert [(row.step, row.emits) for row in TABLE if row.emits] == [(Step.DISPATCH, ResolutionCertified)]
    assert "decid" not in " ".join((*State, *Step))


@pytest.mark.parametrize("state", [state for state in TopicState if state is not TopicState.ADMITTED])
def test_a_hearing_is_on_a_topic_that_was_admitted(state: TopicState) -> None:
    drafted = stages.draft(drafting(), a_topic(TopicState.ADMITTED), by=an_id("committee"), now=NOW)
    assert (drafted.state, drafted.community) == (State.DRAFT, "c01")
    with pytest.raises(TopicNotAdmitted):
        stages.draft(drafting(), a_topic(state), by=an_id("committee"), now=NOW)


@pytest.mark.parametrize(
    "change", [{"seats": 2}, {"seats": 501}, {"speech_minutes": 0}, {"notice_days": 9}, {"notice_days": 61}]
)
def test_a_hearings_terms_have_bounds(change: dict[str, int]) -> None:
    with pytest.raises(errors.TermUnfit):
        stages.draft(drafting(**change), a_topic(TopicState.ADMITTED), by=an_id("committee"), now=NOW)


def test_ten_days_lie_between_notice_and_hearing() -> None:
    hearing = a_hearing(sitting=0)
    for days, seconds, enough in ((10, 0, True), (10, -1, False), (12, 0, True)):
        notice = noticing(held_at=NOW + timedelta(days=days, seconds=seconds))
        if enough:
            assert stages.notice(hearing, notice, facts(hearing, notice=notice)).hearing.sitting == 1
        else:
            with pytest.raises(errors.NoticeTooShort):
                stages.notice(hearing, notice, facts(hearing, notice=notice))
    longer = a_hearing(notice_days=20)
    with pytest.raises(errors.NoticeTooShort):
        stages.notice(longer, noticing(), facts(longer, notice=noticing()))


@pytest.mark.parametrize("until", [NOW, HELD_AT, HELD_AT + timedelta(days=1)])
def test_registration_ends_before_the_hearing(until: Any) -> None:
    notice = noticing(registration_until=until)
    with pytest.raises(errors.TermUnfit):
        stages.notice(a_hearing(), notice, facts(a_hearing(), notice=notice))


def test_a_hearing_that_is_called_again_draws_its_panel_anew() -> None:
    hearing = a_hearing(State.ADJOURNED, seed="a" * 64, public_value=VALUE, reason="人数不足")
    notice = noticing()
    again = stages.notice(hearing, notice, facts(hearing, somebody_registered(), notice=notice))
    assert (again.hearing.state, again.hearing.sitting, again.hearing.seed) == (State.NOTICED, 2, None)
    assert [(each.seat, each.present) for each in again.registrations] == [(None, False)]


def test_the_draw_comes_after_the_last_registration() -> None:
    hearing = a_hearing(State.REGISTRATION)
    people = [somebody_registered(f"p{number}", seat=None) for number in range(5)]
    early = facts(hearing, *people, now=UNTIL - timedelta(seconds=1))
    with pytest.raises(errors.RegistrationNotOver):
        stages.lock_seats(hearing, VALUE, early)
    locked = stages.lock_seats(hearing, VALUE, facts(hearing, *people, now=UNTIL))
    assert sorted(each.seat or 0 for each in locked.registrations) == [0, 0, 1, 2, 3]


def test_anybody_repeats_the_draw_with_the_standard_library() -> None:
    people = [
        somebody_registered(f"p{n}", capacity=Capacity.PUBLIC if n < 3 else Capacity.SPECIALIST)
        for n in range(20)
    ]
    drawn = draw(HEARING, people, seats=7, value=f" {VALUE} ")
    ids = sorted(str(each.id) for each in people)
    seed = sha256("\n".join([str(HEARING), VALUE, *ids]).encode()).hexdigest()
    order = sorted(ids, key=lambda i: sha256(f"{seed}:{i}".encode()).hexdigest())
    of_the_public = {str(each.id) for each in people if each.capacity is Capacity.PUBLIC}
    third = [i for i in order if i in of_the_public][:3]
    assert drawn.seed == seed == seed_of(HEARING, VALUE, [each.id for each in people])
    assert [str(each) for each in drawn.panel] == (third + [i for i in order if i not in third])[:7]
    assert draw(HEARING, people[::-1], seats=7, value=VALUE) == drawn
    assert draw(HEARING, people, seats=7, value="another").panel != drawn.panel


@pytest.mark.parametrize(("representing", "enough"), [(0, False), (1, False), (2, True), (6, True)])
def test_a_third_of_the_panel_is_interested_or_stands_for_the_public(
    representing: int, *, enough: bool
) -> None:
    people = [
        somebody_registered(
            f"p{n}", capacity=Capacity.INTERESTED if n < representing else Capacity.ORGANISATION
        )
        for n in range(6)
    ]
    if enough:
        assert len(draw(HEARING, people, seats=6, value=VALUE).panel) == 6
    else:
        with pytest.raises(errors.TooFewRepresentatives):
            draw(HEARING, people, seats=6, value=VALUE)
    with pytest.raises(errors.TooFewRepresentatives):
        draw(HEARING, people[:2], seats=6, value=VALUE)


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * 201, "\0"])
def test_the_public_value_is_one_line(value: str) -> None:
    with pytest.raises(errors.TermUnfit):
        draw(HEARING, [somebody_registered(f"p{n}") for n in range(3)], seats=3, value=value)


@pytest.mark.parametrize(
    ("here", "panel", "enough"), [(2, 3, True), (1, 3, False), (27, 40, True), (26, 40, False)]
)
def test_two_thirds_of_the_panel_are_a_quorum(here: int, panel: int, *, enough: bool) -> None:
    people = [somebody_registered(f"p{n}", seat=n + 1, present=n < here) for n in range(panel)]
    hearing = a_hearing(State.CHECK_IN)
    at = facts(hearing, *people, now=HELD_AT)
    if enough:
        assert stages.take(hearing, PlainStep.OPEN, "", at).state is State.OPEN
    else:
        with pytest.raises(errors.QuorumMissed) as refused:
            stages.take(hearing, PlainStep.OPEN, "", at)
        assert refused.value.fields == {"present": here, "panel": panel}
    with pytest.raises(errors.TooEarly):
        stages.take(hearing, PlainStep.OPEN, "", facts(hearing, *people, now=HELD_AT - timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.CHECK_IN, PlainStep.ADJOURN),
        (State.DRAFT, PlainStep.CANCEL),
        (State.REPORT_PUBLISHED, PlainStep.TO_ASSEMBLY),
        (State.REPORT_PUBLISHED, PlainStep.TAKE_NO_ACTION),
    ],
)
def test_whoever_stops_or_ends_a_hearing_says_why(state: State, step: PlainStep) -> None:
    hearing = a_hearing(state)
    for reason, refusal in ((" ", TextTooShort), ("长" * 2_001, TextTooLong)):
        with pytest.raises(refusal):
            stages.take(hearing, step, reason, facts(hearing))
    assert stages.take(hearing, step, "事出有因", facts(hearing)).reason == "事出有因"


def test_no_report_without_an_answer_to_every_opinion() -> None:
    opinion = Opinion(
        id=an_id("opinion"), registration_id=an_id("one"), side=Side.FOR, text="赞成", recorded_at=NOW
    )
    hearing = a_hearing(State.MINUTES_SIGNED, opinions=(opinion,))
    with pytest.raises(errors.OpinionsUnanswered):
        stages.publish(hearing, "听证报告", facts(hearing))
    with pytest.raises(errors.UnknownOpinion):
        stages.answer(hearing, an_id("other"), Answered.NO, "理由如下", facts(hearing))
    with pytest.raises(TextTooShort):
        stages.answer(hearing, opinion.id, Answered.NO, "", facts(hearing))
    answered = stages.answer(hearing, opinion.id, Answered.PARTLY, "理由如下", facts(hearing))
    published = stages.publish(answered, "听证报告", facts(answered))
    assert (published.state, published.opinions[0].answer) == (State.REPORT_PUBLISHED, Answered.PARTLY)


def test_a_hearing_is_archived_once_everything_it_led_to_is_done() -> None:
    hearing = a_hearing(State.FOLLOW_UP)
    with pytest.raises(errors.WorkNotDone):
        stages.take(hearing, PlainStep.ARCHIVE, "", facts(hearing, work_open=1))
    assert stages.take(hearing, PlainStep.ARCHIVE, "", facts(hearing)).state is State.ARCHIVED


@pytest.mark.parametrize("number", [0, 21])
def test_a_hearing_hands_on_from_one_to_twenty_actions(number: int) -> None:
    hearing = a_hearing(State.REPORT_PUBLISHED)
    with pytest.raises(errors.TermUnfit):
        stages.dispatch(hearing, number, facts(hearing), most=20)


@pytest.mark.parametrize(
    "write",
    [
        lambda text: stages.write_minutes(a_hearing(State.CLOSED), text, facts(a_hearing())),
        lambda text: stages.publish(a_hearing(State.MINUTES_SIGNED), text, facts(a_hearing())),
        lambda text: stages.note(a_hearing(State.FOLLOW_UP), text, facts(a_hearing())),
    ],
)
def test_what_is_written_is_neither_empty_nor_endless(write: Callable[[str], object]) -> None:
    for text, refusal in ((" ", TextTooShort), ("长" * 20_001, TextTooLong)):
        with pytest.raises(refusal):
            write(text)
    write("写得正好")
