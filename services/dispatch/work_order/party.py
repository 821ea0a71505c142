"""What an order is made of: its parties, what is asked of the centre, how it ended. Pure."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.department import Part
from contracts.vocabulary import SuspensionReason
from services.dispatch.deadline.deadline import Term


class PartState(StrEnum):
    """Where a department's part of an order stands."""

    OPEN = "open"  # 待办
    DONE = "done"  # 已办
    EXCUSED = "excused"  # 免办


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A department in an order, with its own deadline. `result_id` is a co-handler's own result."""

    department: str
    part: Part
    term: Term
    state: PartState = PartState.OPEN
    result_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still has something to do."""
        return self.state is PartState.OPEN


class RequestKind(StrEnum):
    """What a lead may ask of the dispatcher."""

    EXTENSION = "extension"  # 延期
    SUSPENSION = "suspension"  # 挂起


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the dispatcher has not decided yet: an extension by `days`, a suspension until `review_on`."""

    kind: RequestKind
    asked_at: datetime
    statement_id: UUID | None = None
    days: int | None = None
    reason: SuspensionReason | None = None
    review_on: date | None = None


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order was returned, in a statement, or recalled, in the dispatcher's words if any."""

    at: datetime
    statement_id: UUID | None = None
    suggested: str | None = None
    text: str | None = None


class Waiting(StrEnum):
    """What an order waits for at the dispatcher's desk."""

    APPROVAL = "approval"  # 待审批
    REDIRECT = "redirect"  # 待改派
    SIGNATURE = "signature"  # 逾时未签收
