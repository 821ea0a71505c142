from typing import Any

import pytest

from services.governance.meeting.attendance import Attendance, has_quorum, quorate, take_attendance_of
from services.governance.meeting.errors import AttendanceUnfit, QuorumMissed, UnknownMeeting
from tests.unit.governance.builders import NOW, a_meeting, taking_attendance


def taken(**changes: Any) -> Attendance:
    return take_attendance_of(a_meeting(), taking_attendance(**changes), by="dispatcher", now=NOW)


@pytest.mark.parametrize(
    ("members", "present", "enough"),
    [(15, 8, True), (15, 7, False), (16, 8, False), (1, 1, True), (1, 0, False)],
)
def test_more_than_half_of_the_members_are_a_quorum(members: int, present: int, *, enough: bool) -> None:
    attendance = taken(members=members, present=present)
    assert has_quorum(attendance) == enough
    if enough:
        quorate(attendance)
    else:
        with pytest.raises(QuorumMissed):
            quorate(attendance)


def test_a_meeting_whose_attendance_nobody_recorded_decides_as_it_did() -> None:
    quorate(None)


@pytest.mark.parametrize(
    "change",
    [
        {"members": 0, "present": 0},
        {"members": 1_001},
        {"present": 16},
        {"present": -1},
        {"departments": ("CGJ", "CGJ")},
    ],
)
def test_an_attendance_that_cannot_be_is_not_taken(change: dict[str, Any]) -> None:
    with pytest.raises(AttendanceUnfit):
        taken(**change)


def test_only_a_meeting_that_was_called_has_an_attendance() -> None:
    with pytest.raises(UnknownMeeting):
        take_attendance_of(None, taking_attendance(), by="dispatcher", now=NOW)
