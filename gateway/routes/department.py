"""What a department reads and hands in over HTTP; the rest it says on the bus."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from chassis.refusal import NotFound
from chassis.rpc_client import RemoteRefusal
from contracts.commands import dispatch
from contracts.commands.intake import CaseView
from gateway.answers import DepartmentOrder
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.media.serving import SHOWN_TYPES
from gateway.routes import evidence
from gateway.routing import Routes, answer
from gateway.schemas import department as schemas
from gateway.schemas.lists import OrderFilter

routes = Routes("department", "A department's orders and results.")

_ORDER = "/department/orders/<uuid:order_id>"
_RESULT = {
    "text": "已更换灯泡和镇流器, 路灯恢复正常。",
    "contact": {"at": "2026-03-03T10:15:00+08:00", "channel": "phone", "note": ""},
    "evidence": ["0b9f7f0e-6f0e-5b0c-8f3e-0d6a1f0f7c11"],
}


@routes.get(
    "/department/orders",
    query=OrderFilter(),
    answer=dispatch.OrderPage,
    problems=("invalid", "malformed_cursor"),
)
def list_orders(query: dict[str, Any]) -> Response:
    """Return a page of your orders, led or co-handled, newest first."""
    return answer(ask("dispatch", "list_orders", result=dispatch.OrderPage, **query))


@routes.get(_ORDER, answer=DepartmentOrder, problems=("unknown_order",))
def get_order(order_id: UUID) -> Response:
    """Return one of your orders with the case behind it."""
    order = _order(order_id)
    return answer(DepartmentOrder(**msgspec.structs.asdict(order), case=_case(order.case_id)))


@routes.get(f"{_ORDER}/media/<uuid:media_id>", binary=SHOWN_TYPES, problems=("unknown_order", "not_found"))
def order_media(order_id: UUID, media_id: UUID) -> Response:
    """Return a file that belongs to the case behind one of your orders, or to its result."""
    order = _order(order_id)
    held = next((each for each in order.evidence if each.media_id == media_id), None)
    held = held or evidence.of_case(order.case_id, media_id)
    if held is None:
        raise NotFound
    return evidence.send(held)


@routes.post(
    f"{_ORDER}/results",
    body=schemas.Result(),
    answer=dispatch.ResultReceipt,
    status=201,
    problems=(
        "unknown_order",
        "not_the_lead",
        "illegal_transition",
        "text_too_short",
        "text_too_long",
        "unknown_media",
        "key_reused",
    ),
    example=_RESULT,
)
def hand_in(body: dict[str, Any], order_id: UUID) -> Response:
    """Hand in a result. No state changes: name its id and hash in `department.order.complete.v1`."""
    command = command_id(principal().subject)
    receipt = carry_out(
        "dispatch",
        dispatch.HandInResult(
            command_id=command,
            result_id=made_by(command, "result"),
            order_id=order_id,
            text=body["text"],
            contact=dispatch.ContactRecord(**body["contact"]),
            evidence=evidence.own(body["evidence"]),
        ),
        result=dispatch.ResultReceipt,
    )
    return answer(receipt, status=201)


def _order(order_id: UUID) -> dispatch.OrderView:
    return ask("dispatch", "get_order", result=dispatch.OrderView, order_id=order_id)


def _case(case_id: UUID) -> CaseView | None:
    """Return the case behind an order, None once it is with another department."""
    try:
        return ask("intake", "case_for_department", result=CaseView, case_id=case_id)
    except RemoteRefusal as refusal:
        if refusal.code != NotFound.code:
            raise
        return None
