"""What dispatch says of a work order. Subject and ordering key are the case id.

All orders of a case share one line, so that a new order is never heard of before the old one's end.
"""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Card, Evidence, Kind, SuspensionReason, Urgency


class WorkOrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What every event of a work order carries. `department` is the lead 主办."""

    type: ClassVar[str]
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
    """派遣: the order lies on the department's queue.

    `due_at` is the lead's; `provisional` says that a year of it has no published calendar yet.
    `designated` bars returning it.
    """

    type: ClassVar[str] = "dispatch.work_order.offered.v1"
    co_handlers: tuple[str, ...] = ()
    due_at: datetime | None = None
    provisional: bool = False
    designated: bool = False


class WorkOrderOfferedAgain(WorkOrderEvent, frozen=True, kw_only=True):
    """再次派遣: not signed in time, so delivered again. `again` counts from 1."""

    type: ClassVar[str] = "dispatch.work_order.offered_again.v1"
    again: int


class WorkOrderSigned(WorkOrderEvent, frozen=True, kw_only=True):
    """签收: the lead department has taken the order on."""

    type: ClassVar[str] = "dispatch.work_order.signed.v1"


class WorkOrderReturned(WorkOrderEvent, frozen=True, kw_only=True):
    """退回: not this department's task. `suggested` is the department that it names instead."""

    type: ClassVar[str] = "dispatch.work_order.returned.v1"
    suggested: str | None = None


class WorkOrderRecalled(WorkOrderEvent, frozen=True, kw_only=True):
    """收回: taken back by the dispatcher."""

    type: ClassVar[str] = "dispatch.work_order.recalled.v1"


class WorkOrderExtensionAsked(WorkOrderEvent, frozen=True, kw_only=True):
    """申请延期, by so many days of the limit's own kind: working days, or calendar days."""

    type: ClassVar[str] = "dispatch.work_order.extension_asked.v1"
    days: int


class WorkOrderExtended(WorkOrderEvent, frozen=True, kw_only=True):
    """延期: a later due time."""

    type: ClassVar[str] = "dispatch.work_order.extended.v1"
    due_at: datetime
    provisional: bool = False


class WorkOrderExtensionDenied(WorkOrderEvent, frozen=True, kw_only=True):
    """不予延期: the due time stands."""

    type: ClassVar[str] = "dispatch.work_order.extension_denied.v1"


class WorkOrderSuspensionAsked(WorkOrderEvent, frozen=True, kw_only=True):
    """申请挂起, for a reason of the closed list."""

    type: ClassVar[str] = "dispatch.work_order.suspension_asked.v1"
    reason: SuspensionReason


class WorkOrderSuspended(WorkOrderEvent, frozen=True, kw_only=True):
    """挂起: the clock stands until `review_on` at the latest."""

    type: ClassVar[str] = "dispatch.work_order.suspended.v1"
    review_on: date


class WorkOrderSuspensionDenied(WorkOrderEvent, frozen=True, kw_only=True):
    """不予挂起: the clock runs on."""

    type: ClassVar[str] = "dispatch.work_order.suspension_denied.v1"


class WorkOrderResumed(WorkOrderEvent, frozen=True, kw_only=True):
    """恢复: the clock runs again."""

    type: ClassVar[str] = "dispatch.work_order.resumed.v1"
    due_at: datetime
    provisional: bool = False


class WorkOrderPartCompleted(WorkOrderEvent, frozen=True, kw_only=True):
    """协办办结: the co-handler `party` has done its part."""

    type: ClassVar[str] = "dispatch.work_order.part_completed.v1"
    party: str
    result_id: UUID
    result_sha256: str
    evidence: tuple[Evidence, ...] = ()


class WorkOrderPartExcused(WorkOrderEvent, frozen=True, kw_only=True):
    """协办免办: the dispatcher lets the co-handler `party` off."""

    type: ClassVar[str] = "dispatch.work_order.part_excused.v1"
    party: str


class WorkOrderCardShown(WorkOrderEvent, frozen=True, kw_only=True):
    """黄牌, 红牌: the due time of `party` (the lead or a co-handler) is near, or has passed."""

    type: ClassVar[str] = "dispatch.work_order.card_shown.v1"
    party: str
    card: Card
    due_at: datetime


class WorkOrderCompleted(WorkOrderEvent, frozen=True, kw_only=True):
    """办结反馈: references to the result and its evidence, never their content.

    `handler_id` is the account that handled the matter, where one is known: it may not check it.
    `contacted_at` is when the department spoke to the reporter's side.
    """

    type: ClassVar[str] = "dispatch.work_order.completed.v1"
    result_id: UUID
    result_sha256: str
    evidence: tuple[Evidence, ...] = ()
    handler_id: UUID | None = None
    contacted_at: datetime | None = None


ALL = (
    WorkOrderOffered,
    WorkOrderOfferedAgain,
    WorkOrderSigned,
    WorkOrderReturned,
    WorkOrderRecalled,
    WorkOrderExtensionAsked,
    WorkOrderExtended,
    WorkOrderExtensionDenied,
    WorkOrderSuspensionAsked,
    WorkOrderSuspended,
    WorkOrderSuspensionDenied,
    WorkOrderResumed,
    WorkOrderPartCompleted,
    WorkOrderPartExcused,
    WorkOrderCardShown,
    WorkOrderCompleted,
)
