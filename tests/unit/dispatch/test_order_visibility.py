from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis.principal import Principal
from chassis.refusal import Invalid, MalformedCursor, Refusal
from contracts.commands.intake import PageOrder
from contracts.commands.orders import EndingView, RequestView
from contracts.vocabulary import Card
from services.dispatch.responsibility.matrix import SANDBOX
from services.dispatch.work_order import queries
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.party import Ending, PartState, Party, Waiting
from services.dispatch.work_order.reads import Found, Papers, PartResult
from services.dispatch.work_order.sight import may_see, view_for
from services.dispatch.work_order.work_order import WorkOrder
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    REASON,
    REVIEW_ON,
    STRANGER,
    TEXT,
    a_piece,
    a_signed_order,
    a_suspended_order,
    an_id,
    an_order,
    extension_asked,
    officer,
    somebody,
)

RESIDENT = somebody("resident", "resident")


def found(reporter_id: UUID | None = None, order: WorkOrder | None = None, **papers: Any) -> Found:
    nothing: dict[str, Any] = {
        "result_text": None,
        "evidence": (),
        "asked_text": None,
        "ending_text": None,
        "legal_basis": None,
        "parts": {},
    }
    return Found(order or an_order(), Papers(**{**nothing, **papers}), reporter_id)


@pytest.mark.parametrize(
    "principal",
    [
        officer(LEAD),
        officer(CO_HANDLER),
        somebody("dispatcher", "dispatcher"),
        somebody("archivist", "archivist"),
        somebody("inspector", "inspector"),
        somebody("clerk", "clerk", community="c01"),
        somebody("worker", "grid_worker", community="c01", grid="c01-g01"),
    ],
)
def test_an_order_is_seen_by_its_departments_and_its_places_staff(principal: Principal) -> None:
    assert may_see(principal, found())


@pytest.mark.parametrize(
    "principal",
    [
        officer(STRANGER),
        somebody("clerk", "clerk", community="c02"),
        somebody("clerk", "clerk"),
        somebody("worker", "grid_worker", community="c01", grid="c01-g02"),
        somebody("an officer's friend", "resident", department=LEAD),
        somebody("neighbour", "resident"),
        RESIDENT,
    ],
)
def test_an_order_is_hidden_from_everybody_else(principal: Principal) -> None:
    assert not may_see(principal, found())
    assert not may_see(principal, found(an_id("another")))


def test_the_reporter_reads_the_answer() -> None:
    assert may_see(RESIDENT, found(an_id("resident")))


@pytest.mark.parametrize("order", list(PageOrder))
def test_a_cursor_comes_back_as_the_place_and_the_way_that_it_was_made_of(order: PageOrder) -> None:
    view = view_for(officer(), found())
    assert queries._decode(queries._encode(view, order)) == queries._Cursor(NOW, view.order_id, order)


def test_a_cursor_that_does_not_say_which_way_goes_on_to_the_newest() -> None:
    assert queries._decode(WITHOUT_A_WAY).order is PageOrder.NEWEST


WITHOUT_A_WAY = "WyIyMDI2LTAzLTAyVDAxOjMwOjAwWiIsIjZiYTdiODExLTlkYWQtMTFkMS04MGI0LTAwYzA0ZmQ0MzBjOCJd"
WITHOUT_A_ZONE = "WyIyMDI2LTAzLTAyVDAxOjMwOjAwIiwiNmJhN2I4MTEtOWRhZC0xMWQxLTgwYjQtMDBjMDRmZDQzMGM4Il0"


@pytest.mark.parametrize("cursor", ["", "!", "bm8", "W10", "é", WITHOUT_A_ZONE])
def test_a_cursor_that_is_not_ours_is_malformed(cursor: str) -> None:
    with pytest.raises(MalformedCursor):
        queries._decode(cursor)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_from_one_to_a_hundred_orders(limit: int) -> None:
    with pytest.raises(Invalid):
        queries._limit(limit)


@pytest.mark.parametrize(("words", "field"), [(State, "state"), (Waiting, "waiting"), (PageOrder, "order")])
def test_a_word_that_does_not_exist_is_refused(words: type[StrEnum], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        queries._one_of(words, "archived", field=field)
    assert refused.value.fields == {"field": field}


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        queries._moment(NOW.replace(tzinfo=None))


def test_nobody_but_the_district_lists_another_departments_orders() -> None:
    assert queries._department(officer(LEAD), None) == LEAD
    assert queries._department(somebody("dispatcher", "dispatcher"), STRANGER) == STRANGER
    for principal, asked in [(officer(LEAD), STRANGER), (RESIDENT, None), (RESIDENT, LEAD)]:
        with pytest.raises(Refusal, match="own orders"):
            queries._department(principal, asked)


DISPATCHER, CLERK = somebody("dispatcher", "dispatcher"), somebody("clerk", "clerk", community="c01")


def test_a_sandbox_order_is_seen_by_its_department_and_the_dispatcher_alone() -> None:
    order = msgspec.structs.replace(an_order(), sandbox=True, lead=SANDBOX, parties=(a_party(SANDBOX),))
    for principal in (DISPATCHER, officer(SANDBOX)):
        assert may_see(principal, found(order=order))
    for principal in (
        officer(LEAD),
        CLERK,
        somebody("archivist", "archivist"),
        somebody("operator", "operator"),
    ):
        assert not may_see(principal, found(order=order))


def a_party(department: str) -> Party:
    return msgspec.structs.replace(an_order().parties[0], department=department)


TOGETHER = a_signed_order(co_handlers=(CO_HANDLER, STRANGER))


@pytest.mark.parametrize("principal", [DISPATCHER, officer(LEAD), CLERK, RESIDENT])
def test_who_sees_an_order_sees_every_part_of_it(principal: Principal) -> None:
    view = view_for(principal, found(an_id("resident"), TOGETHER))
    assert [part.department for part in view.parts] == [LEAD, CO_HANDLER, STRANGER]
    assert view.due_at == TOGETHER.parties[0].term.due_at


def test_a_co_handler_is_shown_its_own_part_and_due_time_alone() -> None:
    lead, own, other = TOGETHER.parties
    later = msgspec.structs.replace(own.term, due_at=own.term.due_at + timedelta(days=9), card=Card.YELLOW)
    order = msgspec.structs.replace(TOGETHER, parties=(lead, msgspec.structs.replace(own, term=later), other))
    view = view_for(officer(CO_HANDLER), found(order=order))
    assert [part.department for part in view.parts] == [CO_HANDLER]
    assert (view.due_at, view.card) == (later.due_at, "yellow")


def test_a_part_is_shown_with_its_own_result() -> None:
    lead, own, other = TOGETHER.parties
    done = msgspec.structs.replace(own, state=PartState.DONE, result_id=an_id("result"))
    order = msgspec.structs.replace(TOGETHER, parties=(lead, done, other))
    result = PartResult(TEXT, (a_piece(),))
    view = view_for(DISPATCHER, found(order=order, parts={an_id("result"): result}))
    assert [(part.state, part.result_text, part.evidence) for part in view.parts] == [
        ("open", None, ()),
        ("done", TEXT, (a_piece(),)),
        ("open", None, ()),
    ]


def test_what_a_lead_asks_and_is_answered_is_for_itself_and_the_district() -> None:
    order = msgspec.structs.replace(
        extension_asked(TOGETHER), denied_text="不准", ending=Ending(at=NOW, suggested="ZJJ")
    )
    papers = {"asked_text": REASON, "ending_text": TEXT, "legal_basis": "第三条"}
    for principal in (officer(LEAD), DISPATCHER):
        view = view_for(principal, found(an_id("resident"), order, **papers))
        assert view.asked == RequestView(kind="extension", asked_at=NOW, days=2, text=REASON)
        assert view.ending == EndingView(at=NOW, text=TEXT, legal_basis="第三条", suggested="ZJJ")
        assert view.denied_text == "不准"
    for principal in (officer(CO_HANDLER), CLERK, RESIDENT):
        view = view_for(principal, found(an_id("resident"), order, **papers))
        assert (view.asked, view.ending, view.denied_text) == (None, None, None)


def test_while_the_clock_stands_no_due_time_is_shown() -> None:
    view = view_for(officer(LEAD), found(order=a_suspended_order()))
    assert (view.state, view.due_at, view.review_on) == ("suspended", None, REVIEW_ON)
    assert [part.due_at for part in view.parts] == [None]
