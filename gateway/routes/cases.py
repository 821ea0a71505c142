"""A case from report to archive."""

from typing import Any
from uuid import UUID

from flask import Response, request

from chassis.refusal import NotFound
from contracts.commands import intake
from contracts.commands.dispatch import OrderPage
from contracts.vocabulary import Evidence, Point
from gateway.headers import command_id, etag, expected_version, made_by
from gateway.house import ask, carry_out, house, principal
from gateway.media.serving import SHOWN_TYPES
from gateway.places import check_report
from gateway.routes import evidence
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import cases as schemas
from gateway.schemas.fields import Nothing
from gateway.schemas.lists import AtLeast, CaseFilter

routes = Routes("cases", "A case from report to archive.")

_CASE = "/cases/<uuid:case_id>"
_STEP = ("not_found", "illegal_transition", "stale_version", "key_reused", "foreign_grid")
_PHOTO = "0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11"
_REPORT = {
    "grid": "c01-g01",
    "category": "0202",
    "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
    "occurred_at": "2026-03-02T19:30:00+08:00",
    "channel": "app",
    "evidence": [_PHOTO],
}


@routes.post(
    "/cases",
    body=schemas.Report(),
    answer=intake.CaseReceipt,
    status=201,
    problems=(
        "foreign_grid",
        "unknown_grid",
        "unknown_category",
        "unknown_media",
        "occurred_in_future",
        "text_too_short",
        "text_too_long",
        "key_reused",
    ),
    headers=("Location", "ETag"),
    example=_REPORT,
)
def report(body: dict[str, Any]) -> Response:
    """上报: report a case. With a category it is classified at once."""
    check_report(principal(), body["grid"], house().places)
    command = command_id(principal().subject)
    receipt = carry_out(
        "intake",
        intake.ReportCase(
            command_id=command,
            case_id=made_by(command, "case"),
            grid=body["grid"],
            text=body["text"],
            occurred_at=body["occurred_at"],
            channel=body["channel"],
            category=body["category"],
            point=_point(body["point"]),
            address=body["address"],
            evidence=evidence.own(body["evidence"]),
            anonymous=body["anonymous"],
        ),
        result=intake.CaseReceipt,
    )
    location = f"{PREFIX}/cases/{receipt.case_id}"
    return answer(receipt, status=201, version=receipt.version, location=location)


@routes.get(
    "/cases",
    query=CaseFilter(),
    answer=intake.CasePage,
    problems=("invalid", "malformed_cursor"),
)
def list_cases(query: dict[str, Any]) -> Response:
    """Return a page of the cases that you may see, newest first unless you ask otherwise."""
    return answer(ask("intake", "list_cases", result=intake.CasePage, **query))


@routes.get(_CASE, query=AtLeast(), answer=intake.CaseView, problems=("not_found",), headers=("ETag",))
def get_case(query: dict[str, Any], case_id: UUID) -> Response:
    """Return a case; `min_version` waits up to two seconds for what you have just caused."""
    view = ask("intake", "get_case", result=intake.CaseView, case_id=case_id, **query)
    if request.headers.get("If-None-Match") == etag(view.version):
        return Response(status=304, headers={"ETag": etag(view.version)})
    return answer(view, version=view.version)


@routes.get(f"{_CASE}/timeline", answer=intake.Timeline, problems=("not_found",))
def timeline(case_id: UUID) -> Response:
    """Return a case's whole life, oldest first."""
    return answer(ask("intake", "case_timeline", result=intake.Timeline, case_id=case_id))


@routes.get(f"{_CASE}/seal", answer=intake.SealView, problems=("not_found",))
def seal(case_id: UUID) -> Response:
    """Return the proof of an archived case."""
    return answer(ask("intake", "case_seal", result=intake.SealView, case_id=case_id))


@routes.get(f"{_CASE}/orders", answer=OrderPage, problems=("not_found",))
def orders(case_id: UUID) -> Response:
    """Return the work orders of a case with the departments' results, newest first."""
    # Intake knows who may see the case; dispatch is asked only then.
    ask("intake", "get_case", result=intake.CaseView, case_id=case_id)
    return answer(ask("dispatch", "orders_of_case", result=OrderPage, case_id=case_id))


@routes.get(f"{_CASE}/media/<uuid:media_id>", binary=SHOWN_TYPES, problems=("not_found",))
def case_media(case_id: UUID, media_id: UUID) -> Response:
    """Return a file that belongs to a case, or to a department's result for it."""
    return evidence.send(_evidence_of(case_id, media_id))


@routes.post(
    f"{_CASE}/classification",
    body=schemas.Classification(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*_STEP, "unknown_category", "unknown_department"),
    headers=("ETag",),
    example={"category": "0202", "lead": None, "co_handlers": []},
)
def classify(body: dict[str, Any], case_id: UUID) -> Response:
    """分类: give a case its category and lead department."""
    return _step(
        intake.ClassifyCase(
            **_named(case_id),
            category=body["category"],
            lead=body["lead"],
            co_handlers=tuple(body["co_handlers"]),
        )
    )


@routes.post(
    f"{_CASE}/checks",
    body=schemas.Check(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*_STEP, "evidence_missing", "too_far_away", "unknown_media", "handler_may_not_check"),
    headers=("ETag",),
    example={"evidence": [_PHOTO]},
)
def pass_check(body: dict[str, Any], case_id: UUID) -> Response:
    """核查通过: the grid worker has seen on the spot that it is done."""
    return _step(
        intake.PassCheck(
            **_named(case_id), evidence=evidence.own(body["evidence"]), point=_point(body["point"])
        )
    )


@routes.post(
    f"{_CASE}/visits/satisfied",
    body=schemas.Satisfied(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=_STEP,
    headers=("ETag",),
    example={"resolved": True, "score": 5, "channel": "phone"},
)
def visit_satisfied(body: dict[str, Any], case_id: UUID) -> Response:
    """回访满意: the reporter is satisfied; the case closes."""
    return _step(intake.RecordSatisfied(**_named(case_id), **body))


@routes.post(
    f"{_CASE}/visits/dissatisfied",
    body=schemas.Dissatisfied(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=(*_STEP, "text_too_short", "text_too_long"),
    headers=("ETag",),
    example={"reason": "路灯修好一天后又不亮了, 请再派人查看。", "channel": "phone"},
)
def visit_dissatisfied(body: dict[str, Any], case_id: UUID) -> Response:
    """回访不满意: a new cycle begins, or after the third time the conference is asked."""
    return _step(intake.RecordDissatisfied(**_named(case_id), **body))


@routes.post(
    f"{_CASE}/archive",
    body=Nothing(),
    answer=intake.CaseReceipt,
    versioned=True,
    problems=_STEP,
    headers=("ETag",),
)
def archive(_body: dict[str, Any], case_id: UUID) -> Response:
    """归档: seal a closed case and put it away."""
    return _step(intake.ArchiveCase(**_named(case_id)))


def _named(case_id: UUID) -> dict[str, Any]:
    """Return what every step's command has: its id, its case, the version that was seen."""
    return {
        "command_id": command_id(principal().subject),
        "case_id": case_id,
        "expected_version": expected_version(),
    }


def _step(
    command: intake.ClassifyCase
    | intake.PassCheck
    | intake.RecordSatisfied
    | intake.RecordDissatisfied
    | intake.ArchiveCase,
) -> Response:
    receipt = carry_out("intake", command, result=intake.CaseReceipt)
    return answer(receipt, version=receipt.version)


def _point(sent: dict[str, float] | None) -> Point | None:
    return None if sent is None else Point(**sent)


def _evidence_of(case_id: UUID, media_id: UUID) -> Evidence:
    """Return a reference that the case's own papers or its orders' results hold. Raises: NotFound."""
    held = evidence.of_case(case_id, media_id)
    if held is None:
        found = ask("dispatch", "orders_of_case", result=OrderPage, case_id=case_id)
        papers = [each for order in found.items for each in order.evidence]
        held = next((each for each in papers if each.media_id == media_id), None)
    if held is None:
        raise NotFound
    return held
