"""One function a message: load, decide, save, outbox. No SQL, no broker call."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from chassis.processing.events import EventRoute, on
from chassis.refusal import Forbidden
from contracts.commands.governance import (
    AdoptResolution,
    AttendanceReceipt,
    CertifiedReceipt,
    CertifyResolution,
    ConveneMeeting,
    DeclineItem,
    MeetingReceipt,
    ResolutionReceipt,
    TakeAttendance,
)
from contracts.events.intake import CaseEscalated
from contracts.vocabulary import Role
from services.governance import metrics
from services.governance.decided_work.handlers import follow
from services.governance.decided_work.repository import WorkItems
from services.governance.decided_work.work import Origin, WorkItem
from services.governance.meeting.attendance import has_quorum, quorate, take_attendance_of
from services.governance.meeting.certifying import Certification, certify
from services.governance.meeting.errors import (
    AttendanceTaken,
    MeetingExists,
    ResolutionExists,
    UnknownCategory,
    UnknownDepartment,
    UnknownGrid,
)
from services.governance.meeting.lifecycle import Step, Trigger, transition
from services.governance.meeting.meeting import (
    Item,
    Meeting,
    Recorded,
    adopt,
    convene,
    decline,
    escalate,
    item_id_of,
    on_agenda_of,
    put_on_agenda,
)
from services.governance.meeting.repository import (
    Attendances,
    Certifications,
    Entry,
    Items,
    Meetings,
    Resolutions,
    Timeline,
)
from services.governance.reference.repository import Categories, Departments, Grids


def case_escalated(event: CaseEscalated, uow: UnitOfWork) -> None:
    """A case waits for the next conference."""
    follow(event, uow)
    items = uow.store(Items)
    known = items.get(_item_of_case(event))
    row = transition(None if known is None else known.state, Trigger.FACT, Step.CASE_ESCALATED)
    if row is None:
        if known is not None:
            _note(known, uow, kind=Trigger.FACT, step=Step.CASE_ESCALATED, by="intake", late=True)
        return
    item = escalate(event, row)
    items.put(item.id, item)
    _note(item, uow, kind=Trigger.FACT, step=Step.CASE_ESCALATED, by="intake")


def convene_meeting(message: ConveneMeeting, uow: UnitOfWork) -> MeetingReceipt:
    """召集: every waiting case comes on the agenda. Raises: Forbidden, MeetingExists, a text's length."""
    by = _dispatcher(uow)
    if uow.store(Meetings).get(message.meeting_id) is not None:
        raise MeetingExists
    meeting = convene(message, by=by, now=uow.now)
    uow.store(Meetings).put(meeting.id, meeting)
    items = uow.store(Items)
    waiting = [put_on_agenda(item, meeting) for item in items.waiting()]
    for item in waiting:
        items.put(item.id, item)
        _note(item, uow, kind=Trigger.COMMAND, step=Step.CONVENE, by=by)
    uow.after_commit(metrics.MEETINGS.inc)
    return MeetingReceipt(meeting_id=meeting.id, items=tuple(item.id for item in waiting))


def take_attendance(message: TakeAttendance, uow: UnitOfWork) -> AttendanceReceipt:
    """登记到会. Raises: Forbidden, UnknownMeeting, AttendanceTaken, AttendanceUnfit, UnknownDepartment."""
    by = _dispatcher(uow)
    if uow.store(Attendances).get(message.meeting_id) is not None:
        raise AttendanceTaken
    meeting = uow.store(Meetings).get(message.meeting_id)
    attendance = take_attendance_of(meeting, message, by=by, now=uow.now)
    for code in attendance.departments:
        if uow.store(Departments).get(code) is None:
            raise UnknownDepartment(department=code)
    uow.store(Attendances).put(attendance.meeting_id, attendance)
    return AttendanceReceipt(meeting_id=attendance.meeting_id, quorum=has_quorum(attendance))


def adopt_resolution(message: AdoptResolution, uow: UnitOfWork) -> ResolutionReceipt:
    """作出决议.

    Raises: Forbidden, UnknownItem, AlreadyResolved, ResolutionExists, UnknownDepartment, DueBeforeMeeting.
    """
    by = _dispatcher(uow)
    item, meeting = _on_agenda(message, uow)
    if uow.store(Departments).get(message.lead) is None:
        raise UnknownDepartment(lead=message.lead)
    return _record(adopt(item, meeting, message, by=by, now=uow.now), uow, step=Step.ADOPT)


def decline_item(message: DeclineItem, uow: UnitOfWork) -> ResolutionReceipt:
    """决定不再办理. Raises: Forbidden, UnknownItem, AlreadyResolved, ResolutionExists."""
    by = _dispatcher(uow)
    item, meeting = _on_agenda(message, uow)
    return _record(decline(item, meeting, message, by=by, now=uow.now), uow, step=Step.DECLINE)


def certify_resolution(message: CertifyResolution, uow: UnitOfWork) -> CertifiedReceipt:
    """决议交办: what the resolution names becomes a case.

    Raises: Forbidden, UnknownMeeting, ResolutionExists, UnknownGrid, UnknownCategory, a text's length.
    """
    by = _account(_dispatcher(uow))
    certifications = uow.store(Certifications)
    if any(store.get(message.resolution_id) for store in (certifications, uow.store(Resolutions))):
        raise ResolutionExists
    meeting = uow.store(Meetings).get(message.meeting_id)
    quorate(uow.store(Attendances).get(message.meeting_id))
    certification, event = certify(meeting, message, by=by, now=uow.now)
    community = _known_place(message, uow)
    certifications.put(certification.id, certification)
    _follow(certification, community, uow)
    uow.outbox.event(
        event, subject=str(certification.id), sequence=1, ordering_key=str(certification.case_id)
    )
    uow.after_commit(metrics.CERTIFIED.inc)
    return CertifiedReceipt(resolution_id=certification.id, case_id=certification.case_id)


def _known_place(message: CertifyResolution, uow: UnitOfWork) -> str:
    """Return the community; refuse what intake would not know. Raises: UnknownGrid, UnknownCategory."""
    grid, category = uow.store(Grids).get(message.grid), uow.store(Categories).get(message.category)
    if grid is None or not grid.exists(uow.now):
        raise UnknownGrid(grid=message.grid)
    if category is None or not category.in_force(uow.now):
        raise UnknownCategory(category=message.category)
    return grid.community or ""


def _follow(certification: Certification, community: str, uow: UnitOfWork) -> None:
    """Let everybody see what becomes of it."""
    item = WorkItem(
        case_id=certification.case_id,
        resolution_id=certification.id,
        origin=Origin.CONFERENCE,
        origin_id=certification.meeting_id,
        community=community,
        grid=certification.grid,
        category=certification.category,
        text=certification.text,
        owner_id=certification.recorded_by,
        due_on=certification.due_on,
        certified_at=certification.recorded_at,
    )
    uow.store(WorkItems).put(item.case_id, item)


def _account(subject: str) -> UUID:
    """Return who answers for a resolution. Raises: Forbidden where that is nobody's account."""
    try:
        return UUID(subject)
    except ValueError as error:
        raise Forbidden("only an account answers for a resolution") from error


def _dispatcher(uow: UnitOfWork) -> str:
    """Return the account that acts for the district's guidance centre. Raises: Forbidden."""
    principal = uow.principal
    if not principal.has(Role.DISPATCHER):
        raise Forbidden("the conference is the district's")
    return principal.subject


def _on_agenda(message: AdoptResolution | DeclineItem, uow: UnitOfWork) -> tuple[Item, Meeting]:
    quorate(uow.store(Attendances).get(message.meeting_id))
    found = on_agenda_of(uow.store(Items).get(message.item_id), uow.store(Meetings).get(message.meeting_id))
    known = uow.store(Resolutions).get(message.resolution_id)
    if known is not None and known.item_id != message.item_id:
        raise ResolutionExists
    return found


def _record(recorded: Recorded, uow: UnitOfWork, *, step: Step) -> ResolutionReceipt:
    item, resolution, event = recorded
    uow.store(Items).put(item.id, item)
    uow.store(Resolutions).put(resolution.id, resolution)
    uow.outbox.event(event, subject=str(item.id), sequence=item.emitted, ordering_key=str(item.case_id))
    _note(item, uow, kind=Trigger.COMMAND, step=step, by=resolution.recorded_by)
    return ResolutionReceipt(resolution_id=resolution.id, item_id=item.id, outcome=resolution.outcome)


def _note(item: Item, uow: UnitOfWork, *, kind: Trigger, step: Step, by: str, late: bool = False) -> None:
    entry = Entry(
        item_id=item.id,
        at=uow.now,
        kind=kind.value,
        step=step.value,
        state=item.state.value,
        by=by,
        late=late,
    )
    uow.store(Timeline).append(entry)
    counted = metrics.LATE if late else metrics.STEPS
    uow.after_commit(counted.labels(step.value).inc)


def _item_of_case(event: CaseEscalated) -> UUID:
    return item_id_of(event.case_id, event.conference)


EVENTS: tuple[EventRoute, ...] = (
    on(CaseEscalated, case_escalated, loads=((Items, _item_of_case), (WorkItems, lambda e: e.case_id))),
)

COMMANDS: tuple[CommandRoute, ...] = (
    command(ConveneMeeting, convene_meeting, loads=((Meetings, lambda c: c.meeting_id),)),
    command(
        TakeAttendance,
        take_attendance,
        loads=((Meetings, lambda c: c.meeting_id), (Attendances, lambda c: c.meeting_id)),
    ),
    command(
        AdoptResolution,
        adopt_resolution,
        loads=(
            (Meetings, lambda c: c.meeting_id),
            (Attendances, lambda c: c.meeting_id),
            (Items, lambda c: c.item_id),
            (Resolutions, lambda c: c.resolution_id),
            (Departments, lambda c: c.lead),
        ),
    ),
    command(
        DeclineItem,
        decline_item,
        loads=(
            (Meetings, lambda c: c.meeting_id),
            (Attendances, lambda c: c.meeting_id),
            (Items, lambda c: c.item_id),
            (Resolutions, lambda c: c.resolution_id),
        ),
    ),
    command(
        CertifyResolution,
        certify_resolution,
        loads=(
            (Meetings, lambda c: c.meeting_id),
            (Attendances, lambda c: c.meeting_id),
            (Resolutions, lambda c: c.resolution_id),
            (Certifications, lambda c: c.resolution_id),
            (Grids, lambda c: c.grid),
            (Categories, lambda c: c.category),
        ),
    ),
)
