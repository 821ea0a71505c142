"""What a department reads over HTTP, and the orders of the sandbox."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from chassis.refusal import NotFound
from chassis.rpc_client import RemoteRefusal
from contracts.commands import dispatch, orders
from contracts.commands.case_views import CaseView
from gateway.answers import DepartmentOrder
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.media.serving import SHOWN_TYPES
from gateway.routes import evidence
from gateway.routes.handing_in import ORDER
from gateway.routing import PREFIX, Routes, answer
from gateway.sandbox import example_case
from gateway.schemas import department as schemas
from gateway.schemas.lists import OrderFilter

routes = Routes("department", "A department's orders.")


@routes.get(
    "/department/orders",
    query=OrderFilter(),
    answer=orders.OrderPage,
    problems=("invalid", "malformed_cursor"),
)
def list_orders(query: dict[str, Any]) -> Response:
    """Return a page of your orders, led or co-handled, newest first, or `order=oldest`."""
    return answer(ask("dispatch", "list_orders", result=orders.OrderPage, **query))


@routes.get(ORDER, answer=DepartmentOrder, problems=("unknown_order",), headers=("ETag",))
def get_order(order_id: UUID) -> Response:
    """Return one of your orders with the case behind it; a sandbox order has an example of one."""
    order = _order(order_id)
    case = example_case(order) if order.sandbox else _case(order.case_id)
    shown = DepartmentOrder(**msgspec.structs.asdict(order), case=case)
    return answer(shown, version=order.version)


@routes.get(f"{ORDER}/media/<uuid:media_id>", binary=SHOWN_TYPES, problems=("unknown_order", "not_found"))
def order_media(order_id: UUID, media_id: UUID) -> Response:
    """Return a file that belongs to the case behind one of your orders, or to its result."""
    order = _order(order_id)
    held = next((each for each in order.evidence if each.media_id == media_id), None)
    held = held or evidence.of_case(order.case_id, media_id)
    if held is None:
        raise NotFound
    return evidence.send(held)


@routes.post(
    "/department/sandbox/orders",
    body=schemas.Sandbox(),
    answer=dispatch.OrderReceipt,
    status=201,
    problems=("not_the_sandbox", "unknown_category", "key_reused", "conflict"),
    headers=("Location", "ETag"),
    example={"category": "0202"},
)
def make_sandbox_order(body: dict[str, Any]) -> Response:
    """演练工单: have an order for the sandbox department `SBX`, to try one's software against."""
    command = command_id(principal().subject)
    making = dispatch.MakeSandboxOrder(
        command_id=command, order_id=made_by(command, "order"), category=body["category"]
    )
    receipt = carry_out("dispatch", making, result=dispatch.OrderReceipt)
    location = f"{PREFIX}/department/orders/{receipt.order_id}"
    return answer(receipt, status=201, version=receipt.version, location=location)


def _order(order_id: UUID) -> orders.OrderView:
    return ask("dispatch", "get_order", result=orders.OrderView, order_id=order_id)


def _case(case_id: UUID) -> CaseView | None:
    """Return the case behind an order, None once it is with another department."""
    try:
        return ask("intake", "case_for_department", result=CaseView, case_id=case_id)
    except RemoteRefusal as refusal:
        if refusal.code != NotFound.code:
            raise
        return None
