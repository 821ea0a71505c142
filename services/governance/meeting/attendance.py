"""Who is at a conference, and whether they are enough. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from contracts.commands.governance import TakeAttendance
from services.governance.meeting.errors import AttendanceUnfit, QuorumMissed, UnknownMeeting
from services.governance.meeting.meeting import Meeting

MOST_MEMBERS = 1_000


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """How many members of how many are there, and which departments."""

    meeting_id: UUID
    members: int
    present: int
    departments: tuple[str, ...]
    recorded_at: datetime
    recorded_by: str


def take_attendance_of(
    meeting: Meeting | None, command: TakeAttendance, *, by: str, now: datetime
) -> Attendance:
    """登记到会. Raises: UnknownMeeting, AttendanceUnfit."""
    if meeting is None:
        raise UnknownMeeting("no such meeting was called")
    if not 1 <= command.members <= MOST_MEMBERS:
        raise AttendanceUnfit(f"from 1 to {MOST_MEMBERS}", field="members")
    if not 0 <= command.present <= command.members:
        raise AttendanceUnfit("no more than there are members", field="present")
    if len(set(command.departments)) < len(command.departments):
        raise AttendanceUnfit("each once", field="departments")
    return Attendance(
        meeting_id=meeting.id,
        members=command.members,
        present=command.present,
        departments=command.departments,
        recorded_at=now,
        recorded_by=by,
    )


def has_quorum(attendance: Attendance) -> bool:
    """Return whether more than half of the members are there: a rule of the house, 2p > m."""
    return 2 * attendance.present > attendance.members


def quorate(attendance: Attendance | None) -> None:
    """Nothing is decided where it is on record that too few were there. Raises: QuorumMissed."""
    if attendance is not None and not has_quorum(attendance):
        raise QuorumMissed(present=attendance.present, members=attendance.members)
