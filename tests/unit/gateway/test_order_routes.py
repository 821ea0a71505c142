"""Orders over HTTP: words handed in with a step, lists, the sandbox."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands import dispatch
from contracts.commands.dispatch import ResultReceipt, StatementReceipt
from contracts.commands.orders import OrderPage
from tests.unit.gateway.cell import ORDER_ID, Cell, an_order, an_order_receipt, code_of
from tests.unit.gateway.fakes import Asked
from tests.unit.gateway.pictures import a_photo

SHA256 = "a" * 64
DECIDED, BY_HAND = f"/orders/{ORDER_ID}", f"/department/orders/{ORDER_ID}"
REASON = "该路段路灯由供电公司维护, 不属我局职责。"
CONTACT = {"at": "2026-03-03T10:15:00+08:00", "channel": "phone", "note": ""}
RESULT = {"text": "已更换灯泡和镇流器, 路灯恢复正常。", "contact": CONTACT}
DISPATCHER, DEPARTMENT = "dispatcher", "department"


def caller(cell: Cell, role: str) -> str:
    return cell.token(role, department="CGJ" if role == DEPARTMENT else None)


def keeping(cell: Cell) -> None:
    """Dispatch takes whatever is handed in."""

    def result(asked: Asked) -> ResultReceipt:
        return ResultReceipt(result_id=asked.command.result_id, order_id=ORDER_ID, sha256=SHA256)

    def statement(asked: Asked) -> StatementReceipt:
        return StatementReceipt(statement_id=asked.command.statement_id, order_id=ORDER_ID, sha256=SHA256)

    cell.rpc.tell("dispatch", "hand_in_result", result)
    cell.rpc.tell("dispatch", "hand_in_statement", statement)


@pytest.mark.parametrize(
    ("path", "body", "message", "handed_in"),
    [
        ("/return", {"text": REASON, "legal_basis": "职责清单第三条"}, dispatch.ReturnOrder, "return"),
        ("/extension", {"text": REASON, "days": 2}, dispatch.AskExtension, "extension"),
        (
            "/suspension",
            {"text": REASON, "reason": "season", "review_on": "2026-03-20"},
            dispatch.AskSuspension,
            "suspension",
        ),
        ("/parts", RESULT, dispatch.CompletePart, None),
        ("/completion", RESULT, dispatch.CompleteOrder, None),
    ],
)
def test_words_are_handed_in_first_and_then_named_and_a_repeat_does_neither_twice(
    cell: Cell, path: str, body: dict[str, Any], message: Any, handed_in: str | None
) -> None:
    keeping(cell)
    cell.rpc.tell("dispatch", message.method, an_order_receipt())
    for _ in range(2):
        response = cell.post(f"{BY_HAND}{path}", body, token=caller(cell, DEPARTMENT), key="k")
        assert response.status_code == 200, response.data
    words, step, *again = (asked.command for asked in cell.rpc.asked)
    assert [words, step] == again
    assert words.text == body["text"]
    assert words.command_id != step.command_id
    if handed_in is None:
        assert (step.result_id, step.result_sha256) == (words.result_id, SHA256)
    else:
        assert (step.statement_id, step.statement_sha256) == (words.statement_id, SHA256)
        assert (words.kind, words.legal_basis) == (handed_in, body.get("legal_basis", ""))


def test_words_that_are_refused_leave_the_step_untaken(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "hand_in_result", RemoteRefusal("text_too_short"))
    response = cell.post(f"{BY_HAND}/completion", RESULT, token=caller(cell, DEPARTMENT))
    assert (response.status_code, code_of(response)) == (422, "text_too_short")
    assert [asked.method for asked in cell.rpc.asked] == ["hand_in_result"]


def test_a_completion_takes_the_officers_own_photos_alone(cell: Cell) -> None:
    keeping(cell)
    cell.rpc.tell("dispatch", "complete_order", an_order_receipt())
    token = caller(cell, DEPARTMENT)
    photo = cell.upload(a_photo(), token=token).get_json()["media_id"]
    path = f"{BY_HAND}/completion"
    assert cell.post(path, {**RESULT, "evidence": [photo]}, token=token).status_code == 200
    assert [str(each.media_id) for each in cell.rpc.asked[0].command.evidence] == [photo]
    foreign = cell.post(path, {**RESULT, "evidence": [photo]}, token=cell.token("department", department="X"))
    assert code_of(foreign) == "unknown_media"


def test_a_statement_is_handed_in_once_a_key(cell: Cell) -> None:
    keeping(cell)
    body = {"kind": "suspension", "text": REASON}
    for _ in range(2):
        response = cell.post(f"{BY_HAND}/statements", body, token=caller(cell, DEPARTMENT), key="k")
        assert (response.status_code, response.get_json()["sha256"]) == (201, SHA256)
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert (first.order_id, first.kind, first.text) == (ORDER_ID, "suspension", REASON)


def test_a_redirection_answers_where_the_new_order_is(cell: Cell) -> None:
    new = uuid4()
    cell.rpc.tell("dispatch", "redirect_order", an_order_receipt(new))
    response = cell.post(
        f"{DECIDED}/redirection",
        {"department": "GDS"},
        token=caller(cell, DISPATCHER),
        headers={"If-Match": '"v3"'},
    )
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/orders/{new}"
    command = cell.rpc.last().command
    assert (command.order_id, command.department, command.expected_version) == (ORDER_ID, "GDS", 3)


@pytest.mark.parametrize("department", ["G D", "%00", "x" * 65, "供电", "a'b", "..%2f"])
def test_a_department_in_an_address_that_can_be_none_is_nothing_found(cell: Cell, department: str) -> None:
    path = f"{DECIDED}/parts/{department}/excuse"
    response = cell.post(path, {"reason": REASON}, token=caller(cell, DISPATCHER))
    assert (response.status_code, code_of(response)) == (404, "not_found")
    assert cell.rpc.asked == []


def test_the_districts_orders_are_listed_as_asked(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "list_orders", OrderPage(items=(an_order(),), next_cursor=None))
    cell.rpc.tell("dispatch", "get_order", an_order())
    token = caller(cell, DISPATCHER)
    query = "state=offered&department=CGJ&waiting=redirect&overdue=true&order=oldest&cursor=c&limit=5"
    assert cell.get(f"/orders?{query}", token=token).get_json()["items"][0]["order_id"] == str(ORDER_ID)
    assert cell.rpc.last().said == {
        "state": "offered",
        "department": "CGJ",
        "waiting": "redirect",
        "overdue": True,
        "order": "oldest",
        "cursor": "c",
        "limit": 5,
    }
    response = cell.get(DECIDED, token=token)
    assert (response.status_code, response.headers["ETag"]) == (200, '"v2"')


@pytest.mark.parametrize("query", ["waiting=tea", "order=best", "overdue=1", "limit=101", "lead=CGJ"])
def test_a_filter_of_orders_that_makes_no_sense_is_named(cell: Cell, query: str) -> None:
    response = cell.get(f"/orders?{query}", token=caller(cell, DISPATCHER))
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert list(response.get_json()["fields"]) == [query.partition("=")[0]]


def test_a_department_lists_what_is_overdue_or_due_soon(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "list_orders", OrderPage(items=(), next_cursor=None))
    token = caller(cell, DEPARTMENT)
    query = {"overdue": "true", "due_before": "2026-03-05T18:00:00+08:00", "order": "oldest"}
    assert cell.get("/department/orders", token=token, query_string=query).status_code == 200
    said = cell.rpc.last().said
    assert (said["overdue"], said["order"]) == (True, "oldest")
    assert said["due_before"] == "2026-03-05T18:00:00+08:00"
    naive = cell.get("/department/orders", token=token, query_string={"due_before": "2026-03-05T18:00"})
    assert naive.get_json()["fields"] == {"due_before": "time_without_zone"}


def test_a_sandbox_order_is_made_once_a_key_and_shows_an_example_of_a_case(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "make_sandbox_order", lambda asked: an_order_receipt(asked.command.order_id))
    token = cell.token("department", department="SBX")
    made = [
        cell.post("/department/sandbox/orders", {"category": "0202"}, token=token, key="k") for _ in range(2)
    ]
    order_id = cell.rpc.last().command.order_id
    assert [response.status_code for response in made] == [201, 201]
    assert {response.headers["Location"] for response in made} == {f"/api/v1/department/orders/{order_id}"}
    order = msgspec.structs.replace(an_order(), order_id=order_id, department="SBX", sandbox=True)
    cell.rpc.tell("dispatch", "get_order", order)
    shown = cell.get(f"/department/orders/{order_id}", token=token).get_json()
    assert shown["sandbox"]
    assert shown["case"]["category"] == order.category
    assert shown["case"]["text"]
    assert shown["case"]["address"]
    assert shown["case"]["point"]
    assert not shown["case"]["mine"]
    assert {asked.service for asked in cell.rpc.asked} == {"dispatch"}


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [
        (lambda cell, token: cell.post(f"{BY_HAND}/signature", token=token), "not_the_lead", 403),
        (lambda cell, token: cell.get(BY_HAND, token=token), "unknown_order", 404),
        (
            lambda cell, token: cell.post("/department/sandbox/orders", {"category": "0202"}, token=token),
            "not_the_sandbox",
            403,
        ),
    ],
)
def test_what_dispatch_refuses_is_told_with_its_code(
    cell: Cell, ask: Callable[[Cell, str], Any], code: str, status: int
) -> None:
    for method in ("sign_order", "get_order", "make_sandbox_order"):
        cell.rpc.tell("dispatch", method, RemoteRefusal(code))
    response = ask(cell, caller(cell, DEPARTMENT))
    assert (response.status_code, code_of(response)) == (status, code)
