"""What crosses a department's queue, both ways; CloudEvents too, without free text.

To a department: `department.<CODE>` queue. From it: the exchange `qiaotou.replies` with its
own routing key and a broker-checked `user_id`.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Kind, Urgency


class Part(StrEnum):
    """What the department is in this order."""

    LEAD = "lead"  # 主办
    CO_HANDLER = "co_handler"  # 协办


class OrderOffered(msgspec.Struct, frozen=True, kw_only=True):
    """An order for this department. Details are read over HTTP at `/department/orders/{order_id}`."""

    type: ClassVar[str] = "department.order.offered.v1"
    order_id: UUID
    case_id: UUID
    number: str
    cycle: int
    part: Part
    category: str
    kind: Kind
    urgency: Urgency
    community: str
    grid: str
    offered_at: datetime


class ReplyAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The department's message `in_reply_to` was carried out; `state` is the order's now."""

    type: ClassVar[str] = "department.reply.accepted.v1"
    in_reply_to: UUID
    order_id: UUID
    state: str


class ReplyRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The department's message `in_reply_to` changed nothing; `code` is a public code."""

    type: ClassVar[str] = "department.reply.refused.v1"
    in_reply_to: UUID
    order_id: UUID | None
    code: str


class SignOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """签收: we take this order on."""

    type: ClassVar[str] = "department.order.sign.v1"
    order_id: UUID


class CompleteOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办结: the result handed in over HTTP, by its id and the SHA-256 (hex) that was answered."""

    type: ClassVar[str] = "department.order.complete.v1"
    order_id: UUID
    result_id: UUID
    result_sha256: str


TO_DEPARTMENT = (OrderOffered, ReplyAccepted, ReplyRefused)
FROM_DEPARTMENT = (SignOrder, CompleteOrder)
