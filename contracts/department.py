"""What crosses a department's queue, both ways; CloudEvents too, without free text.

To a department: `department.<CODE>` queue. From it: the exchange `qiaotou.replies` with its
own routing key and a broker-checked `user_id`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Kind, SuspensionReason, Urgency


class Part(StrEnum):
    """What the department is in this order."""

    LEAD = "lead"  # 主办
    CO_HANDLER = "co_handler"  # 协办


class Change(StrEnum):
    """What has become of an order without the department's own step."""

    RECALLED = "recalled"  # 已收回
    EXTENDED = "extended"  # 准予延期
    EXTENSION_DENIED = "extension_denied"  # 不予延期
    SUSPENDED = "suspended"  # 准予挂起
    SUSPENSION_DENIED = "suspension_denied"  # 不予挂起
    RESUMED = "resumed"  # 恢复
    PART_EXCUSED = "part_excused"  # 协办免办


class OrderOffered(msgspec.Struct, frozen=True, kw_only=True):
    """An order for this department. Details are read over HTTP at `/department/orders/{order_id}`.

    `due_at` is this department's own; `again` counts how often it was delivered before; `state`
    is not `offered` where a department asked for its open orders again; `designated` bars
    returning it.
    """

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
    due_at: datetime | None = None
    provisional: bool = False
    designated: bool = False
    again: int = 0
    state: str = "offered"


class OrderChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The district centre has decided something about an order of this department."""

    type: ClassVar[str] = "department.order.changed.v1"
    order_id: UUID
    case_id: UUID
    number: str
    change: Change
    state: str
    due_at: datetime | None = None
    review_on: date | None = None


class ReplyAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The department's message `in_reply_to` was carried out; `state` is the order's now.

    To a `reconcile` there is no order: `state` is `reconciled` and `open_orders` says how many follow.
    """

    type: ClassVar[str] = "department.reply.accepted.v1"
    in_reply_to: UUID
    order_id: UUID | None
    state: str
    open_orders: int | None = None


class ReplyRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The department's message `in_reply_to` changed nothing; `code` is a public code."""

    type: ClassVar[str] = "department.reply.refused.v1"
    in_reply_to: UUID
    order_id: UUID | None
    code: str


class CellRestored(msgspec.Struct, frozen=True, kw_only=True):
    """The cell went back to a backup: `epoch` begins, and every open order follows as it stands there.

    What was said either way after `known_until` may be unknown to it; None where nobody could tell when
    that was.
    """

    type: ClassVar[str] = "department.cell.restored.v1"
    epoch: int
    restored_at: datetime
    known_until: datetime | None = None


class SignOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """签收: we take this order on."""

    type: ClassVar[str] = "department.order.sign.v1"
    order_id: UUID


class ReturnOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """退回: not ours. The reason was handed in over HTTP as a statement, by id and SHA-256 (hex)."""

    type: ClassVar[str] = "department.order.return.v1"
    order_id: UUID
    statement_id: UUID
    statement_sha256: str
    suggested: str | None = None


class AskExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """申请延期 by so many days of the limit's own kind; the reason as a statement."""

    type: ClassVar[str] = "department.order.ask_extension.v1"
    order_id: UUID
    days: int
    statement_id: UUID
    statement_sha256: str


class AskSuspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """申请挂起, for a reason of the closed list, until `review_on` at the latest.

    A statement says more than the list, where the department has more to say.
    """

    type: ClassVar[str] = "department.order.ask_suspension.v1"
    order_id: UUID
    reason: SuspensionReason
    review_on: date
    statement_id: UUID | None = None
    statement_sha256: str = ""


class CompletePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """协办办结: our part is done; the result handed in over HTTP, by id and SHA-256 (hex)."""

    type: ClassVar[str] = "department.order.complete_part.v1"
    order_id: UUID
    result_id: UUID
    result_sha256: str


class Reconcile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """对账: send us every open order of ours again."""

    type: ClassVar[str] = "department.orders.reconcile.v1"


class CompleteOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """办结: the result handed in over HTTP, by its id and the SHA-256 (hex) that was answered."""

    type: ClassVar[str] = "department.order.complete.v1"
    order_id: UUID
    result_id: UUID
    result_sha256: str


TO_DEPARTMENT = (OrderOffered, OrderChanged, ReplyAccepted, ReplyRefused, CellRestored)
FROM_DEPARTMENT = (
    SignOrder,
    ReturnOrder,
    AskExtension,
    AskSuspension,
    CompletePart,
    CompleteOrder,
    Reconcile,
)
