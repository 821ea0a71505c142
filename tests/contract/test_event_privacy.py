"""No event carries free text or personal data: every string in one is a code, a number or a hash."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from contracts import department
from contracts.envelope import Payload
from contracts.events import ALL

CODES = {
    "category",
    "channel",
    "co_handlers",
    "code",
    "community",
    "department",
    "grid",
    "lead",
    "limit",
    "number",
    "parent",
    "party",
    "place",
    "reported_by",
    "state",
    "suggested",
    "waits_for",
}
HASHES = {"result_sha256", "root", "seal", "sha256", "statement_sha256", "version"}
PUBLIC_NAMES = {
    ("registry.place.defined.v1", "name_zh"),
    ("registry.place.defined.v1", "name_en"),
    ("registry.department.defined.v1", "name_zh"),
    ("registry.department.defined.v1", "name_en"),
    ("registry.department.defined.v1", "former"),
    ("registry.category.defined.v1", "name_zh"),
    ("registry.category.defined.v1", "name_en"),
}
CROSSING = (*ALL, *department.TO_DEPARTMENT, *department.FROM_DEPARTMENT)


def _strings(struct: type[Any]) -> Iterator[str]:
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        for kind in _flat(field.type):
            if isinstance(kind, msgspec.inspect.StructType):
                yield from _strings(kind.cls)
            elif isinstance(kind, msgspec.inspect.StrType):
                yield field.name
            else:
                assert not isinstance(
                    kind,
                    msgspec.inspect.AnyType
                    | msgspec.inspect.DictType
                    | msgspec.inspect.BytesType
                    | msgspec.inspect.RawType,
                ), field.name


def _flat(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    if isinstance(kind, msgspec.inspect.UnionType):
        for member in kind.types:
            yield from _flat(member)
    elif isinstance(kind, msgspec.inspect.VarTupleType):
        yield from _flat(kind.item_type)
    else:
        yield kind


@pytest.mark.parametrize("message", CROSSING, ids=lambda message: message.type)
def test_every_string_in_a_message_of_the_bus_is_a_code_or_a_hash(message: type[Payload]) -> None:
    strings = set(_strings(message)) - CODES - HASHES
    assert {(message.type, name) for name in strings} <= PUBLIC_NAMES


def test_the_allow_list_names_nothing_that_is_not_sent() -> None:
    sent = {name for message in CROSSING for name in _strings(message)}
    assert CODES | HASHES | {name for _, name in PUBLIC_NAMES} == sent


def test_the_check_sees_free_text_inside_a_list_of_parts() -> None:
    class Part(msgspec.Struct):
        remark: str

    class Leaky(msgspec.Struct):
        parts: tuple[Part, ...] | None

    assert list(_strings(Leaky)) == ["remark"]
