"""A case from report to archive."""

from typing import Any
from uuid import UUID

from flask import Response, request

from chassis.refusal import NotFound
from contracts.commands import case_views, intake
from contracts.commands.orders import Ledger, OrderPage
from contracts.vocabulary import Evidence
from gateway.headers import command_id, etag, made_by
from gateway.house import ask, carry_out, house, principal
from gateway.media.serving import SHOWN_TYPES
from gateway.places import check_report
from gateway.routes import evidence
from gateway.routes.steps import CASE, PHOTO, WORDS, point
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import cases as schemas
from gateway.schemas.lists import AtLeast, CaseFilter

routes = Routes("cases", "A case from report to archive.")

_REPORTED = (
    *WORDS,
    "foreign_grid",
    "unknown_grid",
    "unknown_category",
    "unknown_media",
    "occurred_in_future",
    "key_reused",
    "conflict",
)
_REPORT = {
    "grid": "c01-g01",
    "category": "0202",
    "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
    "occurred_at": "2026-03-02T19:30:00+08:00",
    "channel": "app",
    "evidence": [PHOTO],
}
_ON_THE_SPOT = {
    "grid": "c01-g01",
    "category": "0101",
    "text": "单元门口堆放的杂物已和住户一起清走。",
    "occurred_at": "2026-03-02T09:10:00+08:00",
    "before": [PHOTO],
    "after": ["7c1d2f57-5b0e-5a7a-8f0f-1f0d3b6c9e22"],
    "confirmed": True,
}


@routes.post(
    "/cases",
    body=schemas.Report(),
    answer=intake.CaseReceipt,
    status=201,
    problems=(*_REPORTED, "evidence_missing"),
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
            point=point(body["point"]),
            address=body["address"],
            evidence=evidence.own(body["evidence"]),
            anonymous=body["anonymous"],
        ),
        result=intake.CaseReceipt,
    )
    return _made(receipt)


@routes.post(
    "/cases/on-the-spot",
    body=schemas.OnTheSpot(),
    answer=intake.CaseReceipt,
    status=201,
    problems=(*_REPORTED, "evidence_missing", "not_small", "not_confirmed"),
    headers=("Location", "ETag"),
    example=_ON_THE_SPOT,
)
def settle_on_spot(body: dict[str, Any]) -> Response:
    """当场解决: report a small matter and settle it at once; it is counted apart."""
    check_report(principal(), body["grid"], house().places)
    command = command_id(principal().subject)
    settling = intake.SettleOnSpot(
        command_id=command,
        case_id=made_by(command, "case"),
        grid=body["grid"],
        category=body["category"],
        text=body["text"],
        occurred_at=body["occurred_at"],
        before=evidence.own(body["before"]),
        after=evidence.own(body["after"]),
        confirmed=body["confirmed"],
        point=point(body["point"]),
        address=body["address"],
    )
    return _made(carry_out("intake", settling, result=intake.CaseReceipt))


@routes.get(
    "/cases",
    query=CaseFilter(),
    answer=case_views.CasePage,
    problems=("invalid", "malformed_cursor"),
)
def list_cases(query: dict[str, Any]) -> Response:
    """Return a page of the cases that you may see, newest first unless you ask otherwise."""
    return answer(ask("intake", "list_cases", result=case_views.CasePage, **query))


@routes.get(CASE, query=AtLeast(), answer=case_views.CaseView, problems=("not_found",), headers=("ETag",))
def get_case(query: dict[str, Any], case_id: UUID) -> Response:
    """Return a case; `min_version` waits up to two seconds for what you have just caused."""
    view = ask("intake", "get_case", result=case_views.CaseView, case_id=case_id, **query)
    if request.headers.get("If-None-Match") == etag(view.version):
        return Response(status=304, headers={"ETag": etag(view.version)})
    return answer(view, version=view.version)


@routes.get(f"{CASE}/timeline", answer=case_views.Timeline, problems=("not_found",))
def timeline(case_id: UUID) -> Response:
    """Return a case's whole life, oldest first."""
    return answer(ask("intake", "case_timeline", result=case_views.Timeline, case_id=case_id))


@routes.get(f"{CASE}/seal", answer=case_views.SealView, problems=("not_found",))
def seal(case_id: UUID) -> Response:
    """Return the proof of an archived case."""
    return answer(ask("intake", "case_seal", result=case_views.SealView, case_id=case_id))


@routes.get(f"{CASE}/orders", answer=OrderPage, problems=("not_found",))
def orders(case_id: UUID) -> Response:
    """Return the work orders of a case with the departments' results, newest first."""
    # Intake knows who may see the case; dispatch is asked only then.
    ask("intake", "get_case", result=case_views.CaseView, case_id=case_id)
    return answer(ask("dispatch", "orders_of_case", result=OrderPage, case_id=case_id))


@routes.get(f"{CASE}/deadlines", answer=Ledger, problems=("not_found",))
def deadlines(case_id: UUID) -> Response:
    """Return every deadline that a case has had, oldest first: the ledger, of which no row is changed."""
    ask("intake", "get_case", result=case_views.CaseView, case_id=case_id)
    return answer(ask("dispatch", "deadlines_of_case", result=Ledger, case_id=case_id))


@routes.get(f"{CASE}/supporters", answer=case_views.Supporters, problems=("not_found",))
def supporters(case_id: UUID) -> Response:
    """Return how many others have reported the same, and since when; never who."""
    return answer(ask("intake", "supporters", result=case_views.Supporters, case_id=case_id))


@routes.get(f"{CASE}/media/<uuid:media_id>", binary=SHOWN_TYPES, problems=("not_found",))
def case_media(case_id: UUID, media_id: UUID) -> Response:
    """Return a file that belongs to a case, or to a department's result for it."""
    return evidence.send(_evidence_of(case_id, media_id))


def _made(receipt: intake.CaseReceipt) -> Response:
    location = f"{PREFIX}/cases/{receipt.case_id}"
    return answer(receipt, status=201, version=receipt.version, location=location)


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
