from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.principal import Principal
from chassis.refusal import MalformedCursor
from contracts.commands.case_views import Attempt
from contracts.commands.intake import Channel, PageOrder
from contracts.vocabulary import Card, Urgency
from services.intake.case import cursor as cursors
from services.intake.case import sorting, visiting
from services.intake.case.authority import department_of, knows_the_place, sight_of
from services.intake.case.case import Document, Stage
from services.intake.case.guards import REST
from services.intake.case.lifecycle import State
from services.intake.case.views import Around, Depth, entry_shown, view_of
from services.intake.case.waiting import wait_of
from tests.unit.chassis.calendars import CHINA
from tests.unit.intake.asked import ANSWER, QUESTION, a_question, a_refusal, a_withdrawal
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    FOREIGN_CLERK,
    FOREIGN_WORKER,
    HOTLINE,
    NEIGHBOUR,
    NOW,
    OFFICER,
    RESIDENT,
    SYSTEM,
    WORKER,
    a_bad_answer,
    a_case,
    a_photo,
    an_id,
    reported,
    somebody,
)

CASE = a_case()
COMMITTEE = somebody("committee", "committee", community="c01")
INSPECTOR = somebody("inspector", "inspector")
OPERATOR = somebody("operator", "operator")
EXACTLY = (RESIDENT, WORKER, CLERK, DISPATCHER)
ROUGHLY = (COMMITTEE, ARCHIVIST, INSPECTOR, OPERATOR)
NOT_AT_ALL = (NEIGHBOUR, FOREIGN_WORKER, FOREIGN_CLERK, HOTLINE, OFFICER, SYSTEM)


@pytest.mark.parametrize("principal", [*EXACTLY, *ROUGHLY])
def test_those_concerned_see_a_case(principal: Principal) -> None:
    assert sight_of(principal).sees(CASE.whereabouts)


@pytest.mark.parametrize("principal", NOT_AT_ALL)
def test_others_do_not(principal: Principal) -> None:
    assert not sight_of(principal).sees(CASE.whereabouts)


@pytest.mark.parametrize("principal", EXACTLY)
def test_those_who_work_on_it_know_the_place_exactly(principal: Principal) -> None:
    assert knows_the_place(principal, CASE.whereabouts)


@pytest.mark.parametrize("principal", [*ROUGHLY, *NOT_AT_ALL])
def test_others_know_the_grid(principal: Principal) -> None:
    assert not knows_the_place(principal, CASE.whereabouts)


def test_the_hotline_sees_what_it_has_reported() -> None:
    own = a_case(reporter_id=an_id("hotline"))
    assert sight_of(HOTLINE).sees(own.whereabouts)


def test_an_anonymous_case_is_nobodys_own() -> None:
    anonymous = a_case(reporter_id=None)
    assert not sight_of(RESIDENT).sees(anonymous.whereabouts)
    assert not view_of(anonymous, SYSTEM, Depth(exactly=True), Around()).mine


def test_a_role_without_a_place_sees_nothing_by_it() -> None:
    placeless = somebody("worker 3", "grid_worker", "clerk")
    assert not sight_of(placeless).sees(CASE.whereabouts)


def test_a_place_without_the_role_gives_no_sight() -> None:
    assert not sight_of(somebody("x", "resident", grid="c01-g01", community="c01")).sees(CASE.whereabouts)


def test_the_lead_and_the_co_handlers_handle_a_case() -> None:
    shared = a_case(lead="CGJ", co_handlers=("SCJ",))
    assert [shared.handled_by(code) for code in ("CGJ", "SCJ", "ZJJ")] == [True, True, False]
    assert department_of(OFFICER) == "CGJ"
    assert department_of(somebody("x", "clerk", department="CGJ")) is None


def test_a_view_says_the_place_only_exactly_and_never_the_reporter() -> None:
    rough = view_of(CASE, OPERATOR, Depth(), Around())
    assert (rough.address, rough.point, rough.mine) == (None, None, False)
    own = view_of(CASE, RESIDENT, Depth(exactly=True), Around())
    assert (own.address, own.point, own.mine) == (CASE.address, CASE.point, True)
    assert str(CASE.reporter_id) not in repr(own)


def test_whoever_supports_a_case_reads_it_without_the_place_and_what_its_reporter_handed_in() -> None:
    photos = [
        Document(**msgspec.structs.asdict(a_photo(stage)), stage=Stage(stage), cycle=1)
        for stage in ("report", "result", "check")
    ]
    case = a_case(documents=tuple(photos), question=QUESTION, answer=ANSWER)
    seen = view_of(case, NEIGHBOUR, Depth(inside=False), Around(supporters=2))
    assert (seen.text, seen.supporters, seen.mine) == (case.text, 2, False)
    assert (seen.address, seen.point, seen.question, seen.answer) == (None, None, None, None)
    assert [each.media_id for each in seen.evidence] == [an_id("result"), an_id("check")]
    assert str(case.reporter_id) not in repr(seen)
    inside = view_of(case, RESIDENT, Depth(exactly=True), Around())
    assert (inside.question, inside.answer, len(inside.evidence)) == (QUESTION, ANSWER, 3)


def test_a_supporter_is_not_told_what_people_have_said_on_the_way() -> None:
    checked = a_case(state=State.CHECKED)
    entry = visiting.record_dissatisfied(checked, a_bad_answer(), CLERK, now=NOW).entries[0]
    assert entry_shown(entry, Depth()).detail == {"reason": a_bad_answer().reason, "channel": "phone"}
    assert entry_shown(entry, Depth(inside=False)).detail == {"channel": "phone"}
    asked = sorting.ask_reporter(
        reported(category=None).case, a_question(), DISPATCHER, CHINA, now=NOW
    ).entries[0]
    assert set(entry_shown(asked, Depth(inside=False)).detail) == {"due_at"}


def test_a_view_shows_how_a_case_ended_and_until_when_it_may_be_reopened() -> None:
    attempts = (Attempt(channel=Channel.PHONE, at=NOW),)
    closed = view_of(a_case(state=State.CLOSED, closed_at=NOW, attempts=attempts), CLERK, Depth(), Around())
    assert (closed.reopen_until, closed.attempts, closed.tried) == (NOW + REST, 1, attempts)
    archived = view_of(a_case(state=State.ARCHIVED, closed_at=NOW), CLERK, Depth(), Around())
    assert archived.reopen_until is None
    refused = sorting.refuse(reported(category=None).case, a_refusal(), DISPATCHER, now=NOW).case
    shown = view_of(refused, RESIDENT, Depth(), Around())
    assert (shown.refusal, shown.lawful_channel) == ("in_court", "court")
    withdrawn = sorting.withdraw(reported(category=None).case, a_withdrawal(), RESIDENT, now=NOW).case
    assert view_of(withdrawn, RESIDENT, Depth(), Around()).cancelled_for == "withdrawn"
    merged = a_case(state=State.MERGED, master_id=an_id("master"))
    assert view_of(merged, RESIDENT, Depth(), Around()).master_id == an_id("master")


def test_a_view_says_what_the_case_waits_for() -> None:
    case = a_case(state=State.ANSWERED, due_at=NOW, urgency=Urgency.URGENT)
    wait = wait_of(case, CHINA)
    assert wait is not None
    seen = view_of(case, CLERK, Depth(), Around(wait=msgspec.structs.replace(wait, card=Card.YELLOW)))
    assert (seen.due_at, seen.waits_for, seen.card) == (NOW + timedelta(hours=4), "grid_worker", "yellow")
    with_department = view_of(a_case(due_at=NOW, due_provisional=True), CLERK, Depth(), Around())
    assert (with_department.due_at, with_department.provisional) == (NOW, True)
    assert with_department.waits_for is None


# The cursor.


@given(at=st.datetimes(timezones=st.just(NOW.tzinfo)), case_id=st.uuids(), order=st.sampled_from(PageOrder))
def test_a_cursor_comes_back_as_it_was_given(at: Any, case_id: Any, order: PageOrder) -> None:
    given_out = cursors.Cursor(at, case_id, order)
    assert cursors.decode(cursors.encode(given_out)) == given_out


@given(text=st.text(max_size=300))
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCursor):
        cursors.decode(text)


@given(position=st.integers(0, 95), character=st.characters(codec="ascii"))
def test_a_cursor_that_was_changed_is_malformed_or_another_one(position: int, character: str) -> None:
    good = cursors.encode(cursors.Cursor(NOW, an_id("case"), PageOrder.OLDEST))
    changed = good[:position] + character + good[position + 1 :]
    try:
        assert cursors.encode(cursors.decode(changed)) == changed
    except MalformedCursor:
        assert changed != good
