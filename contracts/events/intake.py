"""What intake says of a case. Subject and ordering key are the case id.

No free text and no personal data: ids, category, places, times and hashes.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Evidence, Kind, Urgency


class Classifier(StrEnum):
    """Who classified a case."""

    RULE = "rule"
    DISPATCHER = "dispatcher"


class Closure(StrEnum):
    """How a case came to be closed."""

    SATISFIED = "satisfied"  # 回访满意
    ANONYMOUS = "anonymous"  # 匿名, 核查通过
    CONFERENCE = "conference"  # 联席会议决定


class ReopenCause(StrEnum):
    """Why a case goes round again."""

    DISSATISFIED = "dissatisfied"  # 不满意
    CONFERENCE = "conference"  # 联席会议决定


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What every event of a case carries.

    `reporter_id` is the account that reported, None when anonymous. `cycle` counts from 1.
    `at` is the cell's time of the step.
    """

    type: ClassVar[str]
    case_id: UUID
    number: str
    community: str
    grid: str
    cycle: int
    reporter_id: UUID | None
    at: datetime


class CaseReported(CaseEvent, frozen=True, kw_only=True):
    """上报: a case exists. Without a category where the reporter gave none."""

    type: ClassVar[str] = "intake.case.reported.v1"
    category: str | None
    kind: Kind | None
    urgency: Urgency | None
    channel: str
    reported_by: str
    occurred_at: datetime
    evidence: tuple[Evidence, ...] = ()


class AcceptedCaseEvent(CaseEvent, frozen=True, kw_only=True):
    """What every event of a case that was once classified carries besides."""

    category: str
    kind: Kind
    urgency: Urgency


class CaseClassified(AcceptedCaseEvent, frozen=True, kw_only=True):
    """分类: accepted, with category, urgency and one lead department 主办."""

    type: ClassVar[str] = "intake.case.classified.v1"
    lead: str
    co_handlers: tuple[str, ...] = ()
    designated: bool = False
    by: Classifier


class CaseStarted(AcceptedCaseEvent, frozen=True, kw_only=True):
    """处置: the lead department has signed."""

    type: ClassVar[str] = "intake.case.started.v1"
    department: str


class CaseStopped(AcceptedCaseEvent, frozen=True, kw_only=True):
    """The order was recalled from a department that had signed."""

    type: ClassVar[str] = "intake.case.stopped.v1"
    department: str


class CaseSuspended(AcceptedCaseEvent, frozen=True, kw_only=True):
    """The department's reason holds; looked at again on `review_on`."""

    type: ClassVar[str] = "intake.case.suspended.v1"
    department: str
    review_on: date


class CaseResumed(AcceptedCaseEvent, frozen=True, kw_only=True):
    """The department works on."""

    type: ClassVar[str] = "intake.case.resumed.v1"
    department: str


class CaseAnswered(AcceptedCaseEvent, frozen=True, kw_only=True):
    """反馈: the department has handed in its result; the grid worker checks next."""

    type: ClassVar[str] = "intake.case.answered.v1"
    department: str


class CaseChecked(AcceptedCaseEvent, frozen=True, kw_only=True):
    """核查 passed; the return visit 回访 is next."""

    type: ClassVar[str] = "intake.case.checked.v1"
    checked_by: UUID


class CaseReopened(AcceptedCaseEvent, frozen=True, kw_only=True):
    """A new cycle. `lead` and `due_on` are named by the conference alone."""

    type: ClassVar[str] = "intake.case.reopened.v1"
    cause: ReopenCause
    escalation: int
    lead: str | None = None
    due_on: date | None = None


class CaseEscalated(AcceptedCaseEvent, frozen=True, kw_only=True):
    """Third dissatisfaction: the joint conference 联席会议 decides."""

    type: ClassVar[str] = "intake.case.escalated.v1"
    escalation: int


class CaseClosed(AcceptedCaseEvent, frozen=True, kw_only=True):
    """结案. `score` is 1-5 and `resolved` the reporter's word, None where nobody was asked."""

    type: ClassVar[str] = "intake.case.closed.v1"
    closure: Closure
    resolved: bool | None = None
    score: int | None = None


class CaseArchived(AcceptedCaseEvent, frozen=True, kw_only=True):
    """归档: sealed; `seal` is the SHA-256 (hex) over the salted commitments."""

    type: ClassVar[str] = "intake.case.archived.v1"
    seal: str


ALL = (
    CaseReported,
    CaseClassified,
    CaseStarted,
    CaseStopped,
    CaseSuspended,
    CaseResumed,
    CaseAnswered,
    CaseChecked,
    CaseReopened,
    CaseEscalated,
    CaseClosed,
    CaseArchived,
)
