"""Topics 议题: raised, signed, admitted; and what decisions have led to."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from contracts.commands import topics as asks
from contracts.commands.assemblies import WorkPage
from contracts.commands.topics import Subjects, TopicPage, TopicReceipt, TopicView
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.open_data import CSV, PAGE, gathered, table
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import topics as schemas
from gateway.schemas.fields import Nothing

routes = Routes("topics", "Topics that residents decide on, and what decisions have led to.")

_TOPIC = "/topics/<uuid:topic_id>"
_STEP = ("not_found", "illegal_transition")
_COLUMNS = (
    "topic_id",
    "community",
    "subject",
    "title",
    "state",
    "raised_by",
    "raised_at",
    "supporters",
    "hearing_required",
    "hearing_id",
)
_WORK = (
    "case_id",
    "number",
    "case_state",
    "done",
    "origin",
    "origin_id",
    "community",
    "grid",
    "category",
    "text",
    "due_on",
    "certified_at",
    "moved_at",
)


@routes.get("/topics/subjects", answer=Subjects)
def subjects() -> Response:
    """Return what a topic can be about, and which subjects need a hearing before any decision."""
    return answer(ask("governance", "subjects", result=Subjects))


@routes.get("/topics", query=schemas.CommunityPage(), answer=TopicPage, problems=("malformed_cursor",))
def topics(query: dict[str, Any]) -> Response:
    """Return the topics that were admitted, newest first."""
    return answer(ask("governance", "topics", result=TopicPage, **query))


@routes.get("/topics/csv", query=schemas.OfCommunity(), binary=(CSV,))
def topics_file(query: dict[str, Any]) -> Response:
    """Return the newest 2,000 topics that were admitted, as CSV."""

    def page(cursor: str | None) -> tuple[tuple[TopicView, ...], str | None]:
        found = ask("governance", "topics", result=TopicPage, cursor=cursor, limit=PAGE, **query)
        return found.items, found.next_cursor

    return table("topics", _COLUMNS, gathered(page))


@routes.get(
    "/topics/raised", query=schemas.OwnCommunityPage(), answer=TopicPage, problems=("malformed_cursor",)
)
def raised_topics(query: dict[str, Any]) -> Response:
    """Return every topic of your own community, those that nobody has admitted yet included."""
    return answer(ask("governance", "topics_of_community", result=TopicPage, **query))


@routes.get(_TOPIC, answer=TopicView, problems=("not_found",))
def topic(topic_id: UUID) -> Response:
    """Return one topic that was admitted."""
    return answer(ask("governance", "topic", result=TopicView, topic_id=topic_id))


@routes.post(
    "/topics",
    body=schemas.NewTopic(),
    answer=TopicReceipt,
    status=201,
    problems=(*WORDS, "unknown_subject", "not_found", "conflict"),
    headers=("Location",),
    example={
        "subject": "public_facility",
        "title": "小区内兴办幼儿园",
        "text": "小区适龄儿童较多, 建议利用闲置的锅炉房旧址兴办一所幼儿园。",
    },
)
def raise_topic(body: dict[str, Any]) -> Response:
    """提出: raise a topic in your own community."""
    command = command_id(principal().subject)
    raising = asks.RaiseTopic(command_id=command, topic_id=made_by(command, "topic"), **body)
    receipt = carry_out("governance", raising, result=TopicReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/topics/{receipt.topic_id}")


@routes.post(f"{_TOPIC}/support", body=Nothing(), answer=TopicReceipt, problems=(*_STEP, "supported_before"))
def support_topic(_body: dict[str, Any], topic_id: UUID) -> Response:
    """附议签名: sign a topic of your own community, once."""
    return _take(asks.SupportTopic(command_id=command_id(principal().subject), topic_id=topic_id))


@routes.post(
    f"{_TOPIC}/support/retraction", body=Nothing(), answer=TopicReceipt, problems=(*_STEP, "not_supported")
)
def retract_support(_body: dict[str, Any], topic_id: UUID) -> Response:
    """撤回签名: take your own signature back."""
    return _take(asks.RetractSupport(command_id=command_id(principal().subject), topic_id=topic_id))


@routes.post(f"{_TOPIC}/withdrawal", body=Nothing(), answer=TopicReceipt, problems=_STEP)
def withdraw_topic(_body: dict[str, Any], topic_id: UUID) -> Response:
    """撤回议题: take a topic of your own back before it is admitted."""
    return _take(asks.WithdrawTopic(command_id=command_id(principal().subject), topic_id=topic_id))


@routes.post(
    f"{_TOPIC}/admission",
    body=schemas.Admission(),
    answer=TopicReceipt,
    problems=(*_STEP, *WORDS, "unknown_subject", "hearing_required"),
    example={"reason": "属居民会议讨论决定的事项, 予以受理。", "subject": None},
)
def admit_topic(body: dict[str, Any], topic_id: UUID) -> Response:
    """受理: take a topic up; a listed subject is not exchanged for one that needs no hearing."""
    command = command_id(principal().subject)
    return _take(asks.AdmitTopic(command_id=command, topic_id=topic_id, **body))


@routes.post(
    f"{_TOPIC}/decline",
    body=schemas.Reason(),
    answer=TopicReceipt,
    problems=(*_STEP, *WORDS),
    example={"reason": "不属于居民自治范围, 已告知提出人。"},
)
def decline_topic(body: dict[str, Any], topic_id: UUID) -> Response:
    """不予受理: do not take a topic up, and say why."""
    command = command_id(principal().subject)
    return _take(asks.DeclineTopic(command_id=command, topic_id=topic_id, **body))


@routes.get("/decided-work", query=schemas.CommunityPage(), answer=WorkPage, problems=("malformed_cursor",))
def decided_work(query: dict[str, Any]) -> Response:
    """Return what decisions have led to, newest first, and how far each case is."""
    return answer(ask("governance", "decided_work", result=WorkPage, **query))


@routes.get("/decided-work/csv", query=schemas.OfCommunity(), binary=(CSV,))
def decided_work_file(query: dict[str, Any]) -> Response:
    """Return the newest 2,000 pieces of decided work, as CSV."""

    def page(cursor: str | None) -> tuple[tuple[msgspec.Struct, ...], str | None]:
        found = ask("governance", "decided_work", result=WorkPage, cursor=cursor, limit=PAGE, **query)
        return found.items, found.next_cursor

    return table("work", _WORK, gathered(page))


def _take(command: msgspec.Struct) -> Response:
    return answer(carry_out("governance", command, result=TopicReceipt))
