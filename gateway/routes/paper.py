"""Paper ballots: handed in, entered by two clerks blindly, resolved by a third."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands.paper import (
    EnterSlip,
    HandInPaper,
    HandInReceipt,
    ResolveSlip,
    SlipReceipt,
    Slips,
)
from gateway.headers import command_id
from gateway.house import ask, carry_out, principal
from gateway.routing import Routes, answer
from gateway.schemas.paper import HandIn, Slip

routes = Routes("paper", "Paper ballots, as the service centre's clerks enter them.")

_VOTE = "/votes/<uuid:vote_id>"
_PROBLEMS = ("not_found", "key_reused", "slips_not_taken", "unknown_option", "another_clerk", "not_disputed")
_EXAMPLE = {
    "number": 17,
    "choice": ["yes"],
    "scan_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


@routes.post(
    f"{_VOTE}/hand-ins",
    body=HandIn(),
    answer=HandInReceipt,
    status=201,
    problems=("not_found", "key_reused", "vote_not_open", "not_on_roll", "participated"),
    example={"entitlement_id": "5a0c8f2e-6d0b-4f52-9d35-1c7a9e6b2f10", "channel": "paper"},
)
def hand_in_paper(body: dict[str, Any], vote_id: UUID) -> Response:
    """交票登记: register that an envelope was handed in; from now on the entitlement has taken part."""
    command = HandInPaper(command_id=command_id(principal().subject), vote_id=vote_id, **body)
    return answer(carry_out("governance", command, result=HandInReceipt), status=201)


@routes.get(f"{_VOTE}/slips", answer=Slips, problems=("not_found",))
def slips(vote_id: UUID) -> Response:
    """Return how far the papers have come; what was entered is shown only where two clerks differ."""
    return answer(ask("governance", "slips", result=Slips, vote_id=vote_id))


@routes.post(
    f"{_VOTE}/slips",
    body=Slip(),
    answer=SlipReceipt,
    status=201,
    problems=(*_PROBLEMS, "too_many_slips", "not_handed_in"),
    example=_EXAMPLE,
)
def enter_slip(body: dict[str, Any], vote_id: UUID) -> Response:
    """录票: enter what a slip says, as the first or, without having seen that, as the second clerk."""
    return _enter(EnterSlip, vote_id, body)


@routes.post(
    f"{_VOTE}/slips/resolutions",
    body=Slip(),
    answer=SlipReceipt,
    status=201,
    problems=_PROBLEMS,
    example=_EXAMPLE,
)
def resolve_slip(body: dict[str, Any], vote_id: UUID) -> Response:
    """核定: say what a slip says on which two clerks differ, as a third."""
    return _enter(ResolveSlip, vote_id, body)


def _enter(message: type[EnterSlip | ResolveSlip], vote_id: UUID, body: dict[str, Any]) -> Response:
    said = {**body, "choice": tuple(body["choice"])}
    command = message(command_id=command_id(principal().subject), vote_id=vote_id, **said)
    return answer(carry_out("governance", command, result=SlipReceipt), status=201)
