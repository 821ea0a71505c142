"""What governance can be asked to do, and what it answers."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class ConveneMeeting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call a joint conference 联席会议; the cases waiting for one come on its agenda."""

    method: ClassVar[str] = "convene_meeting"
    command_id: UUID
    meeting_id: UUID
    held_on: date
    title: str


class TakeAttendance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record who is at a conference: how many members of how many, and which departments. Once."""

    method: ClassVar[str] = "take_attendance"
    command_id: UUID
    meeting_id: UUID
    members: int
    present: int
    departments: tuple[str, ...] = ()


class AdoptResolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conference names a lead department and a date for one item."""

    method: ClassVar[str] = "adopt_resolution"
    command_id: UUID
    resolution_id: UUID
    meeting_id: UUID
    item_id: UUID
    lead: str
    due_on: date
    text: str


class DeclineItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conference ends an item; the reason is published."""

    method: ClassVar[str] = "decline_item"
    command_id: UUID
    resolution_id: UUID
    meeting_id: UUID
    item_id: UUID
    reason: str


class CertifyResolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meeting's resolution names an action for a department in a grid; it becomes a case.

    The account that records it answers for it, `due_on` is the date that was agreed. `text` stays here and
    is published.
    """

    method: ClassVar[str] = "certify_resolution"
    command_id: UUID
    resolution_id: UUID
    meeting_id: UUID
    grid: str
    category: str
    text: str
    due_on: date | None = None


COMMANDS = (ConveneMeeting, TakeAttendance, AdoptResolution, DeclineItem, CertifyResolution)


class MeetingReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting was called, with the ids of the items on its agenda."""

    meeting_id: UUID
    items: tuple[UUID, ...]


class AttendanceReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Who is there was recorded; without a `quorum` of more than half nothing is decided."""

    meeting_id: UUID
    quorum: bool


class ResolutionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution was recorded."""

    resolution_id: UUID
    item_id: UUID
    outcome: str


class CertifiedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution was certified; its action becomes the case `case_id`."""

    resolution_id: UUID
    case_id: UUID


class AgendaItem(msgspec.Struct, frozen=True, kw_only=True):
    """An escalated case before the conference. `meeting_id` None while it waits for one."""

    item_id: UUID
    case_id: UUID
    number: str
    category: str
    community: str
    escalated_at: datetime
    meeting_id: UUID | None
    outcome: str | None
    resolution_id: UUID | None
    lead: str | None
    due_on: date | None
    text: str | None


class CertifiedView(msgspec.Struct, frozen=True, kw_only=True):
    """A certified resolution, and the case that it became."""

    resolution_id: UUID
    case_id: UUID
    grid: str
    category: str
    text: str
    recorded_at: datetime
    due_on: date | None = None


class MeetingView(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting with its agenda, and what it has certified besides, oldest first.

    `members`, `present` and `quorum` are None until attendance is recorded.
    """

    meeting_id: UUID
    held_on: date
    title: str
    items: tuple[AgendaItem, ...]
    certified: tuple[CertifiedView, ...] = ()
    members: int | None = None
    present: int | None = None
    quorum: bool | None = None
    departments: tuple[str, ...] = ()


class Agenda(msgspec.Struct, frozen=True, kw_only=True):
    """The items that wait for a meeting, oldest first, and the meetings, newest first."""

    waiting: tuple[AgendaItem, ...]
    meetings: tuple[MeetingView, ...]
