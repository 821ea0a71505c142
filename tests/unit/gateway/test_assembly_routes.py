"""Assemblies and departments' tasks over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.commands.assemblies import AssemblyPage, AssemblyReceipt, AssemblyState
from contracts.commands.tasks import TaskPage, TaskReceipt
from tests.contract.samples.assembled import ANSWERS
from tests.unit.gateway.cell import Cell

ASSEMBLY_ID, ONE = uuid4(), str(UUID(int=1))
RECEIPT = AssemblyReceipt(assembly_id=ASSEMBLY_ID, state=AssemblyState.OPEN, version=7)
HANDS = {"yes": 161, "no": 20, "abstain": 6, "text": "同意", "owner": "居委会", "due_on": "2026-09-01"}
ACTION = {"grid": "c01-g01", "category": "1101", "text": "三十日内答复"}
CALLED: dict[str, Any] = {
    "rule": "CN-2026.residents",
    "title": "居民会议",
    "venue": "社区活动室",
    "held_at": "2026-04-20T09:00:00+08:00",
    "counts": {"n": 280},
    "agenda": [{"question": "是否同意?"}, {"question": "是否也同意?", "topic_id": ONE}],
}


@pytest.mark.parametrize(
    ("role", "path", "method", "body"),
    [
        ("clerk", "attendance", "record_attendance", {"present": 187}),
        ("committee", "steps", "move_assembly", {"step": "open"}),
        ("committee", f"agenda/{ONE}/hands", "count_hands", HANDS),
        ("resident", "objections", "object_to_assembly", {"text": "到会人数有误"}),
        ("committee", f"objections/{ONE}/answer", "answer_assembly_objection", {"answer": "已核对"}),
        ("committee", f"agenda/{ONE}/dispatch", "dispatch_point", {"actions": [ACTION]}),
        (
            "committee",
            "notice",
            "reconvene_assembly",
            {"held_at": "2026-05-04T01:00:00Z", "venue": "社区活动室"},
        ),
    ],
)
def test_a_step_of_an_assembly_is_asked_for_as_it_was_said(
    cell: Cell, role: str, path: str, method: str, body: dict[str, Any]
) -> None:
    cell.rpc.tell("governance", method, RECEIPT)
    response = cell.post(f"/assemblies/{ASSEMBLY_ID}/{path}", body, token=cell.token(role, community="c01"))
    assert (response.status_code, response.headers["ETag"]) == (200, '"v7"'), response.data
    said = msgspec.to_builtins(cell.rpc.last().command)
    assert said["assembly_id"] == str(ASSEMBLY_ID)
    assert all(said[name] == value for name, value in body.items() if name != "actions")


def test_an_assembly_is_called_once_a_key_and_its_points_have_their_ids(cell: Cell) -> None:
    def called(asked: Any) -> AssemblyReceipt:
        return msgspec.structs.replace(RECEIPT, assembly_id=asked.command.assembly_id)

    cell.rpc.tell("governance", "convene_assembly", called)
    token = cell.token("committee", community="c01")
    places = {cell.post("/assemblies", CALLED, token=token, key="k").headers["Location"] for _ in range(2)}
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert places == {f"/api/v1/assemblies/{first.assembly_id}"}
    assert len({each.point_id for each in first.agenda}) == 2
    assert [str(each.topic_id) for each in first.agenda] == ["None", ONE]


def test_assemblies_and_tasks_are_everybodys_to_read(cell: Cell) -> None:
    page = next(each for each in ANSWERS if isinstance(each, AssemblyPage))
    cell.rpc.tell("governance", "assemblies", msgspec.structs.replace(page, next_cursor=None))
    cell.rpc.tell("governance", "tasks", next(each for each in ANSWERS if isinstance(each, TaskPage)))
    assert cell.get("/assemblies").get_json()["items"][0]["present"] == 187
    assert len(cell.get("/assemblies/csv").data.decode("utf-8-sig").splitlines()) == 2
    assert cell.get("/tasks?community=c01").get_json()["items"][0]["department"] == "XFD"


def test_a_task_is_proposed_by_an_officer_once_a_key(cell: Cell) -> None:
    cell.rpc.tell("governance", "propose_task", lambda asked: TaskReceipt(task_id=asked.command.task_id))
    body = {"community": "c01", "item": "census", "text": "请协助", "due_on": "2026-04-30"}
    token = cell.token("department", department="DDC")
    made = {cell.post("/tasks", body, token=token, key="k").get_json()["task_id"] for _ in range(2)}
    assert made == {str(cell.rpc.last().command.task_id)}
