"""Residents' hearings 居民听证会, as they are called and published."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands import hearings as asks
from contracts.commands.assemblies import Action
from contracts.commands.hearing_views import Draw, HearingPage, HearingView
from contracts.commands.hearings import HearingReceipt
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.open_data import CSV, PAGE, gathered, table
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import hearings as schemas
from gateway.schemas.lists import Page
from gateway.schemas.topics import CommunityPage, OfCommunity

routes = Routes("hearings", "Residents' hearings, as they are called and published.")

HEARING = "/hearings/<uuid:hearing_id>"
STEP = ("not_found", "illegal_transition")
_COLUMNS = (
    "hearing_id",
    "topic_id",
    "community",
    "title",
    "state",
    "sitting",
    "seats",
    "registered",
    "present",
    "noticed_at",
    "held_at",
    "venue",
    "registration_until",
)
_GUARDS = (
    "too_early",
    "quorum_missed",
    "floor_taken",
    "floor_free",
    "minutes_missing",
    "signatures_missing",
    "work_not_done",
)


@routes.get("/hearings", query=CommunityPage(), answer=HearingPage, problems=("malformed_cursor",))
def hearings(query: dict[str, Any]) -> Response:
    """Return the hearings that were noticed, newest first."""
    return answer(ask("governance", "hearings", result=HearingPage, **query))


@routes.get("/hearings/csv", query=OfCommunity(), binary=(CSV,))
def hearings_file(query: dict[str, Any]) -> Response:
    """Return the newest 2,000 hearings that were noticed, as CSV."""

    def page(cursor: str | None) -> tuple[tuple[msgspec.Struct, ...], str | None]:
        found = ask("governance", "hearings", result=HearingPage, cursor=cursor, limit=PAGE, **query)
        return found.items, found.next_cursor

    return table("hearings", _COLUMNS, gathered(page))


@routes.get("/hearings/drafts", query=Page(), answer=HearingPage, problems=("malformed_cursor",))
def hearing_drafts(query: dict[str, Any]) -> Response:
    """Return the hearings of your community that are not noticed yet."""
    return answer(ask("governance", "hearing_drafts", result=HearingPage, **query))


@routes.get(HEARING, answer=HearingView, problems=("not_found",))
def hearing(hearing_id: UUID) -> Response:
    """Return a hearing: notice, speeches and opinions by seat, answers, report, and what it has led to."""
    return answer(ask("governance", "hearing", result=HearingView, hearing_id=hearing_id))


@routes.get(f"{HEARING}/draw", answer=Draw, problems=("not_found",))
def hearing_draw(hearing_id: UUID) -> Response:
    """Return everything by which anybody repeats the draw of the panel."""
    return answer(ask("governance", "hearing_draw", result=Draw, hearing_id=hearing_id))


@routes.post(
    "/hearings",
    body=schemas.NewHearing(),
    answer=HearingReceipt,
    status=201,
    problems=(*STEP, *WORDS, "conflict"),
    headers=("Location",),
    example={
        "topic_id": "0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11",
        "title": "四矿小区兴办幼儿园听证会",
        "seats": 40,
    },
)
def draft_hearing(body: dict[str, Any]) -> Response:
    """拟定: prepare a hearing on an admitted topic of your community."""
    command = command_id(principal().subject)
    drafting = asks.DraftHearing(command_id=command, hearing_id=made_by(command, "hearing"), **body)
    receipt = carry_out("governance", drafting, result=HearingReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/hearings/{receipt.hearing_id}")


@routes.post(
    f"{HEARING}/notice",
    body=schemas.HearingNotice(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "notice_too_short"),
    example={
        "held_at": "2026-03-20T09:00:00+08:00",
        "venue": "社区活动室",
        "registration_until": "2026-03-16T18:00:00+08:00",
        "draw_source": "2026年3月17日公布的福利彩票双色球开奖号码",
    },
)
def notice_hearing(body: dict[str, Any], hearing_id: UUID) -> Response:
    """公告: call a hearing together, ten days before it or more; after an adjournment once more."""
    command = command_id(principal().subject)
    return take(asks.NoticeHearing(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/steps",
    body=schemas.PlainHearingStep(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, *_GUARDS),
    example={"step": "adjourn", "reason": "到会代表不足三分之二, 延期举行。"},
)
def move_hearing(body: dict[str, Any], hearing_id: UUID) -> Response:
    """Take a stage of a hearing; none can be skipped."""
    command = command_id(principal().subject)
    return take(asks.MoveHearing(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/seats",
    body=schemas.PublicValue(),
    answer=HearingReceipt,
    problems=(*STEP, "registration_not_over", "too_few_representatives"),
    example={"public_value": "03 08 17 21 25 32 + 05"},
)
def lock_seats(body: dict[str, Any], hearing_id: UUID) -> Response:
    """确定代表: draw the panel by the public value that the notice has named."""
    command = command_id(principal().subject)
    return take(asks.LockSeats(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/opinions/<uuid:opinion_id>/answer",
    body=schemas.OpinionAnswer(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS),
    example={"answer": "partly", "reason": "户外活动场地按规划落实, 接送时段另行安排。"},
)
def answer_opinion(body: dict[str, Any], hearing_id: UUID, opinion_id: UUID) -> Response:
    """答复意见: say what becomes of an opinion, and why."""
    command = command_id(principal().subject)
    answering = asks.AnswerOpinion(command_id=command, hearing_id=hearing_id, opinion_id=opinion_id, **body)
    return take(answering)


@routes.post(
    f"{HEARING}/report",
    body=schemas.Words(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "opinions_unanswered"),
    example={"text": "听证会报告: 到会代表四十人, 多数赞成兴办幼儿园。"},
)
def publish_report(body: dict[str, Any], hearing_id: UUID) -> Response:
    """公布报告: every opinion has its answer; from now on the topic may be decided."""
    command = command_id(principal().subject)
    return take(asks.PublishReport(command_id=command, hearing_id=hearing_id, **body))


@routes.post(
    f"{HEARING}/dispatch",
    body=schemas.DecidedActions(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS, "unknown_grid", "unknown_category"),
    example={"actions": [{"grid": "c01-g01", "category": "1101", "text": "请教育局三十日内答复办园条件。"}]},
)
def dispatch_hearing(body: dict[str, Any], hearing_id: UUID) -> Response:
    """交办: have departments do what was heard; each action becomes a case."""
    command = command_id(principal().subject)
    actions = tuple(Action(**each) for each in body["actions"])
    return take(asks.DispatchHearing(command_id=command, hearing_id=hearing_id, actions=actions))


@routes.post(
    f"{HEARING}/follow-up",
    body=schemas.Words(),
    answer=HearingReceipt,
    problems=(*STEP, *WORDS),
    example={"text": "教育局已批复, 幼儿园九月开园。"},
)
def record_follow_up(body: dict[str, Any], hearing_id: UUID) -> Response:
    """记录落实情况: say what has come of it, for everybody to read."""
    command = command_id(principal().subject)
    return take(asks.RecordFollowUp(command_id=command, hearing_id=hearing_id, **body))


def take(command: msgspec.Struct) -> Response:
    """Have governance take a step of a hearing; answer where it stands now."""
    receipt = carry_out("governance", command, result=HearingReceipt)
    return answer(receipt, version=receipt.version)
