"""The joint conference 联席会议, for cases that three visits could not close."""

from typing import Any
from uuid import UUID

from flask import Response

from contracts.commands import governance
from gateway.headers import command_id, made_by
from gateway.house import ask, carry_out, principal
from gateway.routes.steps import WORDS
from gateway.routing import PREFIX, Routes, answer
from gateway.schemas import conference as schemas

routes = Routes("conference", "The joint conference.")

_ITEM = "/conference/meetings/<uuid:meeting_id>/items/<uuid:item_id>"
_DECISION = ("not_found", "already_resolved", "key_reused", "quorum_missed")


@routes.get("/conference/agenda", answer=governance.Agenda)
def agenda() -> Response:
    """Return the items that wait for a meeting, and the meetings with theirs."""
    return answer(ask("governance", "agenda", result=governance.Agenda))


@routes.post(
    "/conference/meetings",
    body=schemas.Meeting(),
    answer=governance.MeetingReceipt,
    status=201,
    problems=("key_reused", "conflict"),
    example={"held_on": "2026-03-20", "title": "三月联席会议"},
)
def convene(body: dict[str, Any]) -> Response:
    """Call a meeting; the items that wait come on its agenda."""
    command = command_id(principal().subject)
    convening = governance.ConveneMeeting(command_id=command, meeting_id=made_by(command, "meeting"), **body)
    return answer(carry_out("governance", convening, result=governance.MeetingReceipt), status=201)


@routes.post(
    "/conference/meetings/<uuid:meeting_id>/attendance",
    body=schemas.ConferenceAttendance(),
    answer=governance.AttendanceReceipt,
    problems=("not_found", "conflict", "key_reused", "unknown_department"),
    example={"members": 15, "present": 12, "departments": ["CGJ", "ZJJ"]},
)
def take_attendance(body: dict[str, Any], meeting_id: UUID) -> Response:
    """登记到会: say who is there, once; without more than half of the members nothing is decided."""
    departments = tuple(body.pop("departments"))
    taking = governance.TakeAttendance(
        command_id=command_id(principal().subject), meeting_id=meeting_id, departments=departments, **body
    )
    return answer(carry_out("governance", taking, result=governance.AttendanceReceipt))


@routes.post(
    "/conference/meetings/<uuid:meeting_id>/resolutions",
    body=schemas.Certification(),
    answer=governance.CertifiedReceipt,
    status=201,
    problems=(*WORDS, "not_found", "key_reused", "quorum_missed", "unknown_grid", "unknown_category"),
    headers=("Location",),
    example={"grid": "c01-g01", "category": "0204", "text": "在四矿小区南门外增设一处公交候车亭。"},
)
def certify(body: dict[str, Any], meeting_id: UUID) -> Response:
    """Certify a resolution that names an action for a department: it becomes a case."""
    command = command_id(principal().subject)
    certifying = governance.CertifyResolution(
        command_id=command, resolution_id=made_by(command, "resolution"), meeting_id=meeting_id, **body
    )
    receipt = carry_out("governance", certifying, result=governance.CertifiedReceipt)
    return answer(receipt, status=201, location=f"{PREFIX}/cases/{receipt.case_id}")


@routes.post(
    f"{_ITEM}/adopt",
    body=schemas.Adoption(),
    answer=governance.ResolutionReceipt,
    status=201,
    problems=(*_DECISION, "unknown_department"),
    example={"lead": "CGJ", "due_on": "2026-04-03", "text": "由城管局牵头, 两周内更换整条线路。"},
)
def adopt(body: dict[str, Any], meeting_id: UUID, item_id: UUID) -> Response:
    """Name a lead department and a date for one item."""
    command = command_id(principal().subject)
    adopting = governance.AdoptResolution(
        command_id=command,
        resolution_id=made_by(command, "resolution"),
        meeting_id=meeting_id,
        item_id=item_id,
        **body,
    )
    return answer(carry_out("governance", adopting, result=governance.ResolutionReceipt), status=201)


@routes.post(
    f"{_ITEM}/decline",
    body=schemas.Declination(),
    answer=governance.ResolutionReceipt,
    status=201,
    problems=_DECISION,
    example={"reason": "属于产权人自行维护的设施, 已当面说明。"},
)
def decline(body: dict[str, Any], meeting_id: UUID, item_id: UUID) -> Response:
    """End one item; the reason is published."""
    command = command_id(principal().subject)
    declining = governance.DeclineItem(
        command_id=command,
        resolution_id=made_by(command, "resolution"),
        meeting_id=meeting_id,
        item_id=item_id,
        **body,
    )
    return answer(carry_out("governance", declining, result=governance.ResolutionReceipt), status=201)
