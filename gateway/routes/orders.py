"""What the dispatcher sees of the district's orders, and decides."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import dispatch, orders
from gateway.house import ask, carry_out
from gateway.parsing import code_in_path
from gateway.routes.order_steps import CENTRE, named, take
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import orders as schemas
from gateway.schemas.fields import Nothing
from gateway.schemas.lists import DistrictOrderFilter

routes = Routes("orders", "The district's orders, and what the dispatcher decides.")

_ORDER = "/orders/<uuid:order_id>"


@routes.get(
    "/orders",
    query=DistrictOrderFilter(),
    answer=orders.OrderPage,
    problems=("malformed_cursor", "unknown_department"),
)
def list_district_orders(query: dict[str, Any]) -> Response:
    """Return a page of the district's orders, newest first, or `order=oldest`."""
    return answer(ask("dispatch", "list_orders", result=orders.OrderPage, **query))


@routes.get(_ORDER, answer=orders.OrderView, problems=("unknown_order",), headers=("ETag",))
def get_district_order(order_id: UUID) -> Response:
    """Return one order with its parts, what is asked, and why it ended."""
    view = ask("dispatch", "get_order", result=orders.OrderView, order_id=order_id)
    return answer(view, version=view.version)


@routes.post(
    f"{_ORDER}/redirection",
    body=schemas.Redirection(),
    answer=dispatch.OrderReceipt,
    status=201,
    versioned=True,
    problems=(*CENTRE, "unknown_department", "not_current"),
    headers=("Location", "ETag"),
    example={"department": "GDS"},
)
def redirect(body: dict[str, Any], order_id: UUID) -> Response:
    """改派: make a new order for another department; the second return makes it designated."""
    command = dispatch.RedirectOrder(**named(order_id), department=body["department"])
    receipt = carry_out("dispatch", command, result=dispatch.OrderReceipt)
    location = f"{PREFIX}/orders/{receipt.order_id}"
    return answer(receipt, status=201, version=receipt.version, location=location)


@routes.post(
    f"{_ORDER}/recall",
    body=schemas.WithReason(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, *WORDS),
    headers=("ETag",),
    example={"reason": "经核实属供电公司职责, 现收回另派。"},
)
def recall(body: dict[str, Any], order_id: UUID) -> Response:
    """收回: take an order back."""
    return take(dispatch.RecallOrder(**named(order_id), reason=body["reason"]))


@routes.post(
    f"{_ORDER}/extension/grant",
    body=Nothing(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, "not_asked"),
    headers=("ETag",),
)
def grant_extension(_body: dict[str, Any], order_id: UUID) -> Response:
    """准予延期: the ledger gets a later due time, and the reporter is told."""
    return take(dispatch.GrantExtension(**named(order_id)))


@routes.post(
    f"{_ORDER}/extension/denial",
    body=schemas.WithReason(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, *WORDS, "not_asked"),
    headers=("ETag",),
    example={"reason": "配件本市有售, 请按原时限办理。"},
)
def deny_extension(body: dict[str, Any], order_id: UUID) -> Response:
    """不予延期: the due time stands."""
    return take(dispatch.DenyExtension(**named(order_id), reason=body["reason"]))


@routes.post(
    f"{_ORDER}/suspension/grant",
    body=schemas.UntilReview(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, "not_asked", "review_too_far"),
    headers=("ETag",),
    example={"review_on": "2026-03-20"},
)
def grant_suspension(body: dict[str, Any], order_id: UUID) -> Response:
    """准予挂起: the clock stands until the review date at the latest."""
    return take(dispatch.GrantSuspension(**named(order_id), review_on=body["review_on"]))


@routes.post(
    f"{_ORDER}/suspension/denial",
    body=schemas.WithReason(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, *WORDS, "not_asked"),
    headers=("ETag",),
    example={"reason": "不影响当前施工, 请继续办理。"},
)
def deny_suspension(body: dict[str, Any], order_id: UUID) -> Response:
    """不予挂起: the clock runs on."""
    return take(dispatch.DenySuspension(**named(order_id), reason=body["reason"]))


@routes.post(
    f"{_ORDER}/resumption",
    body=Nothing(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=CENTRE,
    headers=("ETag",),
)
def resume(_body: dict[str, Any], order_id: UUID) -> Response:
    """恢复: the clock runs again, with the time that was left."""
    return take(dispatch.ResumeOrder(**named(order_id)))


@routes.post(
    f"{_ORDER}/parts/<department>/excuse",
    body=schemas.WithReason(),
    answer=dispatch.OrderReceipt,
    versioned=True,
    problems=(*CENTRE, *WORDS, "not_found", "part_not_open"),
    headers=("ETag",),
    example={"reason": "现场已断电, 无须供电部门配合。"},
)
def excuse_part(body: dict[str, Any], order_id: UUID, department: str) -> Response:
    """协办免办: a co-handler need not do its part."""
    return take(
        dispatch.ExcusePart(**named(order_id), department=code_in_path(department), reason=body["reason"])
    )
