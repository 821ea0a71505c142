"""Beside the contracts and not among the unit tests: the validator takes as long as a thousand of those."""

import json

from openapi_spec_validator import validate

from gateway import openapi


def test_the_document_is_valid_openapi_3_1() -> None:
    document = json.loads(openapi.PATH.read_text(encoding="utf-8"))
    assert document["openapi"] == "3.1.0"
    validate(document)
