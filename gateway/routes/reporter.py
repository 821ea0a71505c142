"""What a reporter does with its own case. Any role may be one: intake decides by the case."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import intake
from gateway.routes import evidence
from gateway.routes.steps import CASE, PHOTO, STEP, WORDS, named, take
from gateway.routing import Routes
from gateway.schemas import cases as schemas
from gateway.schemas.fields import Nothing

routes = Routes("reporter", "What a reporter does with its own case.")


@routes.post(
    f"{CASE}/withdrawal",
    body=Nothing(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=STEP,
    headers=("ETag",),
)
def withdraw(_body: dict[str, Any], case_id: UUID) -> Response:
    """撤回: take a report back before it is classified."""
    return take(intake.WithdrawCase(**named(case_id)))


@routes.post(
    f"{CASE}/answer",
    body=schemas.ReporterAnswer(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, *WORDS, "evidence_missing", "unknown_media"),
    headers=("ETag",),
    example={"text": "在公交站东侧, 一共两盏不亮。", "evidence": [PHOTO]},
)
def answer_question(body: dict[str, Any], case_id: UUID) -> Response:
    """Answer what was asked, with words, photos or both."""
    return take(
        intake.AnswerQuestion(**named(case_id), text=body["text"], evidence=evidence.own(body["evidence"]))
    )


@routes.post(
    f"{CASE}/reopening",
    body=schemas.Reopening(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, *WORDS, "too_late_to_reopen"),
    headers=("ETag",),
    example={"reason": "结案三天后同一盏路灯又不亮了, 请再派人查看。"},
)
def reopen(body: dict[str, Any], case_id: UUID) -> Response:
    """重办: name a new fact within fifteen days of closing; an inspector may, too."""
    return take(intake.ReopenCase(**named(case_id), reason=body["reason"]))
