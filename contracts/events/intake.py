"""What intake says of a case. Subject and ordering key are the case id.

No free text and no personal data: ids, category, places, times and hashes.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from contracts.vocabulary import Card, Evidence, Kind, LawfulChannel, RefusalReason, Urgency


class Classifier(StrEnum):
    """Who classified a case."""

    RULE = "rule"
    DISPATCHER = "dispatcher"


class Closure(StrEnum):
    """How a case came to be closed."""

    SATISFIED = "satisfied"  # 回访满意
    ANONYMOUS = "anonymous"  # 匿名, 核查通过
    CONFERENCE = "conference"  # 联席会议决定
    UNREACHABLE = "unreachable"  # 三次未联系上
    SELF = "self"  # 当场解决


class CancelCause(StrEnum):
    """Why a case was cancelled."""

    WITHDRAWN = "withdrawn"  # 上报人撤回
    NO_ANSWER = "no_answer"  # 逾期未补充


class ReopenCause(StrEnum):
    """Why a case goes round again."""

    DISSATISFIED = "dissatisfied"  # 不满意
    CONFERENCE = "conference"  # 联席会议决定
    NEW_FACT = "new_fact"  # 结案后新情况


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


class OpenCaseEvent(CaseEvent, frozen=True, kw_only=True):
    """What every event carries of a case that may not have been classified yet."""

    category: str | None
    kind: Kind | None
    urgency: Urgency | None


class CaseReported(OpenCaseEvent, frozen=True, kw_only=True):
    """上报: a case exists. Without a category where the reporter gave none."""

    type: ClassVar[str] = "intake.case.reported.v1"
    channel: str
    reported_by: str
    occurred_at: datetime
    evidence: tuple[Evidence, ...] = ()


class CaseReporterAsked(OpenCaseEvent, frozen=True, kw_only=True):
    """The dispatcher asks the reporter something; an answer is due by `due_at`."""

    type: ClassVar[str] = "intake.case.reporter_asked.v1"
    due_at: datetime


class CaseReporterAnswered(OpenCaseEvent, frozen=True, kw_only=True):
    """The reporter has answered; the case waits for its classification again."""

    type: ClassVar[str] = "intake.case.reporter_answered.v1"
    evidence: tuple[Evidence, ...] = ()


class CaseCancelled(OpenCaseEvent, frozen=True, kw_only=True):
    """撤销: withdrawn by the reporter, or not answered in time."""

    type: ClassVar[str] = "intake.case.cancelled.v1"
    cause: CancelCause


class CaseMerged(OpenCaseEvent, frozen=True, kw_only=True):
    """并案: the case goes on as `master_id`; its reporter supports that one."""

    type: ClassVar[str] = "intake.case.merged.v1"
    master_id: UUID


class CaseRefused(OpenCaseEvent, frozen=True, kw_only=True):
    """不予受理, with the reason's code and the channel that the reporter is told of."""

    type: ClassVar[str] = "intake.case.refused.v1"
    reason: RefusalReason
    channel: LawfulChannel


class CaseReminded(OpenCaseEvent, frozen=True, kw_only=True):
    """A limit of a waiting state runs out: a card, and no change of state.

    `waits_for` is the role that has to act, `state` where the case waits.
    """

    type: ClassVar[str] = "intake.case.reminded.v1"
    state: str
    waits_for: str
    card: Card
    due_at: datetime


class AcceptedCaseEvent(CaseEvent, frozen=True, kw_only=True):
    """What every event of a case that was once classified carries besides."""

    category: str
    kind: Kind
    urgency: Urgency


class CaseSettled(AcceptedCaseEvent, frozen=True, kw_only=True):
    """当场解决: reported and settled by the grid worker at once; counted apart."""

    type: ClassVar[str] = "intake.case.settled.v1"
    closure: Closure
    channel: str
    reported_by: str
    occurred_at: datetime
    evidence: tuple[Evidence, ...] = ()


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


class CaseReworked(AcceptedCaseEvent, frozen=True, kw_only=True):
    """核查不通过: a new cycle for the same lead, in half the limit."""

    type: ClassVar[str] = "intake.case.reworked.v1"
    lead: str
    checked_by: UUID


class CaseReopened(AcceptedCaseEvent, frozen=True, kw_only=True):
    """A new cycle. `lead` and `due_on` are named by the conference alone."""

    type: ClassVar[str] = "intake.case.reopened.v1"
    cause: ReopenCause
    escalation: int
    lead: str | None = None
    due_on: date | None = None


class CaseEscalated(AcceptedCaseEvent, frozen=True, kw_only=True):
    """Third dissatisfaction: the joint conference 联席会议 decides.

    `conference` counts from 1 how often the case has come before it: in one cycle it may twice.
    """

    type: ClassVar[str] = "intake.case.escalated.v1"
    escalation: int
    conference: int = 1


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
    CaseReporterAsked,
    CaseReporterAnswered,
    CaseCancelled,
    CaseMerged,
    CaseRefused,
    CaseReminded,
    CaseSettled,
    CaseClassified,
    CaseStarted,
    CaseStopped,
    CaseSuspended,
    CaseResumed,
    CaseAnswered,
    CaseChecked,
    CaseReworked,
    CaseReopened,
    CaseEscalated,
    CaseClosed,
    CaseArchived,
)
