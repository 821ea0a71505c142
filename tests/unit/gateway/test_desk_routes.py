"""Desks, the ledger, the matrix, supporters: thin lists, each asked for its keeper."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands.case_views import CasePage, CaseSummary, Supporters
from contracts.commands.governance import AttendanceReceipt, CertifiedReceipt
from contracts.commands.orders import DeadlineView, Ledger, OrderPage, Responsibilities, ResponsibilityView
from tests.unit.gateway.cell import CASE_ID, ORDER_ID, THEN, Cell, a_view, an_order, code_of

CASE = f"/cases/{CASE_ID}"
WAITING = CaseSummary(
    case_id=CASE_ID,
    number="140303-20260302-000001",
    state="checked",
    step=4,
    category="0202",
    urgency="N",
    community="c01",
    grid="c01-g01",
    lead="CGJ",
    cycle=1,
    reported_at=THEN,
    updated_at=THEN,
    version=5,
    due_at=THEN,
    attempts=2,
)
LED = ResponsibilityView(
    category="0202",
    department="CGJ",
    kind="C",
    urgency="N",
    limit="3wd",
    valid_from=THEN.date(),
    valid_to=None,
)
CERTIFIED = {"grid": "c01-g01", "category": "0204", "text": "在南门外增设一处公交候车亭。"}


@pytest.mark.parametrize(
    ("desk", "role", "said"),
    [
        ("triage?community=c02", "dispatcher", {"state": "reported", "community": "c02"}),
        ("triage", "dispatcher", {"state": "reported"}),
        ("checks", "grid_worker", {"state": "answered", "grid": "c01-g01"}),
        ("visits", "clerk", {"state": "checked", "community": "c01"}),
    ],
)
def test_a_desk_shows_what_waits_for_its_keeper_oldest_first(
    cell: Cell, desk: str, role: str, said: dict[str, Any]
) -> None:
    cell.rpc.tell("intake", "list_cases", CasePage(items=(WAITING,), next_cursor="next"))
    token = cell.token(role, community="c01", grid="c01-g01")
    response = cell.get(f"/desks/{desk}", token=token)
    assert response.status_code == 200, response.data
    (item,) = response.get_json()["items"]
    assert (item["due_at"], item["attempts"]) == ("2026-03-02T11:30:00Z", 2)
    assert cell.rpc.last().said == {**said, "order": "oldest", "limit": 20}
    cell.get(f"/desks/{desk.partition('?')[0]}?cursor=next&limit=50", token=token)
    assert (cell.rpc.last().said["cursor"], cell.rpc.last().said["limit"]) == ("next", 50)


@pytest.mark.parametrize(("desk", "role"), [("checks", "grid_worker"), ("visits", "clerk")])
def test_an_account_without_a_place_has_no_desk(cell: Cell, desk: str, role: str) -> None:
    response = cell.get(f"/desks/{desk}", token=cell.token(role))
    assert (response.status_code, code_of(response)) == (403, "forbidden")
    assert cell.rpc.asked == []


@pytest.mark.parametrize("query", ["grid=c01-g02", "community=c02", "state=closed", "order=newest"])
def test_nobody_sits_at_anothers_desk(cell: Cell, query: str) -> None:
    response = cell.get(f"/desks/checks?{query}", token=cell.worker())
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert cell.rpc.asked == []


def test_the_dispatcher_sees_what_is_asked_and_what_is_to_be_redirected(cell: Cell) -> None:
    asked = OrderPage(items=(an_order(),), next_cursor="more")
    pages = {"approval": asked, "redirect": OrderPage(items=(), next_cursor=None)}
    cell.rpc.tell("dispatch", "list_orders", lambda question: pages[question.said["waiting"]])
    shown = cell.get("/desks/approvals", token=cell.token("dispatcher")).get_json()
    assert [item["order_id"] for item in shown["asked"]["items"]] == [str(ORDER_ID)]
    assert shown["asked"]["next_cursor"] == "more"
    assert shown["redirect"]["items"] == []
    assert {question.said["order"] for question in cell.rpc.asked} == {"oldest"}


def test_the_ledger_of_a_case_is_for_whoever_may_see_the_case(cell: Cell) -> None:
    row = DeadlineView(
        order_id=ORDER_ID,
        cycle=1,
        party="CGJ",
        due_at=THEN,
        reason="initial",
        recorded_at=THEN,
        calendar_version="cn-2026",
        provisional=True,
    )
    cell.rpc.tell("dispatch", "deadlines_of_case", Ledger(case_id=CASE_ID, items=(row,)))
    cell.rpc.tell("intake", "get_case", RemoteRefusal("not_found"))
    assert code_of(cell.get(f"{CASE}/deadlines", token=cell.worker())) == "not_found"
    assert [question.service for question in cell.rpc.asked] == ["intake"]
    cell.rpc.tell("intake", "get_case", a_view())
    (shown,) = cell.get(f"{CASE}/deadlines", token=cell.worker()).get_json()["items"]
    assert (shown["party"], shown["reason"], shown["provisional"]) == ("CGJ", "initial", True)


def test_supporters_are_a_number_and_nobody(cell: Cell) -> None:
    cell.rpc.tell("intake", "supporters", Supporters(case_id=CASE_ID, number=3, since=THEN))
    shown = cell.get(f"{CASE}/supporters", token=cell.token("clerk", community="c01")).get_json()
    assert shown == {"case_id": str(CASE_ID), "number": 3, "since": "2026-03-02T11:30:00Z"}


def test_anybody_signed_in_may_ask_who_is_responsible(cell: Cell) -> None:
    was = msgspec.structs.replace(LED, department="ZJJ", valid_to=THEN.date())
    cell.rpc.tell("dispatch", "responsibility", Responsibilities(items=(LED,)))
    cell.rpc.tell("dispatch", "responsibility_history", Responsibilities(items=(was, LED)))
    token = cell.token("resident")
    now = cell.get("/responsibility?category=0202&on=2026-03-02", token=token).get_json()
    assert now["items"][0]["department"] == "CGJ"
    assert cell.rpc.last().said == {"category": "0202", "on": "2026-03-02"}
    cell.get("/responsibility", token=token)
    assert cell.rpc.last().said == {}
    ever = cell.get("/responsibility/0202", token=token).get_json()["items"]
    assert [each["department"] for each in ever] == ["ZJJ", "CGJ"]
    assert cell.rpc.last().said == {"category": "0202"}


@pytest.mark.parametrize("query", ["on=2026-02-30", "on=1066-10-14", "category=", "department=CGJ"])
def test_a_question_about_the_matrix_that_makes_no_sense_is_named(cell: Cell, query: str) -> None:
    response = cell.get(f"/responsibility?{query}", token=cell.token("resident"))
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("category", ["02 02", "%00", "路灯", "x" * 65])
def test_a_category_in_an_address_that_can_be_none_is_nothing_found(cell: Cell, category: str) -> None:
    assert code_of(cell.get(f"/responsibility/{category}", token=cell.token("resident"))) == "not_found"
    assert cell.rpc.asked == []


def test_a_certified_resolution_answers_where_its_case_is(cell: Cell) -> None:
    receipt = CertifiedReceipt(resolution_id=uuid4(), case_id=CASE_ID)
    cell.rpc.tell("governance", "certify_resolution", receipt)
    meeting_id = uuid4()
    for _ in range(2):
        response = cell.post(
            f"/conference/meetings/{meeting_id}/resolutions",
            CERTIFIED,
            token=cell.token("dispatcher"),
            key="k",
        )
        assert response.status_code == 201, response.data
        assert response.headers["Location"] == f"/api/v1/cases/{CASE_ID}"
    first, again = (question.command for question in cell.rpc.asked)
    assert first == again
    assert (first.meeting_id, first.grid, first.category) == (meeting_id, "c01-g01", "0204")


@pytest.mark.parametrize("missing", sorted(CERTIFIED))
def test_a_certification_says_what_where_and_in_which_words(cell: Cell, missing: str) -> None:
    body = {name: value for name, value in CERTIFIED.items() if name != missing}
    path = f"/conference/meetings/{uuid4()}/resolutions"
    response = cell.post(path, body, token=cell.token("dispatcher"))
    assert response.get_json()["fields"] == {missing: "required"}


def test_who_is_at_a_conference_is_recorded_as_it_was_said(cell: Cell) -> None:
    meeting_id = uuid4()
    cell.rpc.tell("governance", "take_attendance", AttendanceReceipt(meeting_id=meeting_id, quorum=True))
    body = {"members": 15, "present": 12, "departments": ["CGJ", "ZJJ"]}
    path = f"/conference/meetings/{meeting_id}/attendance"
    response = cell.post(path, body, token=cell.token("dispatcher"))
    assert (response.status_code, response.get_json()["quorum"]) == (200, True)
    command = cell.rpc.last().command
    assert (command.meeting_id, command.present, command.departments) == (meeting_id, 12, ("CGJ", "ZJJ"))
