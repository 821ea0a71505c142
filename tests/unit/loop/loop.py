"""Three services round one case, with every message held until somebody lets it through."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import msgspec

from chassis.data.working_years import WorkingYears
from chassis.principal import Principal
from chassis.refusal import NotFound, Refusal
from chassis.working_calendar import Calendar
from contracts.commands import dispatch, governance, intake
from contracts.envelope import CloudEvent
from contracts.events.registry import Tier
from contracts.vocabulary import (
    Evidence,
    Kind,
    LawfulChannel,
    MediaKind,
    RefusalReason,
    SuspensionReason,
    Urgency,
)
from services.dispatch.responsibility import repository as matrix
from services.dispatch.responsibility.matrix import Assignment, Matrix
from services.dispatch.work_order import handlers as dispatch_handlers
from services.dispatch.work_order import repository as orders
from services.dispatch.work_order import routes
from services.dispatch.work_order.work_order import WorkOrder
from services.governance.meeting import handlers as governance_handlers
from services.governance.meeting import repository as conference
from services.governance.meeting.lifecycle import State as ItemState
from services.governance.reference import repository as known
from services.intake.case import handlers as intake_handlers
from services.intake.case import repository as cases
from services.intake.case.case import Case
from services.intake.reference import repository as mirror
from services.intake.reference.values import Category, Department, Place
from tests.support.memory import Line, MemoryService

START = datetime(2012, 6, 18, 1, 0, tzinfo=UTC)
LONG_AGO = date(2012, 1, 1)
GRID, COMMUNITY, CATEGORY = "c01-g01", "c01", "0202"
LEAD, HELPER, OTHER = "CGJ", "GDS", "ZJJ"
SAID = "灯还是不亮, 请再派人到现场看看。"

Command = Any


def somebody(name: str, *roles: str, **scope: str) -> Principal:
    return Principal(subject=str(uuid5(NAMESPACE_OID, name)), roles=frozenset(roles), scope=scope)


REPORTER = somebody("reporter", "resident")
WORKER = somebody("worker", "grid_worker", community=COMMUNITY, grid=GRID)
CLERK = somebody("clerk", "clerk", community=COMMUNITY)
DISPATCHER = somebody("dispatcher", "dispatcher")
ARCHIVIST = somebody("archivist", "archivist")
OFFICERS = {
    code: somebody(f"officer {code}", "department", department=code) for code in (LEAD, HELPER, OTHER)
}


class Deed(NamedTuple):
    """Something that somebody may try at any time."""

    name: str
    by: Principal
    service: str
    command: Callable[["Loop"], Command | None]


class Loop:
    """Intake, dispatch and governance, one case, and the lines between them."""

    def __init__(self) -> None:
        self.now = START
        self.case_id = UUID(int=1)
        self.master_id = UUID(int=2)
        self.services = {each.name: each for each in (_intake(), _dispatch(), _governance())}

    # What is asked.

    def attempt(self, deed: Deed) -> Refusal | None:
        """Let somebody try; return why it was refused. A refusal changes nothing."""
        command = deed.command(self)
        if command is None:
            return NotFound()
        service = self.services[deed.service]
        before = _picture(service)
        try:
            service.carry_out(command, deed.by, now=self.now)
        except Refusal as refusal:
            assert _picture(service) == before, f"{deed.name} was refused and changed something"
            return refusal
        return None

    def do(self, deed: Deed) -> None:
        """Let somebody do what must be possible now."""
        refusal = self.attempt(deed)
        assert refusal is None, (deed.name, refusal)

    # What is told.

    def held(self) -> Iterator[tuple[str, Line]]:
        """Give every (receiver, line) with something that has not arrived."""
        for source in self.services.values():
            for line, events in source.lines.items():
                for receiver in self.services.values():
                    follows = receiver is not source
                    if follows and receiver.cursors[line] < len(events):
                        yield receiver.name, line

    def let_through(self, receiver: str, line: Line) -> None:
        """Deliver the next event of a line."""
        assert self.services[receiver].take(
            self._event(line, self.services[receiver].cursors[line]), now=self.now
        )

    def repeat(self, receiver: str, line: Line, position: int) -> None:
        """Deliver an event again: nothing may happen."""
        service = self.services[receiver]
        before = _picture(service)
        assert not service.take(self._event(line, position), now=self.now)
        assert _picture(service) == before

    def drain(self) -> None:
        """Let everything through."""
        while held := sorted(self.held()):
            self.let_through(*held[0])

    def _event(self, line: Line, position: int) -> CloudEvent:
        return self.services[line[0]].lines[line][position]

    # What stands.

    @property
    def case(self) -> Case | None:
        found: Case | None = self.services["intake"].tables[cases.CaseStore].get(self.case_id)
        return found

    def orders(self) -> list[WorkOrder]:
        """Return the case's orders, oldest first."""
        found = self.services["dispatch"].tables[orders.Orders].values()
        return [order for order in found if order.case_id == self.case_id]

    @property
    def order(self) -> WorkOrder | None:
        """The case's newest order."""
        found = self.orders()
        return found[-1] if found else None

    def item(self) -> Any:
        """Return the open agenda item, None where there is none."""
        items = self.services["governance"].tables[conference.Items].values()
        return next((item for item in items if item.state in (ItemState.WAITING, ItemState.ON_AGENDA)), None)


def _picture(service: MemoryService) -> Any:
    """Return all that a service holds, to be compared."""
    return (
        {cls.__name__: dict(table) for cls, table in service.tables.items() if table},
        {cls.__name__: len(rows) for cls, rows in service.journals.items() if rows},
        {line: len(events) for line, events in service.lines.items() if events},
    )


# No year is loaded: every one is Monday to Friday.
_MONDAY_TO_FRIDAY: Any = {WorkingYears: {"calendar": property(lambda _: Calendar.of())}}


def _intake() -> MemoryService:
    def lives(service: MemoryService) -> dict[Any, Any]:
        found: dict[Any, tuple[Any, ...]] = {}
        for entry in service.journals[cases.Timeline]:
            found[entry.case_id] = (*found.get(entry.case_id, ()), entry)
        return found

    service = MemoryService(
        "intake",
        events=intake_handlers.EVENTS,
        commands=intake_handlers.COMMANDS,
        derived={cases.WrittenLives: lives},
        methods=_MONDAY_TO_FRIDAY,
    )
    service.tables[mirror.PlaceStore][GRID] = Place(
        code=GRID, tier=Tier.GRID, parent=COMMUNITY, valid_from=LONG_AGO, valid_to=None, above="140303"
    )
    service.tables[mirror.CategoryStore][CATEGORY] = _category()
    service.tables[mirror.DepartmentStore].update({code: Department(code=code) for code in OFFICERS})
    return service


def _category() -> Category:
    fields: dict[str, Any] = {
        "code": CATEGORY,
        "kind": Kind.COMPONENT,
        "department": LEAD,
        "urgency": Urgency.NORMAL,
        "valid_from": LONG_AGO,
        "small": False,
    }
    return Category(**{name: fields[name] for name in Category.__struct_fields__})


def _dispatch() -> MemoryService:
    service = MemoryService(
        "dispatch", events=dispatch_handlers.EVENTS, commands=routes.COMMANDS, methods=_MONDAY_TO_FRIDAY
    )
    held = Assignment(
        category=CATEGORY, valid_from=LONG_AGO, department=LEAD, kind="C", urgency="N", limit="3wd"
    )
    service.tables[matrix.Responsibilities][CATEGORY] = Matrix(assignments=(held,))
    service.tables[matrix.Departments].update(
        {code: matrix.Department(code, code, code) for code in OFFICERS}
    )
    return service


def _governance() -> MemoryService:
    def waiting(store: Any) -> list[Any]:
        items = service.tables[conference.Items]
        store.prefetch(list(items))
        return [item for item in items.values() if item.state is ItemState.WAITING]

    service = MemoryService(
        "governance",
        events=governance_handlers.EVENTS,
        commands=governance_handlers.COMMANDS,
        methods={conference.Items: {"waiting": waiting}},
    )
    service.tables[known.Departments].update({code: known.Department(code, code, code) for code in OFFICERS})
    return service


# Everything that anybody may try.


def _photo() -> tuple[Evidence, ...]:
    return (Evidence(media_id=uuid4(), sha256="ab" * 32, kind=MediaKind.PHOTO),)


def _of_case(kind: type[Any], **fields: Any) -> Callable[[Loop], Command]:
    def make(loop: Loop) -> Command:
        given = {name: value() if callable(value) else value for name, value in fields.items()}
        return kind(command_id=uuid4(), case_id=loop.case_id, **given)

    return make


def _of_order(kind: type[Any], **fields: Any) -> Callable[[Loop], Command | None]:
    def make(loop: Loop) -> Command | None:
        if loop.order is None:
            return None
        given = {name: value(loop) if callable(value) else value for name, value in fields.items()}
        return kind(command_id=uuid4(), order_id=loop.order.id, **given)

    return make


def _handed_in(loop: Loop, *, by: str, kind: dispatch.StatementKind | None) -> dict[str, Any]:
    """Hand in what a step will name; refused where the step would be refused as well."""
    assert loop.order is not None
    paper = uuid4()
    common = {"command_id": uuid4(), "order_id": loop.order.id, "text": SAID}
    asked: Any
    if kind is None:
        contact = dispatch.ContactRecord(at=loop.now, channel="phone")
        asked = dispatch.HandInResult(**common, result_id=paper, contact=contact, evidence=_photo())
    else:
        asked = dispatch.HandInStatement(
            **common, statement_id=paper, kind=kind, legal_basis="《条例》第三条"
        )
    receipt = loop.services["dispatch"].carry_out(asked, OFFICERS[by], now=loop.now)
    names = ("result_id", "result_sha256") if kind is None else ("statement_id", "statement_sha256")
    return dict(zip(names, (paper, receipt.sha256), strict=True))


def _named(
    kind: type[Any], *, by: str, paper: dispatch.StatementKind | None, **fields: Any
) -> Callable[[Loop], Command | None]:
    def make(loop: Loop) -> Command | None:
        if loop.order is None:
            return None
        try:
            handed_in = _handed_in(loop, by=by, kind=paper)
        except Refusal:
            return None
        return kind(command_id=uuid4(), order_id=loop.order.id, **handed_in, **fields)

    return make


def _in_a_week(loop: Loop) -> date:
    return loop.now.date() + timedelta(days=7)


def _report(loop: Loop) -> Command:
    return intake.ReportCase(
        command_id=uuid4(),
        case_id=loop.case_id,
        grid=GRID,
        text=SAID,
        occurred_at=loop.now,
        channel=intake.Channel.APP,
    )


def _report_another(loop: Loop) -> Command:
    return msgspec.structs.replace(_report(loop), case_id=loop.master_id, category=CATEGORY)


def _convene(loop: Loop) -> Command:
    return governance.ConveneMeeting(
        command_id=uuid4(), meeting_id=uuid4(), held_on=loop.now.date(), title="联席会议"
    )


def _of_item(kind: type[Any], **fields: Any) -> Callable[[Loop], Command | None]:
    def make(loop: Loop) -> Command | None:
        item = loop.item()
        if item is None or item.meeting_id is None:
            return None
        given = {name: value(loop) if callable(value) else value for name, value in fields.items()}
        return kind(
            command_id=uuid4(), resolution_id=uuid4(), meeting_id=item.meeting_id, item_id=item.id, **given
        )

    return make


def _merge(loop: Loop) -> Command:
    return intake.MergeCase(command_id=uuid4(), case_id=loop.case_id, master_id=loop.master_id)


def _attempt_at(loop: Loop) -> Command:
    return intake.RecordAttempt(
        command_id=uuid4(), case_id=loop.case_id, channel=intake.Channel.PHONE, at=loop.now
    )


REPORT = Deed("report", REPORTER, "intake", _report)
REPORT_ANOTHER = Deed("report another", REPORTER, "intake", _report_another)
OF_CASE = (
    Deed("withdraw", REPORTER, "intake", _of_case(intake.WithdrawCase)),
    Deed("ask the reporter", DISPATCHER, "intake", _of_case(intake.AskReporter, question=SAID)),
    Deed("answer the question", REPORTER, "intake", _of_case(intake.AnswerQuestion, text=SAID)),
    Deed("merge", DISPATCHER, "intake", _merge),
    Deed(
        "refuse",
        DISPATCHER,
        "intake",
        _of_case(intake.RefuseCase, reason=RefusalReason.IN_COURT, channel=LawfulChannel.COURT),
    ),
    Deed(
        "classify",
        DISPATCHER,
        "intake",
        _of_case(intake.ClassifyCase, category=CATEGORY, co_handlers=(HELPER,)),
    ),
    Deed("pass the check", WORKER, "intake", _of_case(intake.PassCheck, evidence=_photo)),
    Deed("fail the check", WORKER, "intake", _of_case(intake.FailCheck, reason=SAID, evidence=_photo)),
    Deed("record an attempt", CLERK, "intake", _attempt_at),
    Deed("record unreachable", CLERK, "intake", _of_case(intake.RecordUnreachable)),
    Deed(
        "be satisfied",
        CLERK,
        "intake",
        _of_case(intake.RecordSatisfied, resolved=True, score=5, channel=intake.Channel.PHONE),
    ),
    Deed(
        "be dissatisfied",
        CLERK,
        "intake",
        _of_case(intake.RecordDissatisfied, reason=SAID, channel=intake.Channel.PHONE),
    ),
    Deed("reopen", REPORTER, "intake", _of_case(intake.ReopenCase, reason=SAID)),
    Deed("archive", ARCHIVIST, "intake", _of_case(intake.ArchiveCase)),
)
_S = dispatch.StatementKind
OF_LEAD = tuple(
    deed
    for code in (LEAD, OTHER)
    for deed in (
        Deed(f"{code} signs", OFFICERS[code], "dispatch", _of_order(dispatch.SignOrder)),
        Deed(
            f"{code} returns",
            OFFICERS[code],
            "dispatch",
            _named(dispatch.ReturnOrder, by=code, paper=_S.RETURN),
        ),
        Deed(
            f"{code} asks for more time",
            OFFICERS[code],
            "dispatch",
            _named(dispatch.AskExtension, by=code, paper=_S.EXTENSION, days=2),
        ),
        Deed(
            f"{code} asks to suspend",
            OFFICERS[code],
            "dispatch",
            _of_order(dispatch.AskSuspension, reason=SuspensionReason.SEASON, review_on=_in_a_week),
        ),
        Deed(
            f"{code} completes",
            OFFICERS[code],
            "dispatch",
            _named(dispatch.CompleteOrder, by=code, paper=None),
        ),
    )
)
OF_HELPER = (
    Deed(
        "the helper does its part",
        OFFICERS[HELPER],
        "dispatch",
        _named(dispatch.CompletePart, by=HELPER, paper=None),
    ),
)
OF_DISPATCHER = (
    Deed("redirect", DISPATCHER, "dispatch", _of_order(dispatch.RedirectOrder, department=OTHER)),
    Deed("redirect back", DISPATCHER, "dispatch", _of_order(dispatch.RedirectOrder, department=LEAD)),
    Deed("recall", DISPATCHER, "dispatch", _of_order(dispatch.RecallOrder, reason=SAID)),
    Deed("grant more time", DISPATCHER, "dispatch", _of_order(dispatch.GrantExtension)),
    Deed("deny more time", DISPATCHER, "dispatch", _of_order(dispatch.DenyExtension, reason=SAID)),
    Deed(
        "grant suspension", DISPATCHER, "dispatch", _of_order(dispatch.GrantSuspension, review_on=_in_a_week)
    ),
    Deed("deny suspension", DISPATCHER, "dispatch", _of_order(dispatch.DenySuspension, reason=SAID)),
    Deed("resume", DISPATCHER, "dispatch", _of_order(dispatch.ResumeOrder)),
    Deed(
        "excuse the helper",
        DISPATCHER,
        "dispatch",
        _of_order(dispatch.ExcusePart, department=HELPER, reason=SAID),
    ),
)
OF_CONFERENCE = (
    Deed("convene", DISPATCHER, "governance", _convene),
    Deed(
        "adopt",
        DISPATCHER,
        "governance",
        _of_item(governance.AdoptResolution, lead=OTHER, due_on=_in_a_week, text=SAID),
    ),
    Deed("decline", DISPATCHER, "governance", _of_item(governance.DeclineItem, reason=SAID)),
)
EVERY = (REPORT, REPORT_ANOTHER, *OF_CASE, *OF_LEAD, *OF_HELPER, *OF_DISPATCHER, *OF_CONFERENCE)
