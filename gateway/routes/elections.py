"""Elections 选举: who stands, who votes in another's name. All else is done to them as to any vote."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands.elections import Candidate, GiveMandate, Mandates, NameCandidates
from contracts.commands.votes import VoteReceipt
from gateway.headers import command_id
from gateway.house import ask, carry_out, principal
from gateway.routes.steps import WORDS
from gateway.routing import Routes, answer
from gateway.schemas import elections as schemas

routes = Routes("elections", "Who stands in an election, and who votes in another's name.")

_VOTE = "/votes/<uuid:vote_id>"
_STEP = ("not_found", "illegal_transition", "key_reused")
_STANDING = {
    "code": "c1",
    "name": "王秀兰",
    "account": "0d4f6c1e-6a53-5d2b-8a70-3f6b7e0c9a11",
    "nominated_by": "party",
}
_MANDATE = {
    "giver": "7c1d2f3a-58b4-5c0e-9f21-6a4e8d0b1c22",
    "holder": "0d4f6c1e-6a53-5d2b-8a70-3f6b7e0c9a11",
    "giver_name": "赵德明",
    "holder_name": "赵小军",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


@routes.post(
    f"{_VOTE}/candidates",
    body=schemas.Slate(),
    answer=VoteReceipt,
    problems=(*_STEP, *WORDS, "no_run_off"),
    example={"candidates": [_STANDING]},
)
def name_candidates(body: dict[str, Any], vote_id: UUID) -> Response:
    """公布候选人, once the roll is frozen: more than there are seats. Their codes are a ballot's options."""
    candidates = tuple(_candidate(each) for each in body["candidates"])
    naming = NameCandidates(
        command_id=command_id(principal().subject),
        vote_id=vote_id,
        candidates=candidates,
        running=tuple(body["running"]),
    )
    receipt = carry_out("governance", naming, result=VoteReceipt)
    return answer(receipt, version=receipt.version)


@routes.get(f"{_VOTE}/mandates", answer=Mandates, problems=("not_found",))
def mandates(vote_id: UUID) -> Response:
    """Return the list of mandates 委托投票名单: who votes in whose name."""
    return answer(ask("governance", "mandates", result=Mandates, vote_id=vote_id))


@routes.post(
    f"{_VOTE}/mandates",
    body=schemas.Mandate(),
    answer=VoteReceipt,
    problems=(*_STEP, *WORDS, "conflict", "no_candidates"),
    example=_MANDATE,
)
def give_mandate(body: dict[str, Any], vote_id: UUID) -> Response:
    """登记委托, until the vote opens: three for one holder at most, and none for a candidate."""
    giving = GiveMandate(command_id=command_id(principal().subject), vote_id=vote_id, **body)
    receipt = carry_out("governance", giving, result=VoteReceipt)
    return answer(receipt, version=receipt.version)


def _candidate(sent: dict[str, Any]) -> Candidate:
    return Candidate(**{**sent, "nominators": tuple(sent["nominators"])})
