"""Votes 表决, as everybody may follow them; a route for every step."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands import votes as asks
from contracts.commands.vote_views import VotePage, VoteView
from contracts.commands.votes import VoteReceipt
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.open_data import CSV, PAGE, gathered, table
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import votes as schemas
from gateway.schemas.fields import Nothing

routes = Routes("votes", "Votes, from the draft to the cases that they become.")

_VOTE = "/votes/<uuid:vote_id>"
_STEP = ("not_found", "illegal_transition", "key_reused")
_SAME = (
    "vote_id",
    "community",
    "place",
    "title",
    "subject",
    "roll_kind",
    "mode",
    "state",
    "rule",
    "opens_at",
    "closes_at",
    "published_at",
)
_COUNTED = ("roll", "ballots", "invalid", "quarantined")
_OPTIONS = ("yes", "no", "abstain")
_DECIDED = ("valid", "passed", "decided_by")
_COLUMNS = (*_SAME, *_COUNTED, *_OPTIONS, *_DECIDED)


@routes.get("/votes", query=schemas.VoteFilter(), answer=VotePage, problems=("malformed_cursor",))
def votes(query: dict[str, Any]) -> Response:
    """Return votes, newest first."""
    return answer(ask("governance", "list_votes", result=VotePage, **query))


@routes.get("/votes/csv", query=schemas.VotesOf(), binary=(CSV,))
def votes_file(query: dict[str, Any]) -> Response:
    """Return the newest 2,000 votes with their published results, as CSV."""

    def page(cursor: str | None) -> tuple[tuple[msgspec.Struct, ...], str | None]:
        found = ask("governance", "list_votes", result=VotePage, cursor=cursor, limit=PAGE, **query)
        return found.items, found.next_cursor

    return table("votes", _COLUMNS, [_row(each) for each in gathered(page)])


@routes.get(_VOTE, answer=VoteView, problems=("not_found",))
def vote(vote_id: UUID) -> Response:
    """Return a vote: its question, rule, roll and times, and its totals once they are published."""
    view = ask("governance", "get_vote", result=VoteView, vote_id=vote_id)
    return answer(view, version=view.version)


@routes.post(
    "/votes",
    body=schemas.NewVote(),
    answer=VoteReceipt,
    status=201,
    problems=(
        *WORDS,
        "not_found",
        "conflict",
        "key_reused",
        "rule_unfit",
        "unknown_place",
        "not_repeatable",
        "no_run_off",
    ),
    headers=("Location",),
    example={
        "place": "c01",
        "subject": "question",
        "roll_kind": "households",
        "mode": "secret",
        "title": "小区内兴办幼儿园",
        "text": "是否同意利用闲置的锅炉房旧址兴办一所幼儿园?",
        "important": True,
    },
)
def draft_vote(body: dict[str, Any]) -> Response:
    """草拟: draft a vote of your own community."""
    command = command_id(principal().subject)
    drafting = asks.DraftVote(command_id=command, vote_id=made_by(command, "vote"), **body)
    receipt = carry_out("governance", drafting, result=VoteReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/votes/{receipt.vote_id}")


@routes.post(
    f"{_VOTE}/study",
    body=schemas.Study(),
    answer=VoteReceipt,
    problems=(*_STEP, *WORDS, "occurred_in_future"),
    example={"studied_on": "2026-03-02", "text": "经社区党委研究, 同意提交居民表决。"},
)
def record_study(body: dict[str, Any], vote_id: UUID) -> Response:
    """党组织研究: record what the Party organisation says of an important matter."""
    return _take(asks.RecordStudy, vote_id, **body)


@routes.post(
    f"{_VOTE}/rule",
    body=schemas.RuleNamed(),
    answer=VoteReceipt,
    problems=(*_STEP, "not_studied", "rule_unfit", "hearing_required"),
    example={"rule": "CN-2026.residents"},
)
def bind_rule(body: dict[str, Any], vote_id: UUID) -> Response:
    """确定规则: bind the rule by which it will be decided."""
    return _take(asks.BindRule, vote_id, **body)


@routes.post(
    f"{_VOTE}/roll",
    body=schemas.RollAsOf(),
    answer=VoteReceipt,
    problems=(*_STEP, "invalid", "roll_under_way"),
    example={"as_of": "2026-03-02"},
)
def request_roll(body: dict[str, Any], vote_id: UUID) -> Response:
    """编制名册: have the roll made as of a day; it is published as soon as it has come whole."""
    return _take(asks.RequestRoll, vote_id, **body)


@routes.post(
    f"{_VOTE}/roll/freeze",
    body=Nothing(),
    answer=VoteReceipt,
    problems=(
        *_STEP,
        "too_early",
        "objections_open",
        "objection_upheld",
        "roll_differs",
        "too_few_electors",
    ),
)
def freeze_roll(_body: dict[str, Any], vote_id: UUID) -> Response:
    """锁定名册: whoever moves afterwards changes no denominator."""
    return _take(asks.FreezeRoll, vote_id)


@routes.post(
    f"{_VOTE}/notice",
    body=schemas.Notice(),
    answer=VoteReceipt,
    problems=(*_STEP, "invalid", "too_early", "no_candidates"),
    example={
        "opens_at": "2026-03-20T08:00:00+08:00",
        "closes_at": "2026-03-22T18:00:00+08:00",
        "extended_until": "2026-03-25T18:00:00+08:00",
    },
)
def give_notice(body: dict[str, Any], vote_id: UUID) -> Response:
    """公告: announce when it opens and closes, and until when it is extended if too few take part."""
    return _take(asks.GiveNotice, vote_id, **body)


@routes.post(f"{_VOTE}/count", body=Nothing(), answer=VoteReceipt, problems=_STEP)
def begin_count(_body: dict[str, Any], vote_id: UUID) -> Response:
    """开始计票, after the end."""
    return _take(asks.BeginCount, vote_id)


@routes.post(f"{_VOTE}/count/end", body=Nothing(), answer=VoteReceipt, problems=(*_STEP, "slips_missing"))
def finish_count(_body: dict[str, Any], vote_id: UUID) -> Response:
    """完成计票: the rule says what the totals decide."""
    return _take(asks.FinishCount, vote_id)


@routes.post(f"{_VOTE}/publication", body=Nothing(), answer=VoteReceipt, problems=_STEP)
def publish_result(_body: dict[str, Any], vote_id: UUID) -> Response:
    """公示结果: the time for objections begins."""
    return _take(asks.PublishResult, vote_id)


@routes.post(f"{_VOTE}/recount", body=Nothing(), answer=VoteReceipt, problems=_STEP)
def recount_vote(_body: dict[str, Any], vote_id: UUID) -> Response:
    """重新计票: count the ballots again; the result is published anew."""
    return _take(asks.RecountVote, vote_id)


@routes.post(
    f"{_VOTE}/certification",
    body=schemas.VoteCertification(),
    answer=asks.CertifiedVote,
    problems=(
        *_STEP,
        *WORDS,
        "too_early",
        "objections_open",
        "objection_upheld",
        "nothing_decided",
        "unknown_grid",
        "unknown_category",
    ),
    example={"items": [{"grid": "c01-g01", "category": "0204", "text": "在锅炉房旧址兴办幼儿园, 请立项。"}]},
)
def certify_vote(body: dict[str, Any], vote_id: UUID) -> Response:
    """确认结果: make a published result final; what was decided becomes cases."""
    items = tuple(asks.WorkItem(**item) for item in body["items"])
    return _take(asks.CertifyVote, vote_id, asks.CertifiedVote, items=items)


@routes.post(
    f"{_VOTE}/voiding",
    body=schemas.Voiding(),
    answer=VoteReceipt,
    problems=(*_STEP, *WORDS),
    example={"reason": "公告的议题表述有误, 须重新公告。"},
)
def void_vote(body: dict[str, Any], vote_id: UUID) -> Response:
    """宣告无效: until it opens by the committee itself, afterwards by the guidance centre alone."""
    return _take(asks.VoidVote, vote_id, **body)


def _row(summary: msgspec.Struct) -> dict[str, Any]:
    """Return a vote as a line of the table: what is not published is empty."""
    said: dict[str, Any] = msgspec.to_builtins(summary)
    totals, outcome = said["totals"] or {}, said["outcome"] or {}
    options = totals.get("options", {})
    return (
        {name: said[name] for name in _SAME}
        | {name: totals.get(name) for name in _COUNTED}
        | {name: options.get(name) for name in _OPTIONS}
        | {name: outcome.get(name) for name in _DECIDED}
    )


def _take(
    message: type[msgspec.Struct], vote_id: UUID, result: type[Any] = VoteReceipt, **said: Any
) -> Response:
    command = message(command_id=command_id(principal().subject), vote_id=vote_id, **said)
    receipt = carry_out("governance", command, result=result)
    return answer(receipt, version=receipt.version)
