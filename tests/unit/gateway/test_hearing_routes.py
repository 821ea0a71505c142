"""Hearings over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.commands.hearing_views import HearingPage, HearingView
from contracts.commands.hearings import HearingReceipt, HearingState, RegistrationReceipt
from tests.contract.samples.civic import ANSWERS
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.pictures import a_photo

HEARING_ID = uuid4()
ONE = str(UUID(int=1))
RECEIPT = HearingReceipt(hearing_id=HEARING_ID, state=HearingState.OPEN, version=7)
ACTION = {"grid": "c01-g01", "category": "1101", "text": "三十日内答复"}
NOTICE = {
    "held_at": "2026-03-20T09:00:00+08:00",
    "venue": "社区活动室",
    "registration_until": "2026-03-16T18:00:00+08:00",
    "draw_source": "双色球开奖号码",
}


@pytest.mark.parametrize(
    ("role", "path", "method", "body"),
    [
        ("committee", "notice", "notice_hearing", NOTICE),
        ("committee", "steps", "move_hearing", {"step": "adjourn", "reason": "人数不足"}),
        ("clerk", "steps", "move_hearing", {"step": "begin_check_in"}),
        ("committee", "seats", "lock_seats", {"public_value": "03 08"}),
        ("clerk", "check-ins", "check_in", {"code": "K7QX2MRA"}),
        ("resident", "floor/requests", "ask_floor", {"registration_id": ONE}),
        ("committee", "floor", "give_floor", {"registration_id": ONE}),
        ("clerk", "opinions", "record_opinion", {"registration_id": ONE, "text": "赞成"}),
        ("committee", f"opinions/{ONE}/answer", "answer_opinion", {"answer": "no", "reason": "理由"}),
        ("clerk", "minutes", "write_minutes", {"text": "笔录"}),
        (
            "resident",
            "signatures",
            "sign_minutes",
            {"registration_id": ONE, "signs": False, "reason": "不全"},
        ),
        ("committee", "report", "publish_report", {"text": "报告"}),
        ("committee", "dispatch", "dispatch_hearing", {"actions": [ACTION]}),
        ("committee", "follow-up", "record_follow_up", {"text": "已批复"}),
    ],
)
def test_a_step_of_a_hearing_is_asked_for_as_it_was_said(
    cell: Cell, role: str, path: str, method: str, body: dict[str, Any]
) -> None:
    cell.rpc.tell("governance", method, RECEIPT)
    token = cell.token(role, community="c01")
    response = cell.post(f"/hearings/{HEARING_ID}/{path}", body, token=token)
    assert (response.status_code, response.headers["ETag"]) == (200, '"v7"'), response.data
    said = msgspec.to_builtins(cell.rpc.last().command)
    assert said["hearing_id"] == str(HEARING_ID)
    for name, value in body.items():
        if name not in ("held_at", "registration_until", "actions"):
            assert said[name] == value


def test_a_hearing_is_drafted_and_somebody_registered_once_a_key(cell: Cell) -> None:
    def drafted(asked: Any) -> HearingReceipt:
        return msgspec.structs.replace(RECEIPT, hearing_id=asked.command.hearing_id)

    def registered(asked: Any) -> RegistrationReceipt:
        command = asked.command
        return RegistrationReceipt(
            hearing_id=command.hearing_id, registration_id=command.registration_id, code="K7QX2MRA"
        )

    cell.rpc.tell("governance", "draft_hearing", drafted)
    cell.rpc.tell("governance", "register_for_hearing", registered)
    committee, resident = (cell.token(role, community="c01") for role in ("committee", "resident"))
    body = {"topic_id": str(uuid4()), "title": "听证会", "seats": 40}
    places = {cell.post("/hearings", body, token=committee, key="k").headers["Location"] for _ in range(2)}
    assert places == {f"/api/v1/hearings/{cell.rpc.last().command.hearing_id}"}
    side = {"capacity": "public", "side": "against"}
    path = f"/hearings/{HEARING_ID}/registrations"
    codes = [cell.post(path, side, token=resident, key="r").get_json()["code"] for _ in range(2)]
    assert codes == ["K7QX2MRA"] * 2
    assert len({asked.command.registration_id for asked in cell.rpc.asked[2:]}) == 1


def test_evidence_of_a_hearing_is_ones_own_upload(cell: Cell) -> None:
    cell.rpc.tell("governance", "submit_evidence", RECEIPT)
    token = cell.token("committee", community="c01")
    photo = cell.upload(a_photo(), token=token).get_json()["media_id"]
    path = f"/hearings/{HEARING_ID}/evidence"
    assert cell.post(path, {"evidence": [photo]}, token=token).status_code == 200
    assert cell.rpc.last().command.evidence[0].media_id == UUID(photo)
    other = cell.token("clerk", community="c01")
    assert code_of(cell.post(path, {"evidence": [photo]}, token=other)) == "unknown_media"


def test_hearings_are_everybodys_to_read_also_as_a_table(cell: Cell) -> None:
    page = next(each for each in ANSWERS if isinstance(each, HearingPage))
    view = next(each for each in ANSWERS if isinstance(each, HearingView))
    whole = msgspec.structs.replace(page, next_cursor=None)
    cell.rpc.tell("governance", "hearings", whole)
    cell.rpc.tell("governance", "hearing", view)
    assert cell.get("/hearings").get_json()["items"][0]["registered"] == 52
    assert cell.get(f"/hearings/{HEARING_ID}").get_json()["led_to"] == "dispatched"
    head, row = cell.get("/hearings/csv").data.decode("utf-8-sig").splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=True))["state"] == "follow_up"
    for path in ("/hearings/drafts", f"/hearings/{HEARING_ID}/registrations"):
        assert code_of(cell.get(path)) == "unauthenticated"
