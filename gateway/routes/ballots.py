"""Taking part in a vote: one's entitlements, ballots, objections."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import votes as asks
from contracts.commands.vote_views import Entitlements, Objections
from contracts.commands.votes import BallotReceipt, ObjectionReceipt
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.routes.steps import WORDS
from gateway.routing import Routes, answer
from gateway.schemas import votes as schemas

routes = Routes("ballots", "Taking part in a vote.")

_VOTE = "/votes/<uuid:vote_id>"
_OBJECTION = f"{_VOTE}/objections/<uuid:objection_id>"
_STEP = ("not_found", "illegal_transition", "key_reused")
_BALLOT = {
    "entitlement_id": "5a0c8f2e-6d0b-4f52-9d35-1c7a9e6b2f10",
    "ballot_id": "c3b1f0de-2f4a-4a57-8f0e-7d9b5a1e6c42",
    "choice": ["yes"],
    "nonce": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


@routes.get(f"{_VOTE}/entitlements", answer=Entitlements, problems=("not_found",))
def entitlements(vote_id: UUID) -> Response:
    """Return what you may use in a vote, and whether it was used already."""
    return answer(ask("governance", "entitlements", result=Entitlements, vote_id=vote_id))


@routes.post(
    f"{_VOTE}/ballots",
    body=schemas.Ballot(),
    answer=BallotReceipt,
    status=201,
    problems=(
        "not_found",
        "conflict",
        "not_on_roll",
        "vote_not_open",
        "participated",
        "ballot_unfit",
        "unknown_option",
    ),
    keyed=False,
    example=_BALLOT,
)
def cast_ballot(body: dict[str, Any], vote_id: UUID) -> Response:
    """投票. It needs no key: nothing of a ballot is kept beside it, and sent again it is `participated`."""
    ballot = asks.CastBallot(vote_id=vote_id, **{**body, "choice": tuple(body["choice"])})
    return answer(carry_out("governance", ballot, result=BallotReceipt), status=201)


@routes.get(f"{_VOTE}/objections", answer=Objections, problems=("not_found",))
def objections(vote_id: UUID) -> Response:
    """Return your own objections to a vote; to its committee and the centre, all of them."""
    return answer(ask("governance", "objections", result=Objections, vote_id=vote_id))


@routes.post(
    f"{_VOTE}/objections",
    body=schemas.ObjectionWords(),
    answer=ObjectionReceipt,
    status=201,
    problems=(*_STEP, *WORDS, "conflict", "too_late"),
    example={"text": "名册中缺少3号楼2单元的两户居民。"},
)
def object_to_vote(body: dict[str, Any], vote_id: UUID) -> Response:
    """提出异议, to the roll while it is published, to the result while that is."""
    command = command_id(principal().subject)
    objecting = asks.ObjectToVote(
        command_id=command, objection_id=made_by(command, "objection"), vote_id=vote_id, **body
    )
    return answer(carry_out("governance", objecting, result=ObjectionReceipt), status=201)


@routes.post(
    f"{_OBJECTION}/answer",
    body=schemas.Answer(),
    answer=ObjectionReceipt,
    problems=(*_STEP, *WORDS, "already_resolved"),
    example={"upheld": True, "reason": "经核对确有遗漏, 重新编制名册。"},
)
def answer_objection(body: dict[str, Any], vote_id: UUID, objection_id: UUID) -> Response:
    """答复异议: uphold or dismiss it, with the reason. What was upheld is put right before it goes on."""
    command = asks.AnswerObjection(
        command_id=command_id(principal().subject), vote_id=vote_id, objection_id=objection_id, **body
    )
    return answer(carry_out("governance", command, result=ObjectionReceipt))
