"""What a department's officer 经办人 does by hand; its software says the same on the bus.

A step that needs words takes them in the same request: they are handed in first, under ids made
from the same key, so that a repeat does neither twice.
"""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import dispatch
from contracts.commands.dispatch import StatementKind
from gateway.headers import made_by
from gateway.routes.handing_in import ORDER, RESULT, result_of, statement_of
from gateway.routes.order_steps import LEADS, STEP, named, take
from gateway.routes.steps import WORDS
from gateway.routing import Routes
from gateway.schemas import department as schemas
from gateway.schemas.fields import Nothing

routes = Routes("officer", "What a department's officer does by hand.")

_STATEMENT = (*WORDS, "unknown_statement", "statement_differs")
_RESULT = (*WORDS, "unknown_result", "result_differs", "unknown_media", "evidence_missing")


@routes.post(
    f"{ORDER}/signature",
    body=Nothing(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=LEADS,
    headers=("ETag",),
)
def sign(_body: dict[str, Any], order_id: UUID) -> Response:
    """签收: take an order on."""
    return take(dispatch.SignOrder(**named(order_id)))


@routes.post(
    f"{ORDER}/return",
    body=schemas.OrderReturn(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*LEADS, *_STATEMENT, "designated", "returned_before", "unknown_department"),
    headers=("ETag",),
    example={
        "text": "该路段路灯由供电公司维护, 不属我局职责。",
        "legal_basis": "部门职责清单第三条",
        "suggested": "GDS",
    },
)
def return_order(body: dict[str, Any], order_id: UUID) -> Response:
    """退回: say before signing why it is another's task, and whose."""
    common = named(order_id)
    stated = _stated(body, common, kind=StatementKind.RETURN)
    return take(dispatch.ReturnOrder(**common, **stated, suggested=body["suggested"]))


@routes.post(
    f"{ORDER}/extension",
    body=schemas.Extension(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*LEADS, *_STATEMENT, "never_extended", "past_due", "asked_before", "too_many_days"),
    headers=("ETag",),
    example={"days": 2, "text": "配件须从外地调运, 申请延期两个工作日。"},
)
def ask_extension(body: dict[str, Any], order_id: UUID) -> Response:
    """申请延期: ask for more time before it is due."""
    common = named(order_id)
    stated = _stated(body, common, kind=StatementKind.EXTENSION)
    return take(dispatch.AskExtension(**common, **stated, days=body["days"]))


@routes.post(
    f"{ORDER}/suspension",
    body=schemas.Suspension(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*LEADS, *_STATEMENT, "asked_before", "review_too_far"),
    headers=("ETag",),
    example={"reason": "season", "review_on": "2026-03-20", "text": "沥青须在气温回升后铺设, 申请挂起。"},
)
def ask_suspension(body: dict[str, Any], order_id: UUID) -> Response:
    """申请挂起: ask that the clock stands, for a reason of the closed list."""
    common = named(order_id)
    stated = _stated(body, common, kind=StatementKind.SUSPENSION)
    asked = {name: body[name] for name in ("reason", "review_on")}
    return take(dispatch.AskSuspension(**common, **stated, **asked))


@routes.post(
    f"{ORDER}/parts",
    body=schemas.Completion(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*STEP, *_RESULT, "not_a_co_handler", "part_not_open"),
    headers=("ETag",),
    example=RESULT,
)
def complete_part(body: dict[str, Any], order_id: UUID) -> Response:
    """协办办结: a co-handler has done its part."""
    common = named(order_id)
    return take(dispatch.CompletePart(**common, **_resulting(body, common)))


@routes.post(
    f"{ORDER}/completion",
    body=schemas.Completion(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*LEADS, *_RESULT, "parts_open"),
    headers=("ETag",),
    example=RESULT,
)
def complete(body: dict[str, Any], order_id: UUID) -> Response:
    """办结: the lead has done it, and every co-handler its part."""
    common = named(order_id)
    return take(dispatch.CompleteOrder(**common, **_resulting(body, common)))


def _stated(body: dict[str, Any], common: dict[str, Any], *, kind: StatementKind) -> dict[str, Any]:
    """Return the name of a statement: of one handed in before, or of this request's words, if any."""
    if "statement_id" in body:
        return {name: body[name] for name in ("statement_id", "statement_sha256")}
    if "text" not in body:
        return {}
    handing_in = made_by(common["command_id"], "hand in")
    receipt = statement_of(body, common["order_id"], command=handing_in, kind=kind)
    return {"statement_id": receipt.statement_id, "statement_sha256": receipt.sha256}


def _resulting(body: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """Return the name of a result: of one handed in before, or of what this request holds."""
    if "result_id" in body:
        return {name: body[name] for name in ("result_id", "result_sha256")}
    receipt = result_of(body, common["order_id"], command=made_by(common["command_id"], "hand in"))
    return {"result_id": receipt.result_id, "result_sha256": receipt.sha256}
