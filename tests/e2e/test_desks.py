"""Desks of a running cell: what waits for whom, and many cases at once."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from qiaotou_department import Department, Settings

from tests.e2e.district import CLERK, WORKER, a_report, eventually
from tests.e2e.walking import DISPATCHER, REASON, RESIDENT, Trail

MANY = 100


@pytest.fixture
def trail(district: Any) -> Trail:
    return Trail(district)


def whole(person: Any, desk: str) -> list[dict[str, Any]]:
    """Every page of a desk."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = person.get(f"/desks/{desk}", limit=100, **cursor)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return items
        cursor = {"cursor": answer.json()["next_cursor"]}


def one(items: list[dict[str, Any]], case_id: str) -> dict[str, Any]:
    (found,) = [each for each in items if each["case_id"] == case_id]
    return found


def test_a_case_goes_from_desk_to_desk(trail: Trail) -> None:
    case_id = trail.report(category=None)
    triage = whole(trail.person(DISPATCHER), "triage")
    assert one(triage, case_id)["due_at"] > one(triage, case_id)["reported_at"]
    assert triage == sorted(triage, key=lambda each: each["reported_at"])
    trail.take(DISPATCHER, case_id, "classification", {"category": "0202"})
    trail.answered(case_id)
    assert one(whole(trail.person(WORKER), "checks"), case_id)["waits_for"] == "grid_worker"
    trail.take(WORKER, case_id, "checks", {"evidence": [trail.person(WORKER).photo()]})
    trail.take(CLERK, case_id, "visits/attempts", {"channel": "phone", "at": trail.now()})
    assert one(whole(trail.person(CLERK), "visits"), case_id)["attempts"] == 1
    trail.take(CLERK, case_id, "visits/satisfied", {"resolved": True, "score": 5, "channel": "phone"})
    assert case_id not in [each["case_id"] for each in whole(trail.person(CLERK), "visits")]


def test_a_reporter_reads_the_ledger_of_the_own_case_and_of_no_other(trail: Trail) -> None:
    case_id = trail.report()
    trail.heard(case_id, "work_order.offered")
    path = f"/cases/{case_id}/deadlines"
    (row,) = trail.person(RESIDENT).get(path).json()["items"]
    assert (row["party"], row["reason"]) == ("CGJ", "initial")
    assert row["due_at"] == trail.case(case_id)["due_at"]
    for login in ("worker-c02-g01", "clerk-c02"):
        assert trail.person(login).get(path).status_code == 404


def test_what_a_department_asks_and_returns_lies_before_the_dispatcher(trail: Trail) -> None:
    asking = trail.signed(trail.report())
    trail.by_hand(asking, "signed command ask_extension signed", "extension", {"days": 1, "text": REASON})
    returning = trail.offered(trail.report(), "case.classified")
    stated = {"text": REASON, "legal_basis": "部门职责清单第三条", "suggested": "GDS"}
    trail.by_hand(returning, "offered command return returned", "return", stated)
    desk = trail.person(DISPATCHER).get("/desks/approvals").json()
    assert asking in [each["order_id"] for each in desk["asked"]["items"]]
    assert returning in [each["order_id"] for each in desk["redirect"]["items"]]
    trail.redirected(returning, "returned", "GDS")
    desk = trail.person(DISPATCHER).get("/desks/approvals").json()
    assert returning not in [each["order_id"] for each in desk["redirect"]["items"]]


def test_a_hundred_cases_are_classified_within_two_seconds_and_once(trail: Trail) -> None:
    resident, dispatcher = trail.person(RESIDENT), trail.person(DISPATCHER)
    with ThreadPoolExecutor(4) as pool:
        reported = pool.map(lambda _: resident.post("/cases", a_report(category=None)), range(MANY))
        ids = [each.json()["case_id"] for each in reported]
    items = [{"case_id": each, "category": "0202", "expected_version": 1} for each in ids]
    items[7]["expected_version"] = 5
    items[8]["category"] = "9999"
    body = {"step": "classify", "items": items}
    started = time.monotonic()
    first = dispatcher.post("/cases/bulk", body, key="a hundred at once".replace(" ", "-") + ids[0])
    seconds = time.monotonic() - started
    assert first.status_code == 200, first.text
    outcomes = first.json()["items"]
    assert [each["case_id"] for each in outcomes] == ids
    refused = {index: each["problem"]["code"] for index, each in enumerate(outcomes) if each["problem"]}
    assert refused == {7: "stale_version", 8: "unknown_category"}
    assert seconds < 2
    again = dispatcher.post("/cases/bulk", body, key="a-hundred-at-once" + ids[0])
    assert [each["receipt"] for each in again.json()["items"]] == [each["receipt"] for each in outcomes]
    for case_id in (ids[0], ids[99]):
        orders = eventually(
            lambda case_id=case_id: dispatcher.get(f"/cases/{case_id}/orders").json()["items"], bool
        )
        assert len(orders) == 1


@pytest.fixture
def heard(district: Any) -> Iterator[list[str]]:
    """The orders that a subscriber of the sandbox hears of; it leaves nothing on the queue."""
    found: list[str] = []
    department = Department(Settings.from_env(district.department("SBX")))
    department.on_order(lambda order: found.append(str(order.offer.order_id)))
    thread = threading.Thread(target=department.run)
    thread.start()
    yield found
    department.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_the_sandbox_shows_a_developer_the_full_shape(trail: Trail, heard: list[str]) -> None:
    developer = trail.person("officer-sbx")
    made = developer.post("/department/sandbox/orders", {"category": "0202"})
    assert made.status_code == 201, made.text
    eventually(lambda: heard, lambda orders: made.json()["order_id"] in orders)
    order = developer.get(f"/department/orders/{made.json()['order_id']}").json()
    assert (order["sandbox"], order["department"], order["state"]) == (True, "SBX", "offered")
    assert order["due_at"] == order["case"]["due_at"]
    assert order["case"]["text"]
    assert order["case"]["point"]
    order_id = order["order_id"]
    assert developer.post(f"/department/orders/{order_id}/signature").json()["state"] == "signed"
    done = developer.post(f"/department/orders/{order_id}/completion", trail.result("officer-sbx"))
    assert done.json()["state"] == "completed", done.text
    refused = trail.person("officer-cgj").post("/department/sandbox/orders", {"category": "0202"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_sandbox")


def test_anybody_may_ask_who_is_responsible(trail: Trail) -> None:
    resident = trail.person(RESIDENT)
    (row,) = resident.get("/responsibility", category="0202").json()["items"]
    assert (row["department"], row["limit"]) == ("CGJ", "3wd")
    assert len(resident.get("/responsibility").json()["items"]) > 50
    assert resident.get("/responsibility/0202").json()["items"][-1] == row
    unknown = resident.get("/responsibility/9999")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
