"""Saved filters: one's own, of known parameters, and not too many."""

from typing import Any
from urllib.parse import quote

import pytest

from gateway.filters import MOST
from tests.unit.gateway.cell import Cell, code_of

WAITING = {"list": "cases", "parameters": {"state": "answered", "grid": "c01-g01", "mine": "true"}}


def save(cell: Cell, token: str, name: str, body: Any = None) -> Any:
    return cell.ask("PUT", f"/me/filters/{quote(name)}", token=token, json=body or WAITING)


def test_a_filter_is_kept_under_a_name_shown_replaced_and_forgotten(cell: Cell) -> None:
    token = cell.worker()
    assert save(cell, token, "待核查 g01").status_code == 200
    assert cell.get("/me/filters/待核查 g01", token=token).get_json() == {"name": "待核查 g01", **WAITING}
    other = {"list": "orders", "parameters": {"waiting": "redirect", "limit": "50"}}
    assert save(cell, token, "待核查 g01", other).get_json() == {"name": "待核查 g01", **other}
    assert save(cell, token, "b").status_code == 200
    names = [each["name"] for each in cell.get("/me/filters", token=token).get_json()["items"]]
    assert names == ["b", "待核查 g01"]
    for _ in range(2):
        assert cell.ask("DELETE", "/me/filters/b", token=token).status_code == 204
    assert code_of(cell.get("/me/filters/b", token=token)) == "not_found"


def test_a_filter_is_its_owners_alone(cell: Cell) -> None:
    save(cell, cell.worker(), "mine")
    other = cell.token("clerk", community="c01")
    assert cell.get("/me/filters", token=other).get_json() == {"items": []}
    assert code_of(cell.get("/me/filters/mine", token=other)) == "not_found"
    assert cell.ask("DELETE", "/me/filters/mine", token=other).status_code == 204
    assert cell.get("/me/filters/mine", token=cell.worker()).status_code == 200


def test_fifty_are_kept_and_an_old_one_may_still_be_replaced(cell: Cell) -> None:
    token = cell.worker()
    for number in range(MOST):
        assert save(cell, token, f"f{number}").status_code == 200
    response = save(cell, token, "one-more")
    assert (response.status_code, code_of(response)) == (409, "too_many_filters")
    assert save(cell, token, "f7").status_code == 200


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"list": "cases"}, "parameters", "required"),
        ({"list": "people", "parameters": {}}, "list", "not_one_of_these"),
        ({"list": "cases", "parameters": {"waiting": "redirect"}}, "parameters.waiting", "unknown"),
        ({"list": "orders", "parameters": {"waiting": "tea"}}, "parameters.waiting", "not_one_of_these"),
        ({"list": "cases", "parameters": {"limit": "1000"}}, "parameters.limit", "out_of_range"),
        ({"list": "cases", "parameters": {"mine": True}}, "parameters.mine.value", "not_a_string"),
        ({"list": "cases", "parameters": {"cursor": "abc"}}, "parameters.cursor", "not_kept"),
        ({"list": "cases", "parameters": {"q": "张三"}}, "parameters.q", "not_kept"),
        ({"list": "cases", "parameters": []}, "parameters", "not_an_object"),
        ({**WAITING, "name": "x"}, "name", "unknown"),
    ],
)
def test_what_is_no_parameter_of_the_list_is_named_and_nothing_is_kept(
    cell: Cell, body: dict[str, Any], field: str, reason: str
) -> None:
    token = cell.worker()
    response = save(cell, token, "mine", body)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"][field] == reason
    assert cell.get("/me/filters", token=token).get_json() == {"items": []}


@pytest.mark.parametrize("name", ["x" * 41, " x", "x ", "a.b", "<b>", "\x00", "a\nb", "%"])
def test_a_name_that_is_none_is_refused(cell: Cell, name: str) -> None:
    token = cell.worker()
    response = save(cell, token, name)
    assert (response.status_code, code_of(response)) == (422, "invalid")
    assert response.get_json()["fields"] == {"name": "malformed"}
    assert code_of(cell.get(f"/me/filters/{quote(name)}", token=token)) == "not_found"
    assert cell.ask("DELETE", f"/me/filters/{quote(name)}", token=token).status_code == 204


def test_a_filter_is_not_saved_from_a_foreign_page(cell: Cell) -> None:
    cell.client.set_cookie("qiaotou_session", cell.worker(), path="/api/")
    headers = {"Sec-Fetch-Site": "cross-site"}
    response = cell.client.put("/api/v1/me/filters/mine", json=WAITING, headers=headers)
    assert code_of(response) == "forbidden"
