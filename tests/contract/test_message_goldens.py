import re

import msgspec
import pytest

from contracts import department, envelope
from contracts.commands import (
    assemblies,
    dispatch,
    elections,
    exports,
    governance,
    hearings,
    intake,
    notify,
    paper,
    people,
    registry,
    tasks,
    topics,
    votes,
)
from contracts.events import ALL
from tests.contract import goldens
from tests.contract.goldens import Golden

ON_THE_BUS = goldens.on_the_bus()
EVERYTHING = goldens.everything()
STRICT = [golden for golden in EVERYTHING if golden.body.__struct_config__.forbid_unknown_fields]


def _named(golden: Golden) -> str:
    return golden.name


def _changed(**fields: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(ON_THE_BUS[0].wire), **fields})


@pytest.mark.parametrize("golden", EVERYTHING, ids=_named)
def test_a_message_encodes_to_its_golden_bytes(golden: Golden) -> None:
    assert msgspec.json.format(golden.path.read_bytes().strip(), indent=-1) == golden.wire


@pytest.mark.parametrize("golden", EVERYTHING, ids=_named)
def test_the_golden_bytes_decode_to_the_message(golden: Golden) -> None:
    if golden in ON_THE_BUS:
        event = envelope.decode(golden.path.read_bytes())
        assert event.type == type(golden.body).type
        assert envelope.decode_data(event.data, type(golden.body)) == golden.body
    else:
        assert msgspec.json.decode(golden.path.read_bytes(), type=type(golden.body)) == golden.body


def test_every_message_has_a_golden_file_and_every_golden_file_a_message() -> None:
    assert {path.stem for path in goldens.FOLDER.iterdir()} == {golden.name for golden in EVERYTHING}


def test_every_event_and_department_message_is_among_the_goldens() -> None:
    declared = {*ALL, *department.TO_DEPARTMENT, *department.FROM_DEPARTMENT}
    assert {type(golden.body) for golden in ON_THE_BUS} == declared


def test_every_command_is_among_the_goldens() -> None:
    services = (
        registry,
        people,
        intake,
        exports,
        dispatch,
        governance,
        topics,
        hearings,
        assemblies,
        tasks,
        votes,
        paper,
        elections,
        notify,
    )
    declared = {command for service in services for command in service.COMMANDS}
    assert declared <= {type(golden.body) for golden in goldens.commands()}


@pytest.mark.parametrize("golden", [golden for golden in ON_THE_BUS if golden not in STRICT], ids=_named)
def test_a_reader_of_events_tolerates_a_field_it_does_not_know(golden: Golden) -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(golden.body), "added_in_v1": "later"})
    assert envelope.decode_data(body, type(golden.body)) == golden.body


@pytest.mark.parametrize("golden", STRICT, ids=_named)
def test_a_command_with_a_field_nobody_knows_is_refused(golden: Golden) -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(golden.body), "surprise": 1})
    with pytest.raises(msgspec.ValidationError, match="surprise"):
        msgspec.json.decode(body, type=type(golden.body))


def test_everything_that_asks_for_something_is_strict_and_every_event_is_not() -> None:
    asking = {*(type(golden.body) for golden in goldens.commands()), *department.FROM_DEPARTMENT}
    assert asking == {type(golden.body) for golden in STRICT}


@pytest.mark.parametrize("golden", EVERYTHING, ids=_named)
def test_a_message_is_frozen(golden: Golden) -> None:
    assert golden.body.__struct_config__.frozen


def test_a_wire_type_names_its_source_its_aggregate_what_happened_and_its_version() -> None:
    form = re.compile(r"^[a-z]+\.[a-z_]+\.[a-z_]+\.v\d+$")
    assert [golden.name for golden in ON_THE_BUS if not form.match(golden.name)] == []


def test_wire_types_are_told_apart_by_their_name() -> None:
    assert len({golden.name for golden in EVERYTHING}) == len(EVERYTHING)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\x80\x04\x95pickle",
        b"[]",
        b'{"specversion": "1.0"}',
        _changed(specversion="0.3"),
        _changed(sequence=0),
        _changed(id="seven"),
    ],
    ids=["empty", "text", "pickle", "list", "bare", "another specversion", "sequence zero", "no id"],
)
def test_what_is_no_cloud_event_of_ours_is_malformed(body: bytes) -> None:
    with pytest.raises(envelope.MalformedEvent):
        envelope.decode(body)
