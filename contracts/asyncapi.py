"""The bus as an AsyncAPI 3.0.0 document, generated from the contracts and the topology.

`python -m contracts.asyncapi` writes `docs/api/asyncapi.json`; with `--check` it only says
whether the file is current. RPC is internal to a cell and not described here.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from contracts import department, naming, topology
from contracts.envelope import CONTENT_TYPE, ORDERING_KEY_HEADER, CloudEvent, Payload
from contracts.events import ALL

Document = dict[str, Any]

PATH = Path(__file__).parents[1] / "docs" / "api" / "asyncapi.json"
BINDING_VERSION = "0.3.0"
DEPARTMENT_EXAMPLE = "CGJ"

Messages = Sequence[type[Payload]]


def build() -> Document:
    """Return the whole document."""
    messages = _by_type((*ALL, *department.TO_DEPARTMENT, *department.FROM_DEPARTMENT))
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": CONTENT_TYPE,
        "servers": {"cell": _server()},
        "channels": dict([*_stream_channels(), *_inbox_channels(), *_department_channels()]),
        "operations": dict([*_stream_operations(), *_inbox_operations(), *_department_operations()]),
        "components": {
            "messages": {message.type: _message(message) for message in messages},
            "messageTraits": {"cloudevent": _trait()},
            "schemas": _schemas(messages),
        },
    }


def render() -> str:
    """Return the document as text, the same for the same contracts."""
    return msgspec.json.format(msgspec.json.encode(build(), order="deterministic"), indent=2).decode() + "\n"


def _by_type(messages: Iterable[type[Payload]]) -> Messages:
    return sorted(messages, key=lambda message: message.type)


def _info() -> Document:
    return {
        "title": "Qiaotou, the bus of a cell",
        "version": "1.0.0",
        "description": (
            "Every event between the services and every message between a cell and a department. "
            "CloudEvents 1.0 in structured JSON; no free text and no personal data. Delivery is at least "
            "once; (source, subject, sequence) orders the events of one aggregate without gaps."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _server() -> Document:
    return {
        "host": "{host}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "The virtual host of one cell on RabbitMQ 3.10 or later.",
        "variables": {"host": {"description": "Host and port of the broker.", "default": "127.0.0.1:5672"}},
    }


# What a message is made of.


def _message(message: type[Payload]) -> Document:
    return {
        "name": message.type,
        "title": message.__name__,
        "summary": cleandoc(message.__doc__ or "").partition("\n")[0],
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {
            "allOf": [
                _schema("CloudEvent"),
                {"properties": {"type": {"const": message.type}, "data": _schema(message.__name__)}},
            ]
        },
        "bindings": {"amqp": {"messageType": message.type, "bindingVersion": BINDING_VERSION}},
    }


def _trait() -> Document:
    return {
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "headers": {
            "type": "object",
            "required": [ORDERING_KEY_HEADER],
            "properties": {
                ORDERING_KEY_HEADER: {"type": "string", "description": "Decides the partition: the case id."}
            },
        },
    }


def _schema(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(messages: Messages) -> Document:
    structs: list[type[Any]] = [CloudEvent, *messages]
    _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    for struct in structs:
        _mark_times(struct, schemas[struct.__name__])
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    return schemas


def _mark_times(struct: type[Any], schema: Document) -> None:
    """Give points in time their format, which msgspec leaves out."""
    for field, annotation in get_type_hints(struct).items():
        if annotation is datetime:
            schema["properties"][field]["format"] = "date-time"


# Where the messages go.


def streams() -> dict[str, Messages]:
    """Return the messages of each stream that a service may follow, by its routing key's beginning."""
    prefixes = {pattern.removesuffix(".#") for patterns in topology.STREAMS.values() for pattern in patterns}
    return {
        prefix: _by_type(message for message in ALL if message.type.startswith(f"{prefix}."))
        for prefix in sorted(prefixes)
    }


def _channel(address: str, messages: Messages, *, binding: Document, **more: object) -> Document:
    return {
        "address": address,
        "messages": {message.type: {"$ref": f"#/components/messages/{message.type}"} for message in messages},
        "bindings": {"amqp": {**binding, "bindingVersion": BINDING_VERSION}},
        **more,
    }


def _exchange(name: str) -> Document:
    exchange = {"name": name, "type": "topic", "durable": True, "autoDelete": False}
    return {"is": "routingKey", "exchange": exchange}


def _queue(name: str) -> Document:
    return {"is": "queue", "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False}}


def _stream_channels() -> Iterable[tuple[str, Document]]:
    for prefix, messages in streams().items():
        names = [message.type.removeprefix(f"{prefix}.") for message in messages]
        yield (
            f"events.{prefix}",
            _channel(
                f"{prefix}.{{event}}",
                messages,
                binding=_exchange(naming.EVENTS_EXCHANGE),
                title=f"Events {prefix}",
                parameters={"event": {"description": "What happened, with its version.", "enum": names}},
            ),
        )


def _followed(service: str) -> Messages:
    prefixes = [pattern.removesuffix(".#") for pattern in topology.STREAMS[service]]
    return _by_type(message for prefix in prefixes for message in streams()[prefix])


def _inbox_channels() -> Iterable[tuple[str, Document]]:
    partitions = [str(partition) for partition in range(naming.PARTITIONS)]
    for service in topology.STREAMS:
        queue = f"{service}.inbox.{{partition}}"
        yield (
            f"{service}.inbox",
            _channel(
                queue,
                _followed(service),
                binding=_queue(queue),
                title=f"Inbox of {service}",
                description="Quorum queues. The ordering key decides the partition: a case stays in order.",
                parameters={"partition": {"description": "Number of the partition.", "enum": partitions}},
            ),
        )


def _department_channels() -> Iterable[tuple[str, Document]]:
    code = {"department": {"description": "Code of the department.", "examples": [DEPARTMENT_EXAMPLE]}}
    queue, replies = naming.department_queue("{department}"), naming.reply_queue("{department}")
    to, back = department.TO_DEPARTMENT, department.FROM_DEPARTMENT
    yield (
        "departments",
        _channel("{department}", to, binding=_exchange(naming.DEPARTMENTS_EXCHANGE), parameters=code),
    )
    yield (
        "department.queue",
        _channel(
            queue,
            to,
            binding=_queue(queue),
            parameters=code,
            description="Consume passively: declaring is not allowed. Acknowledge after the work is done.",
        ),
    )
    yield "replies", _channel("{department}", back, binding=_exchange(topology.REPLIES), parameters=code)
    yield (
        "dispatch.replies",
        _channel(replies, back, binding=_queue(replies), parameters=code),
    )


# Who sends and who receives.


def _operation(action: str, channel: str, messages: Messages, summary: str) -> Document:
    sending: Document = {"deliveryMode": 2, "mandatory": True}
    receiving: Document = {"ack": True}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message.type}"} for message in messages],
        "bindings": {
            "amqp": {**(sending if action == "send" else receiving), "bindingVersion": BINDING_VERSION}
        },
    }


def _stream_operations() -> Iterable[tuple[str, Document]]:
    for prefix, messages in streams().items():
        source = prefix.partition(".")[0]
        summary = f"{source} tells every service what happened, through its outbox."
        yield f"{source}.tells.{prefix}", _operation("send", f"events.{prefix}", messages, summary)


def _inbox_operations() -> Iterable[tuple[str, Document]]:
    for service in topology.STREAMS:
        summary = f"{service} takes what it follows, in batches, each aggregate in order."
        yield (
            f"{service}.follows",
            _operation("receive", f"{service}.inbox", _followed(service), summary),
        )


def _department_operations() -> Iterable[tuple[str, Document]]:
    to, back = department.TO_DEPARTMENT, department.FROM_DEPARTMENT
    signed = _operation("send", "replies", back, "A department takes its steps and asks, under its own key.")
    signed["bindings"]["amqp"]["userId"] = topology.department_user(DEPARTMENT_EXAMPLE)
    yield (
        "dispatch.offers",
        _operation(
            "send",
            "departments",
            to,
            "dispatch offers an order, tells what was decided, or answers a department.",
        ),
    )
    yield (
        "department.takes",
        _operation("receive", "department.queue", to, "A department takes orders, decisions and answers."),
    )
    yield "department.replies", signed
    yield (
        "dispatch.takes",
        _operation("receive", "dispatch.replies", back, "dispatch takes what departments say."),
    )


def main(arguments: Sequence[str]) -> int:
    """Write the document, or with `--check` say whether the one on disk is current."""
    text = render()
    if "--check" in arguments:
        return 0 if PATH.exists() and PATH.read_text(encoding="utf-8") == text else 1
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
