"""The same step for many cases: each done once, refused by itself, and many at a time."""

import threading
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.rpc_client import NoAnswer, RemoteRefusal, ServiceUnavailable
from contracts.commands import intake
from contracts.commands.intake import CaseReceipt
from tests.unit.gateway.cell import Cell, a_receipt, code_of
from tests.unit.gateway.fakes import Asked

IDS = [str(UUID(int=number, version=4)) for number in range(1, 101)]
FIELDS: dict[str, dict[str, Any]] = {
    "classify": {"category": "0202", "lead": "CGJ", "co_handlers": ["GDS"]},
    "refuse": {"reason": "in_court", "channel": "court"},
    "merge": {"master": str(uuid4())},
    "ask": {"question": "请问一共几盏路灯不亮?"},
}
MESSAGES: dict[str, Any] = {
    "classify": intake.ClassifyCase,
    "refuse": intake.RefuseCase,
    "merge": intake.MergeCase,
    "ask": intake.AskReporter,
}


def bulk(cell: Cell, step: str, ids: list[str], *, key: str = "k", **changes: Any) -> Any:
    items = [{"case_id": each, **FIELDS[step], **changes} for each in ids]
    return cell.post("/cases/bulk", {"step": step, "items": items}, token=cell.token("dispatcher"), key=key)


def receipt_of(asked: Asked) -> CaseReceipt:
    return a_receipt(case_id=asked.command.case_id)


@pytest.mark.parametrize("step", sorted(FIELDS))
def test_every_case_is_a_command_of_its_own_and_a_repeat_is_the_same_ones(cell: Cell, step: str) -> None:
    cell.rpc.tell("intake", MESSAGES[step].method, receipt_of)
    for _ in range(2):
        response = bulk(cell, step, IDS[:5], expected_version=3)
        assert response.status_code == 200, response.data
        items = response.get_json()["items"]
        assert [item["case_id"] for item in items] == IDS[:5]
        assert {item["status"] for item in items} == {200}
        assert [item["receipt"]["case_id"] for item in items] == IDS[:5]
    commands = [asked.command for asked in cell.rpc.asked]
    first, again = (sorted(half, key=lambda c: str(c.case_id)) for half in (commands[:5], commands[5:]))
    assert first == again
    assert {type(command) for command in commands} == {MESSAGES[step]}
    assert len({command.command_id for command in commands}) == 5
    assert {command.expected_version for command in commands} == {3}


def test_the_same_case_twice_is_two_commands(cell: Cell) -> None:
    cell.rpc.tell("intake", "ask_reporter", receipt_of)
    bulk(cell, "ask", [IDS[0], IDS[0]])
    assert len({asked.command.command_id for asked in cell.rpc.asked}) == 2


def test_what_is_refused_is_refused_by_itself(cell: Cell) -> None:
    outcomes = [
        a_receipt(),
        RemoteRefusal("illegal_transition", "", {"state": "closed"}),
        RemoteRefusal("secret_cause", "a name"),
        ServiceUnavailable(),
        NoAnswer(),
    ]
    by_case = dict(zip(IDS, outcomes, strict=False))
    cell.rpc.tell("intake", "classify_case", lambda asked: by_case[str(asked.command.case_id)])
    items = bulk(cell, "classify", IDS[:5]).get_json()["items"]
    assert [item["status"] for item in items] == [200, 409, 500, 503, 504]
    codes = [None if item["problem"] is None else item["problem"]["code"] for item in items]
    assert codes == [None, "illegal_transition", "internal", "unavailable", "unknown_outcome"]
    assert items[1]["problem"]["fields"] == {"state": "closed"}
    assert items[1]["problem"]["title"] == "当前状态不允许此步骤"
    assert items[1]["receipt"] is None
    assert "name" not in str(items[2])


def test_a_problem_is_told_in_the_callers_language(cell: Cell) -> None:
    cell.rpc.tell("intake", "ask_reporter", RemoteRefusal("reporter_unknown"))
    body = {"step": "ask", "items": [{"case_id": IDS[0], **FIELDS["ask"]}]}
    response = cell.post(
        "/cases/bulk", body, token=cell.token("dispatcher"), headers={"Accept-Language": "en"}
    )
    assert response.get_json()["items"][0]["problem"]["title"] == "Nobody is known who could be asked"


def test_a_hundred_cases_are_asked_for_several_at_a_time_and_never_all_at_once(cell: Cell) -> None:
    lock, busy, most = threading.Lock(), [0], [0]

    def slow(asked: Asked) -> CaseReceipt:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.05)
        with lock:
            busy[0] -= 1
        return receipt_of(asked)

    cell.rpc.tell("intake", "refuse_case", slow)
    started = time.monotonic()
    items = bulk(cell, "refuse", IDS).get_json()["items"]
    assert time.monotonic() - started < 2
    assert [item["case_id"] for item in items] == IDS
    assert 8 <= most[0] <= 16


def test_every_command_is_in_the_callers_name_and_ends_with_the_request(cell: Cell) -> None:
    cell.rpc.tell("intake", "merge_case", receipt_of)
    bulk(cell, "merge", IDS[:3])
    contexts = [asked.context for asked in cell.rpc.asked]
    assert {context.principal.roles for context in contexts if context.principal} == {
        frozenset({"dispatcher"})
    }
    assert len({context.deadline for context in contexts}) == 1
    assert None not in {context.deadline for context in contexts}


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "step", "required"),
        ({"step": "archive", "items": []}, "step", "not_one_of_these"),
        ({"step": "ask", "items": []}, "items", "length"),
        ({"step": "ask", "items": [{}] * 101}, "items", "length"),
        ({"step": "ask", "items": {}}, "items", "not_a_list"),
        ({"step": "ask", "items": ["x"]}, "items.0", "not_an_object"),
        ({"step": "ask", "items": [{"case_id": IDS[0]}]}, "items.0.question", "required"),
        ({"step": "ask", "items": [{"case_id": "1", "question": "?"}]}, "items.0.case_id", "not_a_uuid"),
        (
            {"step": "refuse", "items": [{"case_id": IDS[0], **FIELDS["ask"]}]},
            "items.0.question",
            "unknown",
        ),
        (
            {"step": "ask", "items": [{"case_id": IDS[0], "question": "?", "expected_version": 0}]},
            "items.0.expected_version",
            "out_of_range",
        ),
    ],
)
def test_a_list_that_is_not_right_changes_no_case(
    cell: Cell, body: dict[str, Any], field: str, reason: str
) -> None:
    response = cell.post("/cases/bulk", body, token=cell.token("dispatcher"))
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"][field] == reason
    assert cell.rpc.asked == []


def test_a_fault_of_ours_tells_nothing(cell: Cell) -> None:
    cell.rpc.tell("intake", "ask_reporter", RuntimeError("张三 13800000001"))
    response = bulk(cell, "ask", IDS[:2])
    assert (response.status_code, code_of(response)) == (500, "internal")
    assert "张三" not in response.text
