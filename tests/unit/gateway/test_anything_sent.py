"""Whatever a client sends, the answer is a success or a problem of the client's, never a fault."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from gateway import openapi
from gateway.policy import POLICY
from tests.support.examples import examples
from tests.unit.gateway.cell import CASE_ID, Cell, a_receipt, a_report, code_of

DOCUMENT = json.loads(openapi.PATH.read_bytes())
KEYS = st.sampled_from([*a_report(), "point", "evidence", "anonymous", "address", "detail", "x"]) | st.text()
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["app", "c01-g01", "2026-03-02T19:30:00+08:00", str(CASE_ID), "0000-00-00", "\x00"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=10)
PLACES = st.integers(0, 30)
SAID = st.text() | st.sampled_from(["true", "oldest", "1", "2026-03-02", "2026-03-02T19:30:00+08:00"])
LET_THROUGH = {"unavailable"}
REFUSED = {"invalid", "unknown_media", "foreign_grid", "not_found", "key_reused", "too_many_requests"}


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of everything that a session is needed for."""
    for method, route in POLICY:
        operation = DOCUMENT["paths"][re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", route)][method.lower()]
        if POLICY[method, route].signed_in:
            yield method, route, operation


def body_of(operation: dict[str, Any]) -> tuple[dict[str, Any], list[str]] | None:
    """A JSON body's example and the names of its fields; None where a route takes no such body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    name = content["schema"]["$ref"].rpartition("/")[2]
    fields = DOCUMENT["components"]["schemas"][name].get("properties", {})
    return content.get("example", {}), sorted(fields) or ["detail"]


def names_of(operation: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["name"] for each in operation["parameters"] if each.get("in") == "query")


def role_of(method: str, route: str) -> str:
    roles = POLICY[method, route].roles
    return "grid_worker" if roles is None or "grid_worker" in roles else min(roles)


def put(values: dict[int, Any], names: Sequence[str]) -> dict[str, Any]:
    """Put what was drawn at some places where the fields of these names stand."""
    return {names[place % len(names)]: value for place, value in values.items()}


def path_of(route: str) -> str:
    return re.sub(r"<[^>]+>", str(CASE_ID), route).removeprefix("/api/v1")


def allowed(cell: Cell, method: str, route: str) -> str:
    return cell.token(role_of(method, route), community="c01", grid="c01-g01", department="CGJ")


def is_answered(response: TestResponse) -> bool:
    return response.status_code < 300 or code_of(response) in LET_THROUGH | REFUSED


BODIES = {(method, route): body for method, route, said in described() if (body := body_of(said))}
QUERIES = {route: names for _, route, said in described() if (names := names_of(said))}


@pytest.fixture
def reporting(cell: Cell) -> Cell:
    cell.rpc.tell("intake", "report_case", a_receipt())
    return cell


@given(changes=st.dictionaries(KEYS, VALUES, max_size=4))
def test_a_report_of_anything(reporting: Cell, changes: dict[str, Any]) -> None:
    response = reporting.post("/cases", {**a_report(), **changes}, token=reporting.worker())
    assert response.status_code == 201 or code_of(response) in ("invalid", "unknown_media", "foreign_grid")


@given(body=st.binary(max_size=200))
def test_a_body_of_any_bytes(reporting: Cell, body: bytes) -> None:
    options = {"data": body, "content_type": "application/json"}
    response = reporting.ask("POST", "/cases", token=reporting.worker(), **options)
    assert code_of(response) in ("invalid", "malformed_request")


@given(body=VALUES)
def test_a_body_of_any_json(reporting: Cell, body: Any) -> None:
    options = {"data": json.dumps(body), "content_type": "application/json"}
    response = reporting.ask("POST", "/cases", token=reporting.worker(), **options)
    assert code_of(response) == "invalid"


@given(
    name=st.sampled_from(
        ["Authorization", "Idempotency-Key", "If-Match", "Accept-Language", "X-Request-ID", "Cookie"]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
)
def test_a_header_of_any_characters(reporting: Cell, name: str, value: str) -> None:
    headers = {"Authorization": f"Bearer {reporting.token('archivist')}", "Idempotency-Key": "k", name: value}
    reporting.rpc.tell("intake", "archive_case", a_receipt())
    response = reporting.post(f"/cases/{CASE_ID}/archive", headers=headers, key=None)
    expected = ("unauthenticated", "missing_key", "malformed_request")
    assert response.status_code == 200 or code_of(response) in expected


@given(
    query=st.dictionaries(
        st.sampled_from(["limit", "cursor", "state", "mine", "grid", "x"]), st.text(), max_size=3
    )
)
def test_a_query_of_any_text(reporting: Cell, query: dict[str, str]) -> None:
    reporting.rpc.tell("intake", "list_cases", {"items": [], "next_cursor": None})
    response = reporting.get("/cases", token=reporting.worker(), query_string=query)
    assert response.status_code == 200 or code_of(response) == "invalid"


@settings(max_examples=examples(8))
@given(others=st.dictionaries(KEYS, VALUES, max_size=2), values=st.dictionaries(PLACES, VALUES, max_size=3))
def test_a_body_of_anything_at_every_route(
    cell: Cell, others: dict[str, Any], values: dict[int, Any]
) -> None:
    """Nobody is there to answer: whatever is let through is unavailable, and nothing is a fault of ours."""
    cell.rpc.is_away = True
    for (method, route), (example, names) in BODIES.items():
        body = {**example, **others, **put(values, names)}
        response = cell.ask(method, path_of(route), token=allowed(cell, method, route), json=body)
        assert is_answered(response), (method, route, body, response.data)


@settings(max_examples=examples(8))
@given(values=st.dictionaries(PLACES, SAID, max_size=4))
def test_a_query_of_anything_at_every_route(cell: Cell, values: dict[int, str]) -> None:
    cell.rpc.is_away = True
    for route, names in QUERIES.items():
        query = put(values, [*names, "x"])
        response = cell.get(path_of(route), token=allowed(cell, "GET", route), query_string=query)
        assert is_answered(response), (route, query, response.data)


@given(body=st.binary(max_size=300), boundary=st.text(st.characters(max_codepoint=126), max_size=10))
def test_an_upload_of_any_bytes(reporting: Cell, body: bytes, boundary: str) -> None:
    safe = boundary.replace("\r", "").replace("\n", "")
    response = reporting.ask(
        "POST",
        "/media",
        token=reporting.worker(),
        data=b"--" + safe.encode() + body,
        content_type=f"multipart/form-data; boundary={safe}",
    )
    expected = (
        "invalid",
        "malformed_request",
        "media_type_refused",
        "payload_too_large",
        "unsupported_media_type",
    )
    assert code_of(response) in expected
