"""Reading the agenda for views: the SQL of the queries. Nothing is locked."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.governance import Agenda, AgendaItem, CertifiedView, MeetingView
from services.governance.meeting.attendance import Attendance, has_quorum

_ITEM = """
SELECT i.id AS item_id, i.case_id, i.number, i.category, i.community, i.escalated_at, i.meeting_id,
       r.outcome, i.resolution_id, r.lead, r.due_on, r.text
FROM agenda_item i LEFT JOIN resolution r ON r.id = i.resolution_id
"""
_WAITING = sa.text(f"{_ITEM} WHERE i.state = 'waiting' ORDER BY i.escalated_at, i.id LIMIT :limit")
_MEETINGS = sa.text(
    "SELECT id, held_on, title FROM meeting ORDER BY held_on DESC, convened_at DESC LIMIT :limit"
)
_ITEMS = sa.text(f"{_ITEM} WHERE i.meeting_id = ANY(:meetings) ORDER BY i.escalated_at, i.id")
_CERTIFIED = sa.text(
    "SELECT meeting_id, id AS resolution_id, case_id, grid, category, text, recorded_at, due_on "
    "FROM certification "
    "WHERE meeting_id = ANY(:meetings) ORDER BY recorded_at, id"
)
_ATTENDED = sa.text("SELECT * FROM conference_attendance WHERE meeting_id = ANY(:meetings)")
_OPEN = sa.text(
    "SELECT state, count(*) AS number FROM agenda_item WHERE state IN ('waiting', 'on_agenda') GROUP BY state"
)


def agenda(connection: Connection, *, items: int, meetings: int) -> Agenda:
    """Return up to so many waiting items, oldest first, and meetings, newest first."""
    waiting = connection.execute(_WAITING, {"limit": items}).mappings()
    found = connection.execute(_MEETINGS, {"limit": meetings}).all()
    ids = [row.id for row in found]
    by_meeting, certified = _by_meeting(connection, ids), _certified(connection, ids)
    attended = _attended(connection, ids)
    return Agenda(
        waiting=tuple(msgspec.convert(row, AgendaItem) for row in waiting),
        meetings=tuple(
            MeetingView(
                meeting_id=row.id,
                held_on=row.held_on,
                title=row.title,
                items=tuple(by_meeting[row.id]),
                certified=tuple(certified[row.id]),
                **_there(attended.get(row.id)),
            )
            for row in found
        ),
    )


def _attended(connection: Connection, meetings: list[UUID]) -> dict[UUID, Attendance]:
    rows = connection.execute(_ATTENDED, {"meetings": meetings}).mappings()
    return {row["meeting_id"]: msgspec.convert(row, Attendance) for row in rows}


def _there(attendance: Attendance | None) -> dict[str, Any]:
    if attendance is None:
        return {}
    return {
        "members": attendance.members,
        "present": attendance.present,
        "quorum": has_quorum(attendance),
        "departments": attendance.departments,
    }


def count_open(connection: Connection) -> dict[str, int]:
    """Return how many items are in each open state that has any."""
    return {row.state: row.number for row in connection.execute(_OPEN)}


def _by_meeting(connection: Connection, meetings: list[UUID]) -> dict[UUID, list[AgendaItem]]:
    found: dict[UUID, list[AgendaItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"meetings": meetings}).mappings():
        found[row["meeting_id"]].append(msgspec.convert(row, AgendaItem))
    return found


def _certified(connection: Connection, meetings: list[UUID]) -> dict[UUID, list[CertifiedView]]:
    found: dict[UUID, list[CertifiedView]] = defaultdict(list)
    for row in connection.execute(_CERTIFIED, {"meetings": meetings}).mappings():
        found[row["meeting_id"]].append(msgspec.convert(row, CertifiedView))
    return found
