"""Every step of an order over HTTP: what the dispatcher decides, what an officer does by hand."""

from datetime import date
from uuid import UUID

import pytest

from contracts.commands import dispatch
from contracts.vocabulary import SuspensionReason
from tests.unit.gateway.cell import ORDER_ID, Cell, an_order_receipt, code_of
from tests.unit.gateway.steps import Bad, Taken, named

HANDED_IN = UUID("44444444-4444-5444-8444-444444444444")
SHA256 = "a" * 64
DECIDED, BY_HAND = f"/orders/{ORDER_ID}", f"/department/orders/{ORDER_ID}"
REASON = "该路段路灯由供电公司维护, 不属我局职责。"
CONTACT = {"at": "2026-03-03T10:15:00+08:00", "channel": "phone", "note": ""}
RESULT = {"text": "已更换灯泡和镇流器, 路灯恢复正常。", "contact": CONTACT}
STATED = {"statement_id": str(HANDED_IN), "statement_sha256": SHA256}
RESULTING = {"result_id": str(HANDED_IN), "result_sha256": SHA256}
NAMED = {"statement_id": HANDED_IN, "statement_sha256": SHA256}
NAMED_RESULT = {"result_id": HANDED_IN, "result_sha256": SHA256}
DISPATCHER, DEPARTMENT = "dispatcher", "department"
STEPS = [
    Taken(f"{DECIDED}/recall", DISPATCHER, {"reason": REASON}, dispatch.RecallOrder, {"reason": REASON}),
    Taken(f"{DECIDED}/extension/grant", DISPATCHER, {}, dispatch.GrantExtension, {}),
    Taken(
        f"{DECIDED}/extension/denial",
        DISPATCHER,
        {"reason": REASON},
        dispatch.DenyExtension,
        {"reason": REASON},
    ),
    Taken(
        f"{DECIDED}/suspension/grant",
        DISPATCHER,
        {"review_on": "2026-03-20"},
        dispatch.GrantSuspension,
        {"review_on": date(2026, 3, 20)},
    ),
    Taken(
        f"{DECIDED}/suspension/denial",
        DISPATCHER,
        {"reason": REASON},
        dispatch.DenySuspension,
        {"reason": REASON},
    ),
    Taken(f"{DECIDED}/resumption", DISPATCHER, {}, dispatch.ResumeOrder, {}),
    Taken(
        f"{DECIDED}/parts/GDS/excuse",
        DISPATCHER,
        {"reason": REASON},
        dispatch.ExcusePart,
        {"department": "GDS", "reason": REASON},
    ),
    Taken(f"{BY_HAND}/signature", DEPARTMENT, {}, dispatch.SignOrder, {}),
    Taken(
        f"{BY_HAND}/return",
        DEPARTMENT,
        {**STATED, "suggested": "GDS"},
        dispatch.ReturnOrder,
        {**NAMED, "suggested": "GDS"},
    ),
    Taken(
        f"{BY_HAND}/extension",
        DEPARTMENT,
        {**STATED, "days": 2},
        dispatch.AskExtension,
        {**NAMED, "days": 2},
    ),
    Taken(
        f"{BY_HAND}/suspension",
        DEPARTMENT,
        {"reason": "season", "review_on": "2026-03-20"},
        dispatch.AskSuspension,
        {"reason": SuspensionReason.SEASON, "review_on": date(2026, 3, 20)},
    ),
    Taken(
        f"{BY_HAND}/suspension",
        DEPARTMENT,
        {**STATED, "reason": "court", "review_on": "2026-03-20"},
        dispatch.AskSuspension,
        {**NAMED, "reason": SuspensionReason.COURT},
    ),
    Taken(f"{BY_HAND}/parts", DEPARTMENT, RESULTING, dispatch.CompletePart, NAMED_RESULT),
    Taken(f"{BY_HAND}/completion", DEPARTMENT, RESULTING, dispatch.CompleteOrder, NAMED_RESULT),
]
BAD = [
    Bad(f"{DECIDED}/redirection", DISPATCHER, {}, "department", "required"),
    Bad(f"{DECIDED}/recall", DISPATCHER, {}, "reason", "required"),
    Bad(f"{DECIDED}/recall", DISPATCHER, {"reason": "\x00"}, "reason", "unsafe_character"),
    Bad(f"{DECIDED}/extension/grant", DISPATCHER, {"days": 1}, "days", "unknown"),
    Bad(f"{DECIDED}/suspension/grant", DISPATCHER, {"review_on": "20.3.2026"}, "review_on", "not_a_date"),
    Bad(f"{DECIDED}/parts/GDS/excuse", DISPATCHER, {"reason": 3}, "reason", "not_a_string"),
    Bad(f"{BY_HAND}/signature", DEPARTMENT, {"department": "GDS"}, "department", "unknown"),
    Bad(f"{BY_HAND}/return", DEPARTMENT, {}, "text", "required"),
    Bad(f"{BY_HAND}/return", DEPARTMENT, {**STATED, "text": REASON}, "statement_id", "not_both"),
    Bad(f"{BY_HAND}/return", DEPARTMENT, {"statement_id": str(HANDED_IN)}, "statement_sha256", "required"),
    Bad(
        f"{BY_HAND}/return",
        DEPARTMENT,
        {**STATED, "statement_sha256": "A" * 64},
        "statement_sha256",
        "not_a_sha256",
    ),
    Bad(f"{BY_HAND}/extension", DEPARTMENT, {"text": REASON}, "days", "required"),
    Bad(f"{BY_HAND}/extension", DEPARTMENT, {"text": REASON, "days": 0}, "days", "out_of_range"),
    Bad(f"{BY_HAND}/extension", DEPARTMENT, {"text": REASON, "days": 1.5}, "days", "not_an_integer"),
    Bad(
        f"{BY_HAND}/suspension",
        DEPARTMENT,
        {"reason": "tired", "review_on": "2026-03-20"},
        "reason",
        "not_one_of_these",
    ),
    Bad(f"{BY_HAND}/completion", DEPARTMENT, {}, "contact", "required"),
    Bad(f"{BY_HAND}/completion", DEPARTMENT, {**RESULTING, "text": "好"}, "result_id", "not_both"),
    Bad(f"{BY_HAND}/parts", DEPARTMENT, {**RESULTING, "result_sha256": "a"}, "result_sha256", "not_a_sha256"),
    Bad(f"{BY_HAND}/parts", DEPARTMENT, {**RESULT, "contact": {}}, "contact.at", "required"),
    Bad(f"{BY_HAND}/statements", DEPARTMENT, {"kind": "whim", "text": REASON}, "kind", "not_one_of_these"),
    Bad("/department/sandbox/orders", DEPARTMENT, {}, "category", "required"),
]


def caller(cell: Cell, role: str) -> str:
    return cell.token(role, department="CGJ" if role == DEPARTMENT else None)


def test_every_command_on_an_order_has_a_route() -> None:
    others = {
        dispatch.HandInResult,
        dispatch.HandInStatement,
        dispatch.RedirectOrder,
        dispatch.MakeSandboxOrder,
    }
    assert {step.message for step in STEPS} | others == set(dispatch.COMMANDS)


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_every_step_carries_key_order_seen_version_and_what_was_said(cell: Cell, step: Taken) -> None:
    cell.rpc.tell("dispatch", step.message.method, an_order_receipt())
    token, seen = caller(cell, step.role), {"If-Match": '"v3"'}
    for _ in range(2):
        response = cell.post(step.path, step.body, token=token, key="k", headers=seen)
        assert response.status_code == 200, response.data
        assert response.headers["ETag"] == '"v4"'
        assert response.get_json()["state"] == "signed"
    first, again = (asked.command for asked in cell.rpc.asked)
    assert isinstance(first, step.message)
    assert first == again
    assert (first.order_id, first.expected_version) == (ORDER_ID, 3)
    assert {name: getattr(first, name) for name in step.said} == step.said


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_no_step_is_taken_without_a_key(cell: Cell, step: Taken) -> None:
    response = cell.post(step.path, step.body, token=caller(cell, step.role), key=None)
    assert (response.status_code, code_of(response)) == (422, "missing_key")
    assert cell.rpc.asked == []


@pytest.mark.parametrize("bad", BAD, ids=named)
def test_what_is_not_right_in_a_step_is_named(cell: Cell, bad: Bad) -> None:
    response = cell.post(bad.path, bad.body, token=caller(cell, bad.role))
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"][bad.field] == bad.reason
    assert cell.rpc.asked == []
