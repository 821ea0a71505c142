"""What the guidance centre does with a report: it asks, classifies, merges or refuses."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import intake
from gateway.routes.steps import CASE, STEP, WORDS, named, take
from gateway.routing import Routes
from gateway.schemas import cases as schemas
from gateway.schemas.bulk import BulkStep

Triage = intake.AskReporter | intake.ClassifyCase | intake.MergeCase | intake.RefuseCase

routes = Routes("triage", "What the guidance centre does with a report.")


@routes.post(
    f"{CASE}/question",
    body=schemas.Question(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, *WORDS, "reporter_unknown"),
    headers=("ETag",),
    example={"question": "请问路灯在公交站的哪一侧, 一共几盏不亮?"},
)
def ask_reporter(body: dict[str, Any], case_id: UUID) -> Response:
    """Ask the reporter; the case waits two working days for the answer."""
    return take(_question(body, named(case_id)))


@routes.post(
    f"{CASE}/classification",
    body=schemas.Classification(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, "unknown_category", "unknown_department"),
    headers=("ETag",),
    example={"category": "0202", "lead": None, "co_handlers": []},
)
def classify(body: dict[str, Any], case_id: UUID) -> Response:
    """分类: give a case its category, its lead department and its co-handlers."""
    return take(_classification(body, named(case_id)))


@routes.post(
    f"{CASE}/merge",
    body=schemas.Merger(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, "master_not_open", "same_case"),
    headers=("ETag",),
    example={"master": "6a0f4c1e-1f57-5a3d-9a67-2f8e1b0c7d42"},
)
def merge(body: dict[str, Any], case_id: UUID) -> Response:
    """并案: merge a case into an open one, whose supporters its reporters become."""
    return take(_merger(body, named(case_id)))


@routes.post(
    f"{CASE}/refusal",
    body=schemas.CaseRefusal(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=STEP,
    headers=("ETag",),
    example={"reason": "in_court", "channel": "court"},
)
def refuse(body: dict[str, Any], case_id: UUID) -> Response:
    """不予受理: refuse a report, and tell the reporter where to turn instead."""
    return take(_refusal(body, named(case_id)))


def _question(body: dict[str, Any], common: dict[str, Any]) -> intake.AskReporter:
    return intake.AskReporter(**common, question=body["question"])


def _merger(body: dict[str, Any], common: dict[str, Any]) -> intake.MergeCase:
    return intake.MergeCase(**common, master_id=body["master"])


def _refusal(body: dict[str, Any], common: dict[str, Any]) -> intake.RefuseCase:
    return intake.RefuseCase(**common, reason=body["reason"], channel=body["channel"])


def _classification(body: dict[str, Any], common: dict[str, Any]) -> intake.ClassifyCase:
    return intake.ClassifyCase(
        **common, category=body["category"], lead=body["lead"], co_handlers=tuple(body["co_handlers"])
    )


# How each step's command is made of what was sent and what every command has.
COMMANDS: dict[BulkStep, Callable[[dict[str, Any], dict[str, Any]], Triage]] = {
    BulkStep.CLASSIFY: _classification,
    BulkStep.REFUSE: _refusal,
    BulkStep.MERGE: _merger,
    BulkStep.ASK: _question,
}
