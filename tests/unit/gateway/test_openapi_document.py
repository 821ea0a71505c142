import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from contracts.errors import CODES
from gateway import openapi
from gateway.policy import POLICY
from tests.unit.gateway.cell import Cell


@pytest.fixture
def document(cell: Cell) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(openapi.rendered(cell.app))
    return read


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_the_file_is_current(cell: Cell) -> None:
    made = openapi.rendered(cell.app)
    assert openapi.PATH.read_bytes() == made, "run: python -m gateway.openapi"


def test_the_document_is_served_to_anybody(cell: Cell) -> None:
    response = cell.get("/openapi.json")
    assert response.status_code == 200
    assert response.data == openapi.rendered(cell.app)


def test_every_route_is_described_with_its_session_and_its_problems(document: dict[str, Any]) -> None:
    described = operations(document)
    assert len(described) == len(POLICY)
    for (method, path), operation in described.items():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["operationId"], where
        unauthenticated = '"unauthenticated"' in json.dumps(operation["responses"])
        assert unauthenticated == bool(operation["security"]), where
        for status, response in operation["responses"].items():
            if int(status) >= 400 and "application/problem+json" in response["content"]:
                for code in response["content"]["application/problem+json"]["examples"]:
                    assert str(CODES[code].status) == status, where


def test_whatever_changes_something_names_its_key(document: dict[str, Any]) -> None:
    unkeyed = {("POST", "/api/v1/sessions"), ("POST", "/api/v1/messages/{message_id}/read")}
    for (method, path), operation in operations(document).items():
        names = {each.get("name") for each in operation["parameters"]}
        assert ("Idempotency-Key" in names) == (method == "POST" and (method, path) not in unkeyed)


def test_no_two_operations_share_a_name(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document).values()]
    assert len(names) == len(set(names))
