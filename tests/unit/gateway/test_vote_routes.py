"""Votes over HTTP: a route for every step, ballots without a key, results for everybody."""

import csv
import io
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis.rpc_client import RemoteRefusal
from contracts.commands import vote_views, votes
from contracts.commands.rules import Subject
from contracts.vocabulary import RollKind
from tests.contract.samples.votes import ANSWERS, BALLOT, ENTITLEMENT, OBJECTION, VOTE
from tests.unit.gateway.cell import Cell, code_of
from tests.unit.gateway.steps import Bad, Taken, named

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DRAFT = {
    "place": "c01",
    "roll_kind": "households",
    "mode": "secret",
    "title": "小区内兴办幼儿园",
    "text": "是否同意利用闲置的锅炉房旧址兴办一所幼儿园?",
}
BODY = {"entitlement_id": str(ENTITLEMENT), "ballot_id": str(BALLOT), "choice": ["yes"], "nonce": HASH}
RULE = {"rule": "CN-2026.residents"}
TIMES = {"opens_at": "2026-03-20T08:00:00+08:00", "closes_at": "2026-03-22T18:00:00+08:00"}
_OF = f"/votes/{VOTE}"
_ANSWER = f"{_OF}/objections/{OBJECTION}/answer"
VIEW = next(each for each in ANSWERS if isinstance(each, vote_views.VoteView))
PAGE = next(each for each in ANSWERS if isinstance(each, vote_views.VotePage))
RECEIPT = votes.VoteReceipt(vote_id=VOTE, state="noticed", version=6)
STEPS = [
    Taken(
        f"{_OF}/study",
        "committee",
        {"studied_on": "2026-03-02", "text": "同意。"},
        votes.RecordStudy,
        {"text": "同意。"},
    ),
    Taken(
        f"{_OF}/rule",
        "committee",
        {"rule": "CN-2026.residents"},
        votes.BindRule,
        {"rule": "CN-2026.residents"},
    ),
    Taken(f"{_OF}/roll", "committee", {"as_of": "2026-03-02"}, votes.RequestRoll, {}),
    Taken(f"{_OF}/roll/freeze", "committee", {}, votes.FreezeRoll, {}),
    Taken(f"{_OF}/notice", "committee", TIMES, votes.GiveNotice, {"extended_until": None}),
    Taken(f"{_OF}/count", "committee", {}, votes.BeginCount, {}),
    Taken(f"{_OF}/count/end", "committee", {}, votes.FinishCount, {}),
    Taken(f"{_OF}/publication", "committee", {}, votes.PublishResult, {}),
    Taken(f"{_OF}/recount", "committee", {}, votes.RecountVote, {}),
    Taken(f"{_OF}/voiding", "dispatcher", {"reason": "表述有误"}, votes.VoidVote, {"reason": "表述有误"}),
]
BAD = [
    Bad("/votes", "committee", {**DRAFT, "mode": "half"}, "mode", "not_one_of_these"),
    Bad("/votes", "committee", {**DRAFT, "subject": "elections"}, "subject", "not_one_of_these"),
    Bad("/votes", "committee", {**DRAFT, "subject": "election", "seats": 10}, "seats", "out_of_range"),
    Bad("/votes", "committee", {**DRAFT, "subject": "election", "seats": "5"}, "seats", "not_an_integer"),
    Bad("/votes", "committee", {**DRAFT, "important": "yes"}, "important", "not_a_boolean"),
    Bad(
        f"{_OF}/notice",
        "committee",
        {**TIMES, "opens_at": "2026-03-20T08:00"},
        "opens_at",
        "time_without_zone",
    ),
    Bad(f"{_OF}/ballots", "resident", {**BODY, "choice": []}, "choice", "length"),
    Bad(f"{_OF}/ballots", "resident", {**BODY, "choice": "yes"}, "choice", "not_a_list"),
    Bad(f"{_OF}/ballots", "resident", {**BODY, "weight": 3}, "weight", "unknown"),
    Bad(f"{_OF}/ballots", "resident", {**BODY, "ballot_id": "1"}, "ballot_id", "not_a_uuid"),
    Bad(_ANSWER, "committee", {"upheld": "true", "reason": "经核对"}, "upheld", "not_a_boolean"),
]


def token(cell: Cell, role: str) -> str:
    return cell.token(role, community="c01")


def test_a_vote_is_drafted_once_a_key(cell: Cell) -> None:
    cell.rpc.tell("governance", "draft_vote", RECEIPT)
    made = [cell.post("/votes", DRAFT, token=token(cell, "committee"), key="k") for _ in range(2)]
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    assert (first.subject, first.roll_kind, first.important) == (Subject.QUESTION, RollKind.HOUSEHOLDS, False)
    assert {response.headers["Location"] for response in made} == {f"/api/v1/votes/{VOTE}"}
    assert {response.status_code for response in made} == {201}


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_every_step_has_its_route(cell: Cell, step: Taken) -> None:
    cell.rpc.tell("governance", step.message.method, RECEIPT)
    response = cell.post(step.path, step.body, token=token(cell, step.role))
    assert (response.status_code, response.headers["ETag"]) == (200, '"v6"')
    command = cell.rpc.last().command
    assert isinstance(command, step.message)
    assert (command.vote_id, {name: getattr(command, name) for name in step.said}) == (VOTE, step.said)


@pytest.mark.parametrize("bad", BAD, ids=named)
def test_a_field_that_is_not_right_is_named(cell: Cell, bad: Bad) -> None:
    response = cell.post(bad.path, bad.body, token=token(cell, bad.role))
    assert code_of(response) == "invalid"
    assert response.get_json()["fields"] == {bad.field: bad.reason}
    assert cell.rpc.asked == []


def test_a_ballot_needs_no_key_and_carries_none(cell: Cell) -> None:
    taken = votes.BallotReceipt(vote_id=VOTE, entitlement_id=ENTITLEMENT, standing=votes.Standing.COUNTED)
    cell.rpc.tell("governance", "cast_ballot", taken)
    response = cell.post(f"{_OF}/ballots", BODY, token=token(cell, "resident"), key=None)
    assert (response.status_code, response.get_json()["standing"]) == (201, "counted")
    ballot = cell.rpc.last().command
    assert ballot == votes.CastBallot(
        vote_id=VOTE, entitlement_id=ENTITLEMENT, ballot_id=BALLOT, choice=("yes",), nonce=HASH
    )
    cell.rpc.tell("governance", "cast_ballot", RemoteRefusal("participated"))
    again = cell.post(f"{_OF}/ballots", BODY, token=token(cell, "resident"), key=None)
    assert (again.status_code, code_of(again)) == (409, "participated")


def test_nothing_of_a_ballot_is_in_the_gateways_log(cell: Cell, capsys: pytest.CaptureFixture[str]) -> None:
    cell.rpc.tell("governance", "cast_ballot", RemoteRefusal("vote_not_open"))
    cell.post(f"{_OF}/ballots", BODY, token=token(cell, "resident"), key=None)
    cell.rpc.is_away = True
    cell.post(f"{_OF}/ballots", {**BODY, "choice": ["maybe"]}, token=token(cell, "resident"), key=None)
    said = "".join(capsys.readouterr())
    for secret in (HASH, str(BALLOT), str(ENTITLEMENT), "maybe", str(VOTE)):
        assert secret not in said


def test_certifying_names_what_becomes_work(cell: Cell) -> None:
    certified = votes.CertifiedVote(vote_id=VOTE, state="certified", version=9, cases=(OBJECTION,))
    cell.rpc.tell("governance", "certify_vote", certified)
    body = {"items": [{"grid": "c01-g01", "category": "0204", "text": "请立项。"}]}
    response = cell.post(f"{_OF}/certification", body, token=token(cell, "committee"))
    assert response.get_json()["cases"] == [str(OBJECTION)]
    assert cell.rpc.last().command.items == (votes.WorkItem(**body["items"][0]),)
    cell.post(f"{_OF}/certification", {}, token=token(cell, "committee"))
    assert cell.rpc.last().command.items == ()
    many = {"items": body["items"] * 21}
    assert code_of(cell.post(f"{_OF}/certification", many, token=token(cell, "committee"))) == "invalid"


def test_an_objection_is_made_once_a_key_and_answered(cell: Cell) -> None:
    receipt = votes.ObjectionReceipt(
        objection_id=OBJECTION, vote_id=VOTE, about=votes.About.ROLL, upheld=None
    )
    for method in ("object_to_vote", "answer_objection"):
        cell.rpc.tell("governance", method, receipt)
    words = {"text": "名册中缺少两户居民。"}
    for _ in range(2):
        assert (
            cell.post(f"{_OF}/objections", words, token=token(cell, "resident"), key="k").status_code == 201
        )
    first, again = (asked.command for asked in cell.rpc.asked)
    assert first == again
    ruling = {"upheld": False, "reason": "经核对无误。"}
    assert cell.post(_ANSWER, ruling, token=token(cell, "committee")).status_code == 200
    assert (cell.rpc.last().command.objection_id, cell.rpc.last().command.upheld) == (OBJECTION, False)


def test_everybody_follows_a_vote_and_what_is_ones_own_is_for_oneself(cell: Cell) -> None:
    for method, said in (
        ("get_vote", VIEW),
        ("list_votes", PAGE),
        ("entitlements", ANSWERS[6]),
        ("objections", ANSWERS[7]),
    ):
        cell.rpc.tell("governance", method, said)
    seen = cell.get(_OF)
    assert (seen.status_code, seen.headers["ETag"]) == (200, '"v12"')
    assert seen.get_json()["outcome"]["decided_by"] == "2y > p: 560 > 374"
    assert cell.get("/votes?community=c01&state=open&limit=5").get_json()["next_cursor"] == "MQ"
    assert cell.rpc.last().said == {"community": "c01", "state": "open", "limit": 5}
    assert cell.rpc.last().context.principal is None
    mine = cell.get(f"{_OF}/entitlements", token=token(cell, "resident")).get_json()
    assert UUID(mine["items"][0]["entitlement_id"]) == ENTITLEMENT
    assert cell.get(f"{_OF}/objections", token=token(cell, "resident")).status_code == 200


def test_results_are_a_table_for_everybody(cell: Cell) -> None:
    waiting: Any = msgspec.structs.replace(PAGE.items[0], state="open", totals=None, outcome=None)
    cell.rpc.tell(
        "governance", "list_votes", vote_views.VotePage(items=(*PAGE.items, waiting), next_cursor=None)
    )
    response = cell.get("/votes/csv?community=c01")
    assert response.content_type.startswith("text/csv")
    published, hidden = csv.DictReader(io.StringIO(response.data.decode("utf-8-sig")))
    assert (published["yes"], published["roll"], published["passed"]) == ("280", "560", "yes")
    assert published["decided_by"] == "2y > p: 560 > 374"
    assert (hidden["yes"], hidden["passed"], hidden["decided_by"]) == ("", "", "")
