"""Searching a running cell, and taking a list away as a file."""

import csv
import hashlib
import io
import uuid
from typing import Any

import pytest

from tests.e2e.district import CLERK, WORKER, a_report, eventually

# Two characters that no other test reports of.
RARE = "翡翠"


def found(person: Any, typed: str) -> list[str]:
    answer = person.get("/cases", q=typed)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.fixture
def case(district: Any) -> dict[str, Any]:
    """A case with an address of its own."""
    mark = uuid.uuid4().hex[:8]
    answer = district.person("resident").post(
        "/cases", a_report(text=f"{RARE}超市门口的路灯坏了, 请来看看。{mark}", address=f"松园路{mark}号")
    )
    assert answer.status_code == 201, answer.text
    return {"mark": mark, **answer.json()}


def test_a_case_is_found_by_what_it_says_and_its_address_by_those_who_may_know_it(
    district: Any, case: dict[str, Any]
) -> None:
    dispatcher, inspector = district.person("dispatcher"), district.person("inspector")
    for person in (dispatcher, inspector, district.person(WORKER), district.person("resident")):
        assert found(person, f"{RARE} {case['mark']}") == [case["number"]]
        assert found(person, f"ＬＥＤ {case['mark']}") == []
    assert found(district.person("worker-c02-g01"), case["mark"]) == []
    assert found(dispatcher, case["number"])[0] == case["number"]
    assert found(dispatcher, f"松园路{case['mark']}") == [case["number"]]
    assert found(inspector, f"松园路{case['mark']}") == []


@pytest.mark.parametrize("typed", ["灯", "，。", "灯" * 41])
def test_what_is_no_search_is_a_clear_problem(district: Any, typed: str) -> None:
    answer = district.person("dispatcher").get("/cases", q=typed)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["fields"]["field"] == "q"


def test_a_list_is_taken_away_as_a_file(district: Any, case: dict[str, Any]) -> None:
    clerk = district.person(CLERK)
    key = uuid.uuid4().hex
    asked = [clerk.post("/exports", {"q": case["mark"], "language": "en"}, key=key) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    where = f"/exports/{asked[0].json()['export_id']}"
    assert asked[1].json() == asked[0].json()
    ready = eventually(lambda: clerk.get(where).json(), lambda export: export["state"] == "ready")
    file = clerk.get(f"{where}/file")
    assert hashlib.sha256(file.content).hexdigest() == ready["sha256"]
    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["number"], row["community"], row["cycle"]) == (case["number"], "c01", "1")
    assert RARE not in file.text
    assert district.person("dispatcher").get(f"{where}/file").status_code == 404
