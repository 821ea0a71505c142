"""Papers over HTTP: for the service centre's clerks."""

from typing import Any

import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands.paper import EnterSlip, HandInPaper, PaperChannel, ResolveSlip
from contracts.vocabulary import Role
from tests.contract.samples.paper import ANSWERS
from tests.contract.samples.votes import ENTITLEMENT, VOTE
from tests.unit.gateway.cell import Cell, code_of

HAND_IN, SLIP, _, SLIPS = ANSWERS
SCAN = "ab" * 32
_OF = f"/votes/{VOTE}"
BODY = {"number": 17, "choice": ["yes"], "scan_sha256": SCAN}
ENVELOPE = {"entitlement_id": str(ENTITLEMENT), "channel": "counter"}


def token(cell: Cell, role: str = "clerk") -> str:
    return cell.token(role, community="c01")


def test_an_envelope_is_handed_in_once_a_key(cell: Cell) -> None:
    cell.rpc.tell("governance", "hand_in_paper", HAND_IN)
    for _ in range(2):
        response = cell.post(f"{_OF}/hand-ins", ENVELOPE, token=token(cell), key="k")
    assert (response.status_code, response.get_json()["channel"]) == (201, "paper")
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert isinstance(first, HandInPaper)
    assert (first.vote_id, first.entitlement_id, first.channel) == (VOTE, ENTITLEMENT, PaperChannel.COUNTER)


@pytest.mark.parametrize(
    ("path", "message"), [(f"{_OF}/slips", EnterSlip), (f"{_OF}/slips/resolutions", ResolveSlip)]
)
def test_a_slip_is_entered_and_resolved(cell: Cell, path: str, message: type[Any]) -> None:
    cell.rpc.tell("governance", message.method, SLIP)
    response = cell.post(path, BODY, token=token(cell))
    assert (response.status_code, response.get_json()["stage"]) == (201, "entered_once")
    command = cell.rpc.last().command
    assert isinstance(command, message)
    assert (command.number, command.entitlement_id, command.choice) == (17, None, ("yes",))
    cell.rpc.tell("governance", message.method, RemoteRefusal("another_clerk"))
    assert code_of(cell.post(path, BODY, token=token(cell))) == "another_clerk"


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"choice": "yes"}, "choice", "not_a_list"),
        ({"number": "17"}, "number", "not_an_integer"),
        ({"number": 0}, "number", "out_of_range"),
        ({"entitlement_id": "1"}, "entitlement_id", "not_a_uuid"),
        ({"clerk": "li"}, "clerk", "unknown"),
    ],
)
def test_a_field_that_is_not_right_is_named(
    cell: Cell, changes: dict[str, Any], field: str, reason: str
) -> None:
    response = cell.post(f"{_OF}/slips", {**BODY, **changes}, token=token(cell))
    assert (code_of(response), response.get_json()["fields"]) == ("invalid", {field: reason})
    assert cell.rpc.asked == []


def test_how_far_the_papers_are(cell: Cell) -> None:
    cell.rpc.tell("governance", "slips", SLIPS)
    said = cell.get(f"{_OF}/slips", token=token(cell, "committee")).get_json()
    assert (said["handed_in"], said["settled"], said["items"][0]["stage"]) == (40, 39, "disputed")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLERK}))
def test_nobody_but_a_clerk_enters_papers(cell: Cell, role: str) -> None:
    for path, body in (("hand-ins", ENVELOPE), ("slips", BODY), ("slips/resolutions", BODY)):
        assert code_of(cell.post(f"{_OF}/{path}", body, token=token(cell, role))) == "forbidden"
    assert cell.rpc.asked == []
