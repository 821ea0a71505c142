"""Elections 选举: who stands. Everything else is done to an election as to any vote."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands.elections import Candidate, NameCandidates
from contracts.commands.votes import VoteReceipt
from gateway.headers import command_id
from gateway.house import carry_out, principal
from gateway.routes.steps import WORDS
from gateway.routing import Routes, answer
from gateway.schemas import elections as schemas

routes = Routes("elections", "Who stands in an election.")

_VOTE = "/votes/<uuid:vote_id>"
_STEP = ("not_found", "illegal_transition", "key_reused")
_STANDING = {
    "code": "c1",
    "name": "王秀兰",
    "account": "0d4f6c1e-6a53-5d2b-8a70-3f6b7e0c9a11",
    "nominated_by": "party",
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


def _candidate(sent: dict[str, Any]) -> Candidate:
    return Candidate(**{**sent, "nominators": tuple(sent["nominators"])})
