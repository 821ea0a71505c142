"""What follows a department's answer: the check on the spot, the return visit, the archive."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import intake
from gateway.routes import evidence
from gateway.routes.steps import CASE, PHOTO, STEP, WORDS, named, point, take
from gateway.routing import Routes
from gateway.schemas import cases as schemas
from gateway.schemas.fields import Nothing

routes = Routes("follow-up", "What follows a department's answer.")


@routes.post(
    f"{CASE}/checks",
    body=schemas.Check(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, "evidence_missing", "too_far_away", "unknown_media", "handler_may_not_check"),
    headers=("ETag",),
    example={"evidence": [PHOTO]},
)
def pass_check(body: dict[str, Any], case_id: UUID) -> Response:
    """核查通过: the grid worker has seen on the spot that it is done."""
    return take(
        intake.PassCheck(
            **named(case_id), evidence=evidence.own(body["evidence"]), point=point(body["point"])
        )
    )


@routes.post(
    f"{CASE}/checks/failed",
    body=schemas.FailedCheck(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(
        *STEP,
        *WORDS,
        "evidence_missing",
        "too_far_away",
        "unknown_media",
        "handler_may_not_check",
    ),
    headers=("ETag",),
    example={"reason": "灯罩仍然破损, 只换了一盏灯泡。", "evidence": [PHOTO]},
)
def fail_check(body: dict[str, Any], case_id: UUID) -> Response:
    """核查不通过: it is not done; the department has half of its limit to do it again."""
    return take(
        intake.FailCheck(
            **named(case_id),
            reason=body["reason"],
            evidence=evidence.own(body["evidence"]),
            point=point(body["point"]),
        )
    )


@routes.post(
    f"{CASE}/visits/satisfied",
    body=schemas.Satisfied(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=STEP,
    headers=("ETag",),
    example={"resolved": True, "score": 5, "channel": "phone"},
)
def visit_satisfied(body: dict[str, Any], case_id: UUID) -> Response:
    """回访满意: the reporter is satisfied; the case closes."""
    return take(intake.RecordSatisfied(**named(case_id), **body))


@routes.post(
    f"{CASE}/visits/dissatisfied",
    body=schemas.Dissatisfied(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, *WORDS),
    headers=("ETag",),
    example={"reason": "路灯修好一天后又不亮了, 请再派人查看。", "channel": "phone"},
)
def visit_dissatisfied(body: dict[str, Any], case_id: UUID) -> Response:
    """回访不满意: a new cycle begins, or after the third time the conference is asked."""
    return take(intake.RecordDissatisfied(**named(case_id), **body))


@routes.post(
    f"{CASE}/visits/attempts",
    body=schemas.Attempt(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, "occurred_in_future"),
    headers=("ETag",),
    example={"channel": "phone", "at": "2026-03-05T10:20:00+08:00"},
)
def record_attempt(body: dict[str, Any], case_id: UUID) -> Response:
    """未接通: write down a call or visit that reached nobody."""
    return take(intake.RecordAttempt(**named(case_id), **body))


@routes.post(
    f"{CASE}/visits/unreachable",
    body=Nothing(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*STEP, "too_few_attempts"),
    headers=("ETag",),
)
def visit_unreachable(_body: dict[str, Any], case_id: UUID) -> Response:
    """三次未联系上: close after three attempts on two days; it counts for no satisfaction."""
    return take(intake.RecordUnreachable(**named(case_id)))


@routes.post(
    f"{CASE}/archive",
    body=Nothing(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=STEP,
    headers=("ETag",),
)
def archive(_body: dict[str, Any], case_id: UUID) -> Response:
    """归档: seal a closed case and put it away."""
    return take(intake.ArchiveCase(**named(case_id)))
