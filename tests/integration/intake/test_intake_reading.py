import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.principal import Principal
from chassis.refusal import Invalid, MalformedCursor, NotFound
from contracts.commands.intake import PageOrder
from services.intake.case import queries
from tests.integration.intake.district import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    FOREIGN_OFFICER,
    LAMP_POST,
    NEIGHBOUR,
    OFFICER,
    PHOTO,
    RESIDENT,
    TEXT,
    WORKER,
    a_check,
    a_report,
    answered,
    closed,
    reported,
)
from tests.integration.intake.running import Intake


def test_a_case_is_seen_by_those_concerned_and_not_found_by_others(intake: Intake) -> None:
    case = reported(intake)
    own = queries.get_case(intake.database, RESIDENT, case.case_id)
    assert (own.mine, own.address, own.point) == (True, "桥头街 8 号", LAMP_POST)
    assert own.evidence == (PHOTO,)
    assert queries.get_case(intake.database, ARCHIVIST, case.case_id).address is None
    for ask in (queries.get_case, queries.case_timeline, queries.case_seal, queries.case_for_department):
        with pytest.raises(NotFound):
            ask(intake.database, NEIGHBOUR, case.case_id)
    with pytest.raises(NotFound):
        queries.get_case(intake.database, OFFICER, case.case_id)
    for principal in (RESIDENT, OFFICER):
        with pytest.raises(NotFound):
            queries.get_case(intake.database, principal, uuid4())


def test_the_departments_that_handle_it_read_the_case_and_its_evidence(intake: Intake) -> None:
    case = reported(intake)
    view = queries.case_for_department(intake.database, OFFICER, case.case_id)
    assert (view.text, view.address, view.point) == (TEXT, "桥头街 8 号", LAMP_POST)
    assert RESIDENT.subject not in repr(view)
    assert queries.evidence_of(intake.database, OFFICER, case.case_id, PHOTO.media_id) == PHOTO
    for principal in (FOREIGN_OFFICER, NEIGHBOUR):
        with pytest.raises(NotFound):
            queries.evidence_of(intake.database, principal, case.case_id, PHOTO.media_id)
    with pytest.raises(NotFound):
        queries.case_for_department(intake.database, FOREIGN_OFFICER, case.case_id)
    with pytest.raises(NotFound):
        queries.evidence_of(intake.database, OFFICER, case.case_id, uuid4())


def test_evidence_is_listed_with_its_stage_and_who_works_at_the_place_may_know_where_it_was(
    intake: Intake,
) -> None:
    case = closed(intake)
    listed = queries.evidence_listing(intake.database, RESIDENT, case.case_id)
    stages = [(each.media_id, each.stage, each.cycle) for each in listed.items]
    assert stages[0] == (PHOTO.media_id, "report", 1)
    assert [stage for _, stage, _ in stages] == ["report", "result", "check"]
    for principal in (RESIDENT, WORKER, CLERK, DISPATCHER):
        assert queries.evidence_listing(intake.database, principal, case.case_id).exactly
    for principal in (ARCHIVIST, OFFICER):
        assert queries.evidence_listing(intake.database, principal, case.case_id).items == listed.items
        assert not queries.evidence_listing(intake.database, principal, case.case_id).exactly
    for principal in (NEIGHBOUR, FOREIGN_OFFICER):
        with pytest.raises(NotFound):
            queries.evidence_listing(intake.database, principal, case.case_id)


def test_a_reader_waits_for_what_it_has_caused_and_no_longer_than_said(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = answered(intake)
    looks: list[float] = []

    def meanwhile(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            intake.ask((a_check(case), WORKER))

    monkeypatch.setattr(time, "sleep", meanwhile)
    assert queries.get_case(intake.database, CLERK, case.case_id, min_version=6).state == "checked"
    assert len(looks) == 3
    monkeypatch.setattr(queries, "WAIT_S", 0.0)
    assert queries.get_case(intake.database, CLERK, case.case_id, min_version=99).version == 6


@pytest.mark.parametrize("order", [None, *PageOrder])
def test_a_list_is_read_page_by_page_in_its_order_and_nothing_comes_twice(
    intake: Intake, order: PageOrder | None
) -> None:
    intake.ask(*((a_report(), RESIDENT) for _ in range(4)))
    intake.ask(*((a_report(), RESIDENT) for _ in range(3)))
    oldest = [row[0] for row in intake.rows("SELECT case_id FROM cases ORDER BY reported_at, case_id")]
    page = queries.list_cases(intake.database, DISPATCHER, order=order, limit=3)
    read: list[UUID] = []
    for _ in range(2):
        read += [item.case_id for item in page.items]
        page = queries.list_cases(intake.database, DISPATCHER, cursor=page.next_cursor, limit=3)
    read += [item.case_id for item in page.items]
    assert read == (oldest if order is PageOrder.OLDEST else oldest[::-1])
    assert page.next_cursor is None


def test_a_list_does_not_turn_round_in_the_middle(intake: Intake) -> None:
    intake.ask(*((a_report(), RESIDENT) for _ in range(2)))
    page = queries.list_cases(intake.database, DISPATCHER, order=PageOrder.OLDEST, limit=1)
    with pytest.raises(Invalid):
        queries.list_cases(intake.database, DISPATCHER, order=PageOrder.NEWEST, cursor=page.next_cursor)
    again = queries.list_cases(
        intake.database, DISPATCHER, order=PageOrder.OLDEST, cursor=page.next_cursor, limit=1
    )
    assert again.items != page.items


def test_a_list_shows_what_the_caller_may_see_and_asks_for(intake: Intake) -> None:
    mine = reported(intake)
    other = reported(intake, NEIGHBOUR, grid="c02-g01", category="0301")
    waiting = reported(intake, NEIGHBOUR, grid="c01-g02", category=None)

    def listed(principal: Principal, **filters: Any) -> set[UUID]:
        return {item.case_id for item in queries.list_cases(intake.database, principal, **filters).items}

    ids = {case.case_id for case in (mine, other, waiting)}
    assert listed(DISPATCHER) == ids
    assert listed(DISPATCHER, state="reported") == {waiting.case_id}
    assert listed(DISPATCHER, state="archived") == set()
    assert listed(DISPATCHER, community="c01", category="0202") == {mine.case_id}
    assert listed(DISPATCHER, grid="c02-g01") == {other.case_id}
    assert listed(DISPATCHER, lead="CGJ") == {mine.case_id, other.case_id}
    assert listed(DISPATCHER, mine=True) == set()
    assert listed(RESIDENT) == listed(RESIDENT, mine=True) == {mine.case_id}
    assert listed(RESIDENT, community="c02") == set()
    assert listed(WORKER) == {mine.case_id}
    assert listed(CLERK) == {mine.case_id, waiting.case_id}
    assert listed(OFFICER) == {mine.case_id, other.case_id}
    assert listed(FOREIGN_OFFICER) == set()
    assert listed(Principal(subject="system")) == set()


@pytest.mark.parametrize(
    "filters",
    [{"limit": 0}, {"limit": 101}, {"state": "lost"}, {"grid": "c01\0"}, {"lead": ""}, {"community": "é"}],
)
def test_a_filter_that_makes_no_sense_is_refused(intake: Intake, filters: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        queries.list_cases(intake.database, DISPATCHER, **filters)


def test_a_malformed_cursor_is_refused(intake: Intake) -> None:
    with pytest.raises(MalformedCursor):
        queries.list_cases(intake.database, DISPATCHER, cursor="bm90IG91cnM")
