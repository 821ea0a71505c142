"""What dispatch says of a work order. Subject is the order id, ordering key the case id."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence, Kind, Urgency


class WorkOrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What every event of a work order carries. `department` is the lead 主办."""

    order_id: UUID
    case_id: UUID
    number: str
    cycle: int
    department: str
    category: str
    kind: Kind
    urgency: Urgency
    community: str
    grid: str
    at: datetime


class WorkOrderOffered(WorkOrderEvent, frozen=True, kw_only=True):
    """派遣: the order lies on the department's queue."""

    type: ClassVar[str] = "dispatch.work_order.offered.v1"
    co_handlers: tuple[str, ...] = ()


class WorkOrderSigned(WorkOrderEvent, frozen=True, kw_only=True):
    """签收: the lead department has taken the order on."""

    type: ClassVar[str] = "dispatch.work_order.signed.v1"


class WorkOrderReturned(WorkOrderEvent, frozen=True, kw_only=True):
    """退回: not this department's task."""

    type: ClassVar[str] = "dispatch.work_order.returned.v1"


class WorkOrderRecalled(WorkOrderEvent, frozen=True, kw_only=True):
    """收回: taken back by the dispatcher."""

    type: ClassVar[str] = "dispatch.work_order.recalled.v1"


class WorkOrderExtended(WorkOrderEvent, frozen=True, kw_only=True):
    """延期: a later due time."""

    type: ClassVar[str] = "dispatch.work_order.extended.v1"
    due_at: datetime


class WorkOrderSuspended(WorkOrderEvent, frozen=True, kw_only=True):
    """挂起: the clock stands until `review_on` at the latest."""

    type: ClassVar[str] = "dispatch.work_order.suspended.v1"
    review_on: date


class WorkOrderResumed(WorkOrderEvent, frozen=True, kw_only=True):
    """恢复: the clock runs again."""

    type: ClassVar[str] = "dispatch.work_order.resumed.v1"
    due_at: datetime


class WorkOrderCompleted(WorkOrderEvent, frozen=True, kw_only=True):
    """办结反馈: references to the result and its evidence, never their content.

    `handler_id` is the account that handled the matter, where one is known: it may not check it.
    """

    type: ClassVar[str] = "dispatch.work_order.completed.v1"
    result_id: UUID
    result_sha256: str
    evidence: tuple[Evidence, ...] = ()
    handler_id: UUID | None = None


ALL = (
    WorkOrderOffered,
    WorkOrderSigned,
    WorkOrderReturned,
    WorkOrderRecalled,
    WorkOrderExtended,
    WorkOrderSuspended,
    WorkOrderResumed,
    WorkOrderCompleted,
)
