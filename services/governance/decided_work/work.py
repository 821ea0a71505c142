"""A decision's action for a department, and how far its case has come. Pure."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from contracts.commands.assemblies import Action
from contracts.events import intake as told
from contracts.events.governance import ResolutionCertified
from contracts.events.intake import CaseEvent
from services.governance.meeting.certifying import case_id_of
from services.governance.meeting.meeting import LONGEST_TEXT, SHORTEST_TEXT, fit_text


class Origin(StrEnum):
    """What has decided."""

    CONFERENCE = "conference"  # 联席会议
    HEARING = "hearing"  # 听证会
    ASSEMBLY = "assembly"  # 居民会议, 居民代表会议
    VOTE = "vote"  # 表决


# Where a case stands after each thing that is told of it, in intake's own words.
STATE_AFTER: dict[type[CaseEvent], str] = {
    told.CaseReported: "reported",
    told.CaseReporterAsked: "awaiting_reporter",
    told.CaseReporterAnswered: "reported",
    told.CaseCancelled: "cancelled",
    told.CaseMerged: "merged",
    told.CaseRefused: "refused",
    told.CaseClassified: "classified",
    told.CaseStarted: "in_progress",
    told.CaseStopped: "classified",
    told.CaseSuspended: "suspended",
    told.CaseResumed: "in_progress",
    told.CaseAnswered: "answered",
    told.CaseChecked: "checked",
    told.CaseReworked: "classified",
    told.CaseReopened: "classified",
    told.CaseEscalated: "awaiting_conference",
    told.CaseClosed: "closed",
    told.CaseArchived: "archived",
}
DONE = frozenset({"closed", "archived", "merged", "refused", "cancelled"})


class WorkItem(msgspec.Struct, frozen=True, kw_only=True):
    """One action and its case; `number` and `case_state` are None until intake has told of it.

    `owner_id` is the account that answers for it; `due_on` what was decided, not the department's limit.
    """

    case_id: UUID
    resolution_id: UUID
    origin: Origin
    origin_id: UUID
    community: str
    grid: str
    category: str
    text: str
    owner_id: UUID
    due_on: date | None
    certified_at: datetime
    number: str | None = None
    case_state: str | None = None
    moved_at: datetime | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""
        return self.case_state in DONE


class Source(NamedTuple):
    """Which decision, of which community, answered for by whom, at what time."""

    origin: Origin
    origin_id: UUID
    community: str
    owner_id: UUID
    at: datetime


class Commissioned(NamedTuple):
    """A work item, and what is told of it."""

    item: WorkItem
    event: ResolutionCertified


def commission(action: Action, source: Source, *, number: int) -> Commissioned:
    """交办: the `number`-th action of a decision becomes a case. Raises: a text's length."""
    resolution_id = uuid5(source.origin_id, f"{source.origin} {number}")
    item = WorkItem(
        case_id=case_id_of(resolution_id),
        resolution_id=resolution_id,
        origin=source.origin,
        origin_id=source.origin_id,
        community=source.community,
        grid=action.grid,
        category=action.category,
        text=fit_text(action.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        owner_id=source.owner_id,
        due_on=action.due_on,
        certified_at=source.at,
    )
    event = ResolutionCertified(
        resolution_id=resolution_id,
        meeting_id=source.origin_id,
        case_id=item.case_id,
        grid=item.grid,
        category=item.category,
        owner_id=item.owner_id,
        at=source.at,
    )
    return Commissioned(item, event)


def followed(item: WorkItem, event: CaseEvent) -> WorkItem:
    """Return a work item after something was told of its case."""
    state = STATE_AFTER[type(event)]
    return msgspec.structs.replace(item, number=event.number, case_state=state, moved_at=event.at)
