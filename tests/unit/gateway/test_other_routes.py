from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands import governance
from contracts.commands.dispatch import ResultReceipt
from contracts.commands.notify import MessagePage, ReadReceipt
from contracts.commands.orders import OrderPage
from contracts.commands.people import CommunityView
from contracts.commands.registry import CalendarView, CategoryView, DepartmentView, PlaceView
from gateway.health import Health
from tests.unit.gateway.cell import CASE_ID, ORDER_ID, THEN, Cell, a_view, an_order, code_of

MEETING_ID, ITEM_ID = uuid4(), uuid4()
ITEM = f"/conference/meetings/{MEETING_ID}/items/{ITEM_ID}"
RESULT = {
    "text": "已更换灯泡和镇流器, 路灯恢复正常。",
    "contact": {"at": "2026-03-03T10:15:00+08:00", "channel": "phone", "note": ""},
}


def officer(cell: Cell) -> str:
    return cell.token("department", department="CGJ")


def test_a_department_reads_its_orders(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "list_orders", OrderPage(items=(an_order(),), next_cursor="next"))
    page = cell.get("/department/orders?state=signed&limit=5", token=officer(cell)).get_json()
    assert (page["items"][0]["order_id"], page["next_cursor"]) == (str(ORDER_ID), "next")
    assert cell.rpc.last().said == {"state": "signed", "limit": 5}
    principal = cell.rpc.last().context.principal
    assert principal is not None
    assert principal.scope == {"department": "CGJ"}


def test_an_order_comes_with_the_case_behind_it(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "get_order", an_order())
    cell.rpc.tell("intake", "case_for_department", a_view(address="桥头街12号"))
    order = cell.get(f"/department/orders/{ORDER_ID}", token=officer(cell)).get_json()
    assert order["state"] == "signed"
    assert order["case"]["address"] == "桥头街12号"
    assert cell.rpc.last().said == {"case_id": str(CASE_ID)}


def test_an_order_whose_case_went_elsewhere_comes_without_it(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "get_order", an_order())
    cell.rpc.tell("intake", "case_for_department", RemoteRefusal("not_found"))
    order = cell.get(f"/department/orders/{ORDER_ID}", token=officer(cell))
    assert (order.status_code, order.get_json()["case"]) == (200, None)
    cell.rpc.tell("intake", "case_for_department", RemoteRefusal("unavailable"))
    assert cell.get(f"/department/orders/{ORDER_ID}", token=officer(cell)).status_code == 503


def test_a_foreign_order_is_unknown_and_intake_is_not_asked(cell: Cell) -> None:
    cell.rpc.tell("dispatch", "get_order", RemoteRefusal("unknown_order"))
    response = cell.get(f"/department/orders/{ORDER_ID}", token=officer(cell))
    assert (response.status_code, code_of(response)) == (404, "unknown_order")
    media = cell.get(f"/department/orders/{ORDER_ID}/media/{uuid4()}", token=officer(cell))
    assert code_of(media) == "unknown_order"
    assert {asked.service for asked in cell.rpc.asked} == {"dispatch"}


def test_a_result_is_handed_in_once_a_key(cell: Cell) -> None:
    receipt = ResultReceipt(result_id=uuid4(), order_id=ORDER_ID, sha256="a" * 64)
    cell.rpc.tell("dispatch", "hand_in_result", receipt)
    path = f"/department/orders/{ORDER_ID}/results"
    for _ in range(2):
        response = cell.post(path, RESULT, token=officer(cell), key="k")
        assert (response.status_code, response.get_json()["sha256"]) == (201, "a" * 64)
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert (first.order_id, first.contact.channel) == (ORDER_ID, "phone")


def test_the_conference_meets_adopts_and_declines(cell: Cell) -> None:
    dispatcher = cell.token("dispatcher")
    met = governance.MeetingReceipt(meeting_id=MEETING_ID, items=(ITEM_ID,))
    resolved = governance.ResolutionReceipt(resolution_id=uuid4(), item_id=ITEM_ID, outcome="adopted")
    cell.rpc.tell("governance", "agenda", governance.Agenda(waiting=(), meetings=()))
    cell.rpc.tell("governance", "convene_meeting", met)
    cell.rpc.tell("governance", "adopt_resolution", resolved)
    cell.rpc.tell("governance", "decline_item", RemoteRefusal("already_resolved"))
    assert cell.get("/conference/agenda", token=dispatcher).get_json() == {"waiting": [], "meetings": []}
    meeting = {"held_on": "2026-03-20", "title": "三月联席会议"}
    assert cell.post("/conference/meetings", meeting, token=dispatcher).status_code == 201
    assert cell.rpc.last().command.held_on == date(2026, 3, 20)
    adoption = {"lead": "CGJ", "due_on": "2026-04-03", "text": "由城管局牵头, 两周内更换。"}
    assert cell.post(f"{ITEM}/adopt", adoption, token=dispatcher).get_json()["outcome"] == "adopted"
    assert (cell.rpc.last().command.meeting_id, cell.rpc.last().command.item_id) == (MEETING_ID, ITEM_ID)
    declined = cell.post(f"{ITEM}/decline", {"reason": "已当面说明。"}, token=dispatcher)
    assert (declined.status_code, code_of(declined)) == (409, "already_resolved")


@pytest.mark.parametrize("held_on", ["2026-02-30", "20.3.2026", "1899-12-31", 20260320, None])
def test_a_date_that_is_none_is_named(cell: Cell, held_on: Any) -> None:
    body = {"held_on": held_on, "title": "三月联席会议"}
    response = cell.post("/conference/meetings", body, token=cell.token("dispatcher"))
    assert (code_of(response), list(response.get_json()["fields"])) == ("invalid", ["held_on"])


def test_messages_are_the_callers_own_and_read_without_a_key(cell: Cell) -> None:
    message_id = uuid4()
    cell.rpc.tell("notify", "list_messages", MessagePage(items=(), next_cursor=None, unread=0))
    cell.rpc.tell("notify", "mark_read", ReadReceipt(message_ids=(message_id,)))
    token = cell.worker()
    assert cell.get("/messages?unread_only=true", token=token).get_json()["unread"] == 0
    assert cell.rpc.last().said == {"unread_only": True, "limit": 20}
    for _ in range(2):
        assert cell.post(f"/messages/{message_id}/read", token=token, key=None).status_code == 204
    first, again = (asked.command for asked in cell.rpc.asked[1:])
    assert first == again
    cell.post(f"/messages/{message_id}/read", token=cell.token("clerk"), key=None)
    assert cell.rpc.last().command.command_id != first.command_id


def test_codes_are_explained(cell: Cell) -> None:
    grid = PlaceView(
        code="c01-g01",
        tier="grid",
        parent="c01",
        name_zh="",
        name_en="",
        fictional=False,
        valid_from=THEN.date(),
        valid_to=None,
    )
    category = CategoryView(
        code="02",
        parent=None,
        name_zh="市政",
        name_en="Municipal",
        kind=None,
        department=None,
        urgency=None,
        limit=None,
        small=False,
    )
    department = DepartmentView(code="CGJ", name_zh="城管局", name_en="City management", former="")
    cell.rpc.tell("registry", "places", (grid,))
    cell.rpc.tell("registry", "categories", (category,))
    cell.rpc.tell("registry", "departments", (department,))
    token = cell.token("resident")
    places = cell.get("/reference/places?tier=grid&parent=c01&on=2026-03-02", token=token)
    assert places.get_json()["items"][0]["parent"] == "c01"
    assert cell.rpc.last().said == {"tier": "grid", "parent": "c01", "on": "2026-03-02"}
    assert cell.get("/reference/categories", token=token).get_json()["items"][0]["name_zh"] == "市政"
    assert cell.get("/reference/departments", token=token).get_json()["items"][0]["code"] == "CGJ"
    assert code_of(cell.get("/reference/places?tier=moon", token=token)) == "invalid"
    cell.rpc.tell("registry", "community", CommunityView(code="c02", bodies=(), groups=()))
    assert cell.get("/reference/communities/c02", token=token).get_json()["code"] == "c02"
    assert cell.rpc.last().said == {"code": "c02"}
    assert code_of(cell.get("/reference/communities/c_2", token=token)) == "not_found"


def test_a_year_is_told_with_what_differs_from_monday_to_friday(cell: Cell) -> None:
    year = CalendarView(
        year=2012,
        version="0f1e2d3c4b5a",
        provisional=False,
        holidays=(date(2012, 6, 22),),
        working_weekends=(),
        working_days=260,
    )
    cell.rpc.tell("registry", "calendar_year", year)
    found = cell.get("/calendar/2012", token=cell.token("resident"))
    assert (found.get_json()["holidays"], found.get_json()["provisional"]) == (["2012-06-22"], False)
    assert cell.rpc.last().said == {"year": 2012}
    assert cell.get("/calendar/2012").status_code == 401
    for year in ("soon", "99", "20120"):
        assert cell.get(f"/calendar/{year}", token=cell.token("resident")).status_code == 404


@pytest.mark.parametrize("broker", [True, False])
def test_health_says_what_is_away(cell: Cell, broker: bool) -> None:  # noqa: FBT001
    def fails() -> bool:
        raise OSError

    rooms = cell.app.extensions["qiaotou"]
    health = Health({"database": (lambda: True) if broker else fails, "broker": lambda: broker})
    cell.app.extensions["qiaotou"] = msgspec.structs.replace(rooms, health=health)
    response = cell.get("/healthz")
    assert response.status_code == (200 if broker else 503)
    status = "ok" if broker else "failing"
    assert response.get_json() == {"status": status, "checks": {"database": broker, "broker": broker}}


def test_health_is_looked_at_once_a_second() -> None:
    clock, looked = [0.0], []
    health = Health({"x": lambda: bool(looked.append(1)) or True}, monotonic=lambda: clock[0])
    for at in (0.0, 0.5, 0.9, 1.2):
        clock[0] = at
        assert health.checks() == {"x": True}
    assert len(looked) == 2
