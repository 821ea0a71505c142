from uuid import UUID, uuid4

import pytest

from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from contracts.commands.case_views import CasePage
from contracts.commands.orders import OrderPage
from contracts.commands.registry import PlaceView
from contracts.errors import CODES
from tests.unit.gateway.cell import CASE_ID, THEN, Cell, a_receipt, a_report, a_view, code_of

CASE = f"/cases/{CASE_ID}"


def test_a_report_answers_201_with_where_it_is_and_its_version(cell: Cell) -> None:
    cell.rpc.tell("intake", "report_case", lambda asked: a_receipt(case_id=asked.command.case_id))
    response = cell.post("/cases", a_report(), token=cell.worker(), headers={"X-Request-ID": "abc-1"})
    assert response.status_code == 201
    said = cell.rpc.last()
    assert response.headers["Location"] == f"/api/v1/cases/{said.command.case_id}"
    assert response.headers["ETag"] == '"v2"'
    assert response.headers["X-Request-ID"] == said.context.correlation_id == "abc-1"
    assert said.context.principal is not None
    assert said.context.principal.scope == {"community": "c01", "grid": "c01-g01"}
    assert said.context.deadline is not None


def test_the_same_key_makes_the_same_command_and_another_caller_another(cell: Cell) -> None:
    cell.rpc.tell("intake", "report_case", a_receipt())
    other = cell.token("grid_worker", community="c01", grid="c01-g01", name="another")
    for token in (cell.worker(), cell.worker(), other):
        assert cell.post("/cases", a_report(), token=token, key="k1").status_code == 201
    first, second, third = (asked.command for asked in cell.rpc.asked)
    assert first == second
    assert first.command_id != third.command_id
    assert first.case_id != third.case_id


@pytest.mark.parametrize("key", ["x" * 256, "with space", "schlüssel"])
def test_a_key_that_is_no_key_is_malformed(cell: Cell, key: str) -> None:
    response = cell.post(
        "/cases", a_report(), token=cell.worker(), headers={"Idempotency-Key": key}, key=None
    )
    assert (response.status_code, code_of(response)) == (400, "malformed_request")


@pytest.mark.parametrize(
    "seen", ["v3", '"3"', 'W/"v3"', '"v0"', '"v3", "v4"', '"v-1"', '"v99999999999"', '""']
)
def test_a_malformed_if_match_is_400(cell: Cell, seen: str) -> None:
    token = cell.token("archivist")
    response = cell.post(f"{CASE}/archive", token=token, headers={"If-Match": seen})
    assert (response.status_code, code_of(response)) == (400, "malformed_request")
    assert cell.rpc.asked == []


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_without_a_version_any_will_do(cell: Cell, headers: dict[str, str]) -> None:
    cell.rpc.tell("intake", "archive_case", a_receipt())
    assert cell.post(f"{CASE}/archive", token=cell.token("archivist"), headers=headers).status_code == 200
    assert cell.rpc.last().command.expected_version is None


def test_a_step_that_needs_nothing_needs_no_body(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", a_receipt())
    assert cell.ask("POST", f"{CASE}/archive", token=cell.token("archivist")).status_code == 200


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_a_service_becomes_its_status(cell: Cell, code: str) -> None:
    cell.rpc.tell("intake", "archive_case", RemoteRefusal(code, "why", {"state": "answered"}))
    response = cell.post(f"{CASE}/archive", token=cell.token("archivist"))
    assert (response.status_code, code_of(response)) == (CODES[code].status, code)
    assert response.get_json()["detail"] == "why"
    assert response.get_json()["fields"] == {"state": "answered"}
    assert ("Retry-After" in response.headers) == (code in ("unavailable", "too_many_requests"))


def test_a_code_that_is_not_public_is_our_fault(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", RemoteRefusal("secret_cause", "a row, a name"))
    response = cell.post(f"{CASE}/archive", token=cell.token("archivist"))
    assert (response.status_code, code_of(response)) == (500, "internal")
    assert b"secret" not in response.data
    assert b"name" not in response.data


def test_a_service_that_is_away_is_503_and_says_when_to_come_again(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", ServiceUnavailable())
    response = cell.post(f"{CASE}/archive", token=cell.token("archivist"))
    assert (response.status_code, code_of(response)) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_a_command_without_an_answer_has_an_unknown_outcome_and_a_question_is_asked_again(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", NoAnswer())
    cell.rpc.tell("intake", "case_seal", NoAnswer())
    token = cell.token("archivist")
    command = cell.post(f"{CASE}/archive", token=token)
    question = cell.get(f"{CASE}/seal", token=token)
    assert (command.status_code, code_of(command)) == (504, "unknown_outcome")
    assert (question.status_code, code_of(question)) == (503, "unavailable")


def test_a_fault_of_ours_tells_nothing(cell: Cell) -> None:
    cell.rpc.tell("intake", "archive_case", RuntimeError("张三 13800000001"))
    response = cell.post(f"{CASE}/archive", token=cell.token("archivist"))
    assert (response.status_code, code_of(response)) == (500, "internal")
    assert "张三" not in response.text
    assert "Traceback" not in response.text


def test_a_grid_worker_reports_in_no_foreign_grid(cell: Cell) -> None:
    response = cell.post("/cases", a_report(grid="c01-g02"), token=cell.worker())
    assert (response.status_code, code_of(response)) == (403, "foreign_grid")
    assert response.get_json()["fields"] == {"grid": "c01-g02"}
    assert cell.rpc.asked == []


def a_grid(code: str, parent: str) -> PlaceView:
    return PlaceView(
        code=code,
        tier="grid",
        parent=parent,
        name_zh="",
        name_en="",
        fictional=False,
        valid_from=THEN.date(),
        valid_to=None,
    )


def test_a_clerk_reports_in_no_foreign_community(cell: Cell) -> None:
    cell.rpc.tell("registry", "places", (a_grid("c01-g01", "c01"), a_grid("c02-g01", "c02")))
    cell.rpc.tell("intake", "report_case", a_receipt())
    clerk = cell.token("clerk", community="c01")
    assert code_of(cell.post("/cases", a_report(grid="c02-g01"), token=clerk)) == "foreign_grid"
    assert cell.post("/cases", a_report(grid="c01-g01"), token=clerk).status_code == 201
    assert [asked.method for asked in cell.rpc.asked] == ["places", "report_case"]


def test_while_registry_is_away_the_clerks_place_is_left_to_intake(cell: Cell) -> None:
    cell.rpc.tell("registry", "places", NoAnswer())
    cell.rpc.tell("intake", "report_case", RemoteRefusal("foreign_grid"))
    clerk = cell.token("clerk", community="c01")
    for _ in range(3):
        assert code_of(cell.post("/cases", a_report(grid="c02-g01"), token=clerk)) == "foreign_grid"
    assert [asked.method for asked in cell.rpc.asked].count("places") == 1


@pytest.mark.parametrize("role", ["resident", "hotline"])
def test_a_resident_and_the_hotline_report_anywhere(cell: Cell, role: str) -> None:
    cell.rpc.tell("intake", "report_case", a_receipt())
    assert cell.post("/cases", a_report(grid="c05-g10"), token=cell.token(role)).status_code == 201


def test_filters_and_cursor_go_to_intake_and_none_that_was_not_sent(cell: Cell) -> None:
    cell.rpc.tell("intake", "list_cases", CasePage(items=(), next_cursor=None))
    said_q = "q=%E8%B7%AF%E7%81%AF+3%E5%8F%B7"
    path = f"/cases?state=answered&grid=c01-g01&limit=100&mine=true&{said_q}&order=oldest&cursor=abc"
    assert cell.get(path, token=cell.worker()).get_json() == {"items": [], "next_cursor": None}
    said = cell.rpc.last().said
    assert said == {
        "state": "answered",
        "grid": "c01-g01",
        "limit": 100,
        "mine": True,
        "q": "路灯 3号",
        "order": "oldest",
        "cursor": "abc",
    }


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "mine=maybe", "colour=red", "state=", "order=x", "q=", "q=%00"],
)
def test_a_filter_that_makes_no_sense_is_named(cell: Cell, query: str) -> None:
    response = cell.get(f"/cases?{query}", token=cell.worker())
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [query.partition("=")[0]]


def test_a_case_is_answered_with_its_version_and_304_where_it_is_known(cell: Cell) -> None:
    cell.rpc.tell("intake", "get_case", a_view(version=7))
    token = cell.worker()
    response = cell.get(f"{CASE}?min_version=7", token=token)
    assert response.headers["ETag"] == '"v7"'
    assert cell.rpc.last().said == {"case_id": str(CASE_ID), "min_version": 7}
    assert cell.get(CASE, token=token, headers={"If-None-Match": '"v7"'}).status_code == 304
    assert cell.get(CASE, token=token, headers={"If-None-Match": '"v6"'}).status_code == 200


def test_dispatch_is_asked_for_a_cases_orders_only_after_intake_allowed_it(cell: Cell) -> None:
    cell.rpc.tell("intake", "get_case", RemoteRefusal("not_found"))
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(), next_cursor=None))
    token = cell.worker()
    assert code_of(cell.get(f"{CASE}/orders", token=token)) == "not_found"
    assert [asked.service for asked in cell.rpc.asked] == ["intake"]
    cell.rpc.tell("intake", "get_case", a_view())
    assert cell.get(f"{CASE}/orders", token=token).status_code == 200


def test_evidence_that_is_not_ones_own_upload_is_unknown(cell: Cell) -> None:
    response = cell.post("/cases", a_report(evidence=[str(uuid4())]), token=cell.worker())
    assert (response.status_code, code_of(response)) == (422, "unknown_media")
    assert UUID(response.get_json()["fields"]["media_id"])
    assert cell.rpc.asked == []


def test_a_malformed_id_in_an_address_is_nothing_found(cell: Cell) -> None:
    assert code_of(cell.get("/cases/not-an-id", token=cell.worker())) == "not_found"
