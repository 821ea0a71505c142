"""Every step of a case over HTTP: its message, its key, its version, what of its body is not right."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.commands import intake
from contracts.vocabulary import Role
from gateway.policy import POLICY
from tests.unit.gateway.cell import CASE_ID, Cell, a_receipt, code_of
from tests.unit.gateway.pictures import a_photo
from tests.unit.gateway.steps import Bad, Taken, named

CASE = f"/cases/{CASE_ID}"
MASTER = UUID("33333333-3333-5333-8333-333333333333")
REASON = "又不亮了, 请再派人来看看。"
STEPS = [
    Taken("/withdrawal", "resident", {}, intake.WithdrawCase, {}),
    Taken("/question", "dispatcher", {"question": REASON}, intake.AskReporter, {"question": REASON}),
    Taken("/answer", "hotline", {"text": REASON}, intake.AnswerQuestion, {"text": REASON, "evidence": ()}),
    Taken("/merge", "dispatcher", {"master": str(MASTER)}, intake.MergeCase, {"master_id": MASTER}),
    Taken(
        "/refusal",
        "dispatcher",
        {"reason": "in_court", "channel": "court"},
        intake.RefuseCase,
        {"reason": "in_court", "channel": "court"},
    ),
    Taken(
        "/classification",
        "dispatcher",
        {"category": "0202", "co_handlers": ["GDS"]},
        intake.ClassifyCase,
        {"category": "0202", "lead": None, "co_handlers": ("GDS",)},
    ),
    Taken("/checks", "grid_worker", {}, intake.PassCheck, {"evidence": (), "point": None}),
    Taken("/checks/failed", "grid_worker", {"reason": REASON}, intake.FailCheck, {"reason": REASON}),
    Taken(
        "/visits/satisfied",
        "clerk",
        {"resolved": True, "score": 5, "channel": "phone"},
        intake.RecordSatisfied,
        {"resolved": True, "score": 5, "channel": "phone"},
    ),
    Taken(
        "/visits/dissatisfied",
        "clerk",
        {"reason": REASON, "channel": "door"},
        intake.RecordDissatisfied,
        {"reason": REASON, "channel": "door"},
    ),
    Taken(
        "/visits/attempts",
        "clerk",
        {"channel": "phone", "at": "2026-03-05T10:20:00+08:00"},
        intake.RecordAttempt,
        {"channel": "phone"},
    ),
    Taken("/visits/unreachable", "clerk", {}, intake.RecordUnreachable, {}),
    Taken("/reopening", "inspector", {"reason": REASON}, intake.ReopenCase, {"reason": REASON}),
    Taken("/archive", "archivist", {}, intake.ArchiveCase, {}),
]
BAD = [
    Bad("/question", "dispatcher", {}, "question", "required"),
    Bad("/question", "dispatcher", {"question": None}, "question", "null"),
    Bad("/question", "dispatcher", {"question": "灯\x00"}, "question", "unsafe_character"),
    Bad("/answer", "resident", {"evidence": ["x"]}, "evidence.0", "not_a_uuid"),
    Bad("/answer", "resident", {"text": 7}, "text", "not_a_string"),
    Bad("/withdrawal", "resident", {"reason": "不想报了"}, "reason", "unknown"),
    Bad("/merge", "dispatcher", {}, "master", "required"),
    Bad("/merge", "dispatcher", {"master": "140303-20260302-000001"}, "master", "not_a_uuid"),
    Bad("/refusal", "dispatcher", {"reason": "in_court"}, "channel", "required"),
    Bad("/refusal", "dispatcher", {"reason": "no", "channel": "court"}, "reason", "not_one_of_these"),
    Bad("/refusal", "dispatcher", {"reason": "in_court", "channel": 1}, "channel", "not_one_of_these"),
    Bad("/checks/failed", "grid_worker", {}, "reason", "required"),
    Bad("/checks/failed", "grid_worker", {"reason": REASON, "point": 1}, "point", "not_an_object"),
    Bad("/visits/attempts", "clerk", {"channel": "pigeon"}, "channel", "not_one_of_these"),
    Bad(
        "/visits/attempts",
        "clerk",
        {"channel": "phone", "at": "2026-03-05T10:20:00"},
        "at",
        "time_without_zone",
    ),
    Bad("/visits/unreachable", "clerk", {"score": 1}, "score", "unknown"),
    Bad("/reopening", "resident", {"reason": ["又不亮了"]}, "reason", "not_a_string"),
]
SETTLED = {
    "grid": "c01-g01",
    "category": "0101",
    "text": "单元门口堆放的杂物已和住户一起清走。",
    "occurred_at": "2026-03-02T09:10:00+08:00",
    "confirmed": True,
}


def caller(cell: Cell, role: str) -> str:
    return cell.token(role, community="c01", grid="c01-g01")


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_every_step_carries_key_case_seen_version_and_what_was_said(cell: Cell, step: Taken) -> None:
    cell.rpc.tell("intake", step.message.method, a_receipt(version=4))
    token, seen = caller(cell, step.role), {"If-Match": '"v3"'}
    for _ in range(2):
        response = cell.post(f"{CASE}{step.path}", step.body, token=token, key="k", headers=seen)
        assert response.status_code == 200, response.data
        assert response.headers["ETag"] == '"v4"'
        assert response.get_json()["case_id"] == str(CASE_ID)
    first, again = (asked.command for asked in cell.rpc.asked)
    assert isinstance(first, step.message)
    assert first == again
    assert (first.case_id, first.expected_version) == (CASE_ID, 3)
    assert {name: getattr(first, name) for name in step.said} == step.said


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_no_step_is_taken_without_a_key(cell: Cell, step: Taken) -> None:
    response = cell.post(f"{CASE}{step.path}", step.body, token=caller(cell, step.role), key=None)
    assert (response.status_code, code_of(response)) == (422, "missing_key")
    assert cell.rpc.asked == []


def test_every_command_on_a_case_has_a_route() -> None:
    by_route = {*(step.message for step in STEPS), intake.ReportCase, intake.SettleOnSpot}
    assert by_route == set(intake.COMMANDS)


@pytest.mark.parametrize("bad", BAD, ids=named)
def test_what_is_not_right_in_a_step_is_named(cell: Cell, bad: Bad) -> None:
    response = cell.post(f"{CASE}{bad.path}", bad.body, token=caller(cell, bad.role))
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"][bad.field] == bad.reason
    assert cell.rpc.asked == []


@pytest.mark.parametrize("step", ["/withdrawal", "/answer", "/visits/satisfied", "/reopening"])
def test_whoever_may_be_a_reporter_may_take_the_reporters_steps(step: str) -> None:
    """Dispatcher and committee too: they are asked about the case that a decision has made."""
    access = POLICY["POST", f"/api/v1/cases/<uuid:case_id>{step}"]
    may = {Role.RESIDENT, Role.GRID_WORKER, Role.CLERK, Role.HOTLINE, Role.DISPATCHER, Role.COMMITTEE}
    assert access.roles is not None
    assert access.roles - {Role.INSPECTOR} == may


def test_a_small_matter_is_settled_with_photos_before_and_after(cell: Cell) -> None:
    cell.rpc.tell("intake", "settle_on_spot", lambda asked: a_receipt(case_id=asked.command.case_id))
    token = cell.worker()
    before, after = (cell.upload(a_photo(seed=seed), token=token).get_json()["media_id"] for seed in (1, 2))
    body = {**SETTLED, "before": [before], "after": [after]}
    response = cell.post("/cases/on-the-spot", body, token=token)
    assert response.status_code == 201, response.data
    command = cell.rpc.last().command
    assert response.headers["Location"] == f"/api/v1/cases/{command.case_id}"
    assert [str(each.media_id) for each in (*command.before, *command.after)] == [before, after]
    assert (command.confirmed, command.category) == (True, "0101")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grid": "c01-g02"}, "foreign_grid"),
        ({"after": [str(uuid4())]}, "unknown_media"),
        ({"confirmed": "yes"}, "invalid"),
        ({"before": None}, "invalid"),
        ({"category": None}, "invalid"),
        ({"channel": "app"}, "invalid"),
    ],
)
def test_a_settlement_that_is_not_right_reaches_no_service(
    cell: Cell, change: dict[str, Any], code: str
) -> None:
    response = cell.post("/cases/on-the-spot", {**SETTLED, **change}, token=cell.worker())
    assert code_of(response) == code
    assert cell.rpc.asked == []
