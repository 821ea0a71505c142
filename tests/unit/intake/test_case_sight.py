from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.principal import Principal
from chassis.refusal import MalformedCursor
from contracts.commands.intake import PageOrder
from services.intake.case import cursor as cursors
from services.intake.case.authority import department_of, knows_the_place, sight_of
from services.intake.case.views import view_of
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
    a_case,
    an_id,
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
    assert not view_of(anonymous, SYSTEM, exactly=True).mine


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
    rough = view_of(CASE, OPERATOR, exactly=False)
    assert (rough.address, rough.point, rough.mine) == (None, None, False)
    own = view_of(CASE, RESIDENT, exactly=True)
    assert (own.address, own.point, own.mine) == (CASE.address, CASE.point, True)
    assert str(CASE.reporter_id) not in repr(own)


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
