import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from contracts import asyncapi, department, naming, topology
from contracts.events import ALL
from tests.contract import goldens

DOCUMENT = asyncapi.build()

REF = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "additionalProperties": False,
}
AMQP = {
    "type": "object",
    "required": ["amqp"],
    "properties": {"amqp": {"type": "object", "required": ["bindingVersion"]}},
}
STRUCTURE = {
    "type": "object",
    "required": ["asyncapi", "info", "servers", "channels", "operations", "components"],
    "additionalProperties": False,
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "defaultContentType": {"type": "string"},
        "info": {"type": "object", "required": ["title", "version"]},
        "servers": {
            "type": "object",
            "additionalProperties": {"type": "object", "required": ["host", "protocol"]},
        },
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages", "bindings"],
                "additionalProperties": False,
                "properties": {
                    "address": {"type": "string"},
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "messages": {"type": "object", "minProperties": 1, "additionalProperties": REF},
                    "parameters": {"type": "object"},
                    "bindings": AMQP,
                },
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel", "messages"],
                "additionalProperties": False,
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REF,
                    "summary": {"type": "string"},
                    "messages": {"type": "array", "minItems": 1, "items": REF},
                    "bindings": AMQP,
                },
            },
        },
        "components": {
            "type": "object",
            "required": ["messages", "schemas", "messageTraits"],
            "properties": {
                "messages": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "required": ["name", "payload", "traits"],
                        "properties": {"traits": {"type": "array", "items": REF}},
                    },
                }
            },
        },
    },
}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _resolve(reference: str) -> Any:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_the_document_on_disk_is_current() -> None:
    assert asyncapi.PATH.read_text(encoding="utf-8") == asyncapi.render(), "run: python -m contracts.asyncapi"


def test_the_document_has_the_structure_of_asyncapi_3() -> None:
    jsonschema.Draft202012Validator(STRUCTURE).validate(DOCUMENT)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(_references(DOCUMENT)):
        assert _resolve(reference)


def test_every_parameter_of_an_address_is_described() -> None:
    for channel in DOCUMENT["channels"].values():
        named = set(channel.get("parameters", {}))
        assert {part.split("}")[0] for part in channel["address"].split("{")[1:]} == named


def test_every_message_is_sent_once_and_received() -> None:
    declared = {message.type for message in (*ALL, *department.TO_DEPARTMENT, *department.FROM_DEPARTMENT)}

    def handled(action: str) -> list[str]:
        operations = [op for op in DOCUMENT["operations"].values() if op["action"] == action]
        return [ref["$ref"].rpartition("/")[2] for op in operations for ref in op["messages"]]

    assert set(DOCUMENT["components"]["messages"]) == declared
    assert sorted(handled("send")) == sorted(declared)
    assert set(handled("receive")) == declared


def test_a_message_of_an_operation_belongs_to_its_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{operation['channel']['$ref']}/messages/")


def test_the_queues_and_exchanges_are_those_of_the_topology() -> None:
    exchanges = {exchange.name for exchange in topology.exchanges()}
    queues = {queue.name for queue in topology.queues(("CGJ",))}
    for channel in DOCUMENT["channels"].values():
        binding = channel["bindings"]["amqp"]
        if binding["is"] == "routingKey":
            assert binding["exchange"]["name"] in exchanges
        else:
            name = binding["queue"]["name"].format(department="CGJ", partition=0)
            assert name in queues


def test_each_service_receives_from_its_own_inbox() -> None:
    for service in topology.STREAMS:
        assert (
            DOCUMENT["operations"][f"{service}.follows"]["channel"]["$ref"] == f"#/channels/{service}.inbox"
        )
        partitions = DOCUMENT["channels"][f"{service}.inbox"]["parameters"]["partition"]["enum"]
        assert len(partitions) == naming.PARTITIONS


@pytest.mark.parametrize("golden", goldens.on_the_bus(), ids=lambda golden: golden.name)
def test_a_golden_message_satisfies_its_schema(golden: goldens.Golden) -> None:
    payload = DOCUMENT["components"]["messages"][golden.name]["payload"]
    schema = {**payload, "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(golden.path.read_bytes()))


@pytest.mark.parametrize("golden", goldens.on_the_bus(), ids=lambda golden: golden.name)
def test_a_message_of_another_type_does_not_satisfy_the_schema(golden: goldens.Golden) -> None:
    payload = DOCUMENT["components"]["messages"][golden.name]["payload"]
    other = {**json.loads(golden.path.read_bytes()), "type": "intake.case.imagined.v1"}
    validator = jsonschema.Draft202012Validator({**payload, "components": DOCUMENT["components"]})
    assert not validator.is_valid(other)
