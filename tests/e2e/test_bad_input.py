"""What is wrong gets a clear problem, and nothing is half done."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.e2e.district import CLERK, WORKER, a_report


def refused(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:qiaotou:problem:{code}"
    assert problem["title"]
    return problem


@pytest.fixture
def resident(district: Any) -> Any:
    return district.person("resident")


@pytest.fixture
def worker(district: Any) -> Any:
    return district.person(WORKER)


@pytest.fixture
def unchanged(district: Any) -> Any:
    """Nothing that is refused leaves a case behind."""
    before = district.count("intake", "cases")
    yield
    assert district.count("intake", "cases") == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"category": "9999"}, 422, "unknown_category"),
        ({"category": "02"}, 422, "unknown_category"),
        ({"grid": "c09-g99"}, 422, "unknown_grid"),
        ({"occurred_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, 422, "occurred_in_future"),
        ({"text": "坏了"}, 422, "text_too_short"),
        ({"text": "长" * 2001}, 422, "text_too_long"),
        ({"evidence": [str(uuid.uuid4())]}, 422, "unknown_media"),
        ({"surprise": 1}, 422, "invalid"),
        ({"occurred_at": "yesterday"}, 422, "invalid"),
    ],
)
def test_a_report_that_is_not_right_is_refused(
    resident: Any, changes: dict[str, Any], status: int, code: str
) -> None:
    refused(resident.post("/cases", a_report(**changes)), status, code)


@pytest.mark.usefixtures("unchanged")
def test_a_grid_worker_reports_from_the_own_grid_alone(worker: Any) -> None:
    refused(worker.post("/cases", a_report(grid="c02-g01", evidence=[worker.photo()])), 403, "foreign_grid")


@pytest.mark.usefixtures("unchanged")
def test_a_grid_worker_shows_a_component(worker: Any) -> None:
    refused(worker.post("/cases", a_report()), 422, "evidence_missing")


@pytest.mark.usefixtures("unchanged")
def test_five_megabytes_of_text_are_too_large(resident: Any) -> None:
    refused(resident.post("/cases", a_report(text="长" * 1_700_000)), 413, "payload_too_large")


@pytest.mark.usefixtures("unchanged")
def test_what_is_no_json_is_malformed(district: Any, resident: Any) -> None:
    answer = requests.post(
        f"{district.base}/api/v1/cases",
        data=b'{"grid": ',
        headers={
            "Authorization": f"Bearer {resident.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        },
        timeout=60,
    )
    refused(answer, 400, "malformed_request")


def test_a_program_named_jpg_is_no_photo(worker: Any) -> None:
    refused(worker.upload(b"MZ\x90\x00" + b"\x00" * 4096, "lamp.jpg"), 415, "media_type_refused")


def test_a_reused_key_with_another_body_is_refused(resident: Any) -> None:
    key = uuid.uuid4().hex
    first = resident.post("/cases", a_report(), key=key)
    assert first.status_code == 201, first.text
    again = resident.post("/cases", a_report_of(first), key=key)
    assert (again.status_code, again.json()["case_id"]) == (201, first.json()["case_id"])
    refused(resident.post("/cases", a_report(text="另一件完全不同的事情。"), key=key), 422, "key_reused")


def a_report_of(answer: requests.Response) -> Any:
    return json.loads(answer.request.body or b"{}")


def test_a_step_in_the_wrong_state_is_refused(district: Any, resident: Any) -> None:
    case_id = resident.post("/cases", a_report()).json()["case_id"]
    clerk = district.person(CLERK)
    answer = clerk.post(
        f"/cases/{case_id}/visits/satisfied", {"resolved": True, "score": 5, "channel": "phone"}
    )
    problem = refused(answer, 409, "illegal_transition")
    assert problem["fields"]["step"] == "record_satisfied"


def test_a_stale_if_match_is_refused(district: Any, resident: Any) -> None:
    reported = resident.post("/cases", a_report(category=None))
    case_id = reported.json()["case_id"]
    dispatcher = district.person("dispatcher")
    answer = dispatcher.post(
        f"/cases/{case_id}/classification", {"category": "0202"}, **{"If-Match": '"v99"'}
    )
    refused(answer, 412, "stale_version")
    seen = dispatcher.get(f"/cases/{case_id}").headers["ETag"]
    fresh = dispatcher.post(f"/cases/{case_id}/classification", {"category": "0202"}, **{"If-Match": seen})
    assert fresh.status_code == 200, fresh.text


def test_a_cursor_of_ones_own_is_malformed(resident: Any) -> None:
    refused(resident.get("/cases", cursor="bm9uc2Vuc2U"), 400, "malformed_cursor")


def test_nobody_acts_without_signing_in(district: Any) -> None:
    refused(requests.get(f"{district.base}/api/v1/cases", timeout=60), 401, "unauthenticated")


def test_a_foreign_case_is_not_there(district: Any, resident: Any) -> None:
    case_id = resident.post("/cases", a_report()).json()["case_id"]
    refused(district.person("worker-c02-g01").get(f"/cases/{case_id}"), 404, "not_found")


def test_a_role_without_the_step_is_forbidden(district: Any, resident: Any) -> None:
    case_id = resident.post("/cases", a_report()).json()["case_id"]
    refused(resident.post(f"/cases/{case_id}/archive", {}), 403, "forbidden")
    refused(district.person("dispatcher").post(f"/cases/{case_id}/checks", {}), 403, "forbidden")
