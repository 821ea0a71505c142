"""Elections over HTTP: who stands, and what a client says wrong of it."""

from typing import Any

import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands import elections, votes
from contracts.commands.elections import NominatedBy
from contracts.commands.rules import Subject
from tests.contract.samples.common import HASH, WORKER, an_id
from tests.contract.samples.elections import ELECTION, MANDATES
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.steps import Bad, named

_OF = f"/votes/{ELECTION}"
RECEIPT = votes.VoteReceipt(vote_id=ELECTION, state="roll_frozen", version=8)
STANDING = {"code": "c1", "name": "王秀兰", "account": str(WORKER), "nominated_by": "party"}
DRAFT = {
    "place": "c01",
    "subject": "election",
    "roll_kind": "adults",
    "mode": "secret",
    "title": "居委会换届选举",
    "text": "选举居民委员会主任一名, 委员四名。",
    "seats": 5,
}


def slate(**changes: Any) -> dict[str, Any]:
    return {"candidates": [{**STANDING, **changes}]}


GIVING = {
    "giver": str(an_id(57)),
    "holder": str(an_id(58)),
    "giver_name": "赵德明",
    "holder_name": "赵小军",
    "sha256": HASH,
}
BAD = [
    Bad(f"{_OF}/mandates", "committee", {**GIVING, "holder": "1"}, "holder", "not_a_uuid"),
    Bad(f"{_OF}/mandates", "committee", {**GIVING, "until": "2026"}, "until", "unknown"),
    Bad(f"{_OF}/candidates", "committee", {"candidates": [STANDING] * 51}, "candidates", "too_many"),
    Bad(f"{_OF}/candidates", "committee", {"running": ["x"]}, "running.0", "not_a_uuid"),
    Bad(
        f"{_OF}/candidates",
        "committee",
        slate(nominated_by="me"),
        "candidates.0.nominated_by",
        "not_one_of_these",
    ),
    Bad(f"{_OF}/candidates", "committee", slate(account="1"), "candidates.0.account", "not_a_uuid"),
    Bad(f"{_OF}/candidates", "committee", slate(age=50), "candidates.0.age", "unknown"),
]


def token(cell: Cell, role: str = "committee") -> str:
    return cell.token(role, community="c01")


def test_an_election_is_drafted_with_its_seats_and_a_run_off_with_its_election(cell: Cell) -> None:
    cell.rpc.tell("governance", "draft_vote", RECEIPT)
    cell.post("/votes", DRAFT, token=token(cell))
    command = cell.rpc.last().command
    assert (command.subject, command.seats, command.run_off_of) == (Subject.ELECTION, 5, None)
    again = {**DRAFT, "subject": "run_off", "seats": None, "run_off_of": str(ELECTION)}
    cell.post("/votes", again, token=token(cell))
    assert (cell.rpc.last().command.seats, cell.rpc.last().command.run_off_of) == (None, ELECTION)


def test_who_stands_is_named_in_full_and_for_a_run_off_not_at_all(cell: Cell) -> None:
    cell.rpc.tell("governance", "name_candidates", RECEIPT)
    nominators = [str(an_id(number)) for number in (54, 55)]
    body = slate(nominated_by="electors", nominators=nominators) | {"running": [str(an_id(56))]}
    response = cell.post(f"{_OF}/candidates", body, token=token(cell))
    assert (response.status_code, response.headers["ETag"]) == (200, '"v8"')
    command = cell.rpc.last().command
    assert command.running == (an_id(56),)
    assert command.candidates == (
        elections.Candidate(
            code="c1",
            name="王秀兰",
            account=WORKER,
            nominated_by=NominatedBy.ELECTORS,
            nominators=(an_id(54), an_id(55)),
        ),
    )
    cell.post(f"{_OF}/candidates", {}, token=token(cell))
    assert (cell.rpc.last().command.candidates, cell.rpc.last().command.running) == ((), ())


@pytest.mark.parametrize("bad", BAD, ids=named)
def test_a_field_that_is_not_right_is_named(cell: Cell, bad: Bad) -> None:
    response = cell.post(bad.path, bad.body, token=token(cell, bad.role))
    assert code_of(response) == "invalid"
    assert response.get_json()["fields"] == {bad.field: bad.reason}
    assert cell.rpc.asked == []


def test_a_notice_without_candidates_is_refused_in_words(cell: Cell) -> None:
    cell.rpc.tell("governance", "give_notice", RemoteRefusal("no_candidates"))
    times = {"opens_at": "2026-03-20T08:00:00+08:00", "closes_at": "2026-03-22T18:00:00+08:00"}
    refused = cell.post(f"{_OF}/notice", times, token=token(cell))
    assert (refused.status_code, code_of(refused)) == (409, "no_candidates")


def test_a_mandate_is_recorded_by_the_committee_and_its_list_is_for_everybody(cell: Cell) -> None:
    cell.rpc.tell("governance", "give_mandate", RECEIPT)
    cell.rpc.tell("governance", "mandates", MANDATES)
    given = cell.post(f"{_OF}/mandates", GIVING, token=token(cell))
    assert (given.status_code, given.headers["ETag"]) == (200, '"v8"')
    command = cell.rpc.last().command
    assert (command.giver, command.holder, command.sha256) == (an_id(57), an_id(58), HASH)
    assert cell.get(f"{_OF}/mandates").get_json()["items"] == [{"giver": "赵德明", "holder": "赵小军"}]
    assert cell.rpc.last().context.principal is None
