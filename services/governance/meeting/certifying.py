"""A resolution that names an action for a department, and so becomes a case. Pure."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from contracts.commands.governance import CertifyResolution
from contracts.events.governance import ResolutionCertified
from services.governance.meeting.errors import DueBeforeMeeting, UnknownMeeting
from services.governance.meeting.meeting import LONGEST_TEXT, SHORTEST_TEXT, Meeting, fit_text


class Certification(msgspec.Struct, frozen=True, kw_only=True):
    """A certified resolution. Its text stays in this database; the case says where to find it."""

    id: UUID
    meeting_id: UUID
    case_id: UUID
    grid: str
    category: str
    text: str
    recorded_at: datetime
    recorded_by: UUID
    due_on: date | None = None


class Certified(NamedTuple):
    """A resolution as it is kept, and what is told of it."""

    certification: Certification
    event: ResolutionCertified


def case_id_of(resolution_id: UUID) -> UUID:
    """Return the id of the case that a resolution becomes: always the same."""
    return uuid5(resolution_id, "case")


def certify(meeting: Meeting | None, command: CertifyResolution, *, by: UUID, now: datetime) -> Certified:
    """决议交办. Raises: UnknownMeeting, TextUnfit, TextTooShort, TextTooLong, DueBeforeMeeting."""
    if meeting is None:
        raise UnknownMeeting("no such meeting was called")
    if command.due_on is not None and command.due_on < meeting.held_on:
        raise DueBeforeMeeting("due before the meeting is held", field="due_on")
    certification = Certification(
        id=command.resolution_id,
        meeting_id=meeting.id,
        case_id=case_id_of(command.resolution_id),
        grid=command.grid,
        category=command.category,
        text=fit_text(command.text, "text", SHORTEST_TEXT, LONGEST_TEXT),
        recorded_at=now,
        recorded_by=by,
        due_on=command.due_on,
    )
    event = ResolutionCertified(
        resolution_id=certification.id,
        meeting_id=meeting.id,
        case_id=certification.case_id,
        grid=certification.grid,
        category=certification.category,
        owner_id=by,
        at=now,
    )
    return Certified(certification, event)
