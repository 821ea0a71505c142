import json
import re
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from contracts.errors import CODES
from gateway import openapi
from gateway.policy import POLICY
from tests.unit.gateway.cell import Cell

# Answers to requests that no route takes, and a refusal of the bus.
SAID_ELSEWHERE = {"method_not_allowed", "unsigned_sender"}


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
    unkeyed = {
        ("POST", "/api/v1/sessions"),
        ("POST", "/api/v1/sessions/codes"),
        ("POST", "/api/v1/sessions/residents"),
        ("POST", "/api/v1/messages/{message_id}/read"),
        ("POST", "/api/v1/people/{person_id}/reveal"),
        ("POST", "/api/v1/decision-rules/{code}/outcome"),
        # Nothing of a ballot is kept beside it, not even under which key it came.
        ("POST", "/api/v1/votes/{vote_id}/ballots"),
    }
    for (method, path), operation in operations(document).items():
        names = {each.get("name") for each in operation["parameters"]}
        assert ("Idempotency-Key" in names) == (method == "POST" and (method, path) not in unkeyed)


def test_every_body_has_an_example_and_the_example_is_taken(document: dict[str, Any]) -> None:
    """An example that the schema refuses would be refused by the cell as well."""
    without = []
    for (method, path), operation in operations(document).items():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        schema = content["schema"]
        if "example" in content:
            validator = OAS31Validator(
                {**schema, "components": document["components"]}, format_checker=oas31_format_checker
            )
            assert [error.message for error in validator.iter_errors(content["example"])] == [], path
        elif schema != {"$ref": "#/components/schemas/Nothing"}:
            without.append(f"{method} {path}")
    assert without == []


def test_every_public_code_is_named_by_a_route_or_said_on_the_bus_alone(document: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/examples/(\w+)", json.dumps(document["paths"])))
    assert set(CODES) - named == SAID_ELSEWHERE


def test_no_two_operations_share_a_name(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document).values()]
    assert len(names) == len(set(names))
