"""Load, decide, save, outbox: one function a message."""

from functools import partial
from operator import attrgetter
from secrets import token_bytes
from uuid import UUID

import structlog

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.processing.commands import command
from chassis.processing.events import on
from chassis.refusal import Conflict, NotFound, Refusal
from contracts.commands.intake import (
    ArchiveCase,
    CaseReceipt,
    ClassifyCase,
    PassCheck,
    RecordDissatisfied,
    RecordSatisfied,
    ReportCase,
)
from contracts.envelope import uuid7
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.governance import ResolutionAdopted, ResolutionDeclined
from services.intake import metrics
from services.intake.case import archiving, decisions, heard
from services.intake.case.case import Case, Decided
from services.intake.case.decisions import Mirrored
from services.intake.case.errors import UnknownCaseError
from services.intake.case.guards import REST
from services.intake.case.repository import CaseStore, NumberStore, Seals, Timeline, WrittenLives
from services.intake.case.seal import SALT_BYTES
from services.intake.case.wellformed import is_code
from services.intake.reference.repository import CategoryStore, DepartmentStore, PlaceStore
from services.intake.reference.values import Category, Grid, local_day

log = structlog.get_logger()
_ARCHIVE_BATCH = 100


def report(asked: ReportCase, uow: UnitOfWork) -> CaseReceipt:
    """上报."""
    if uow.store(CaseStore).get(asked.case_id) is not None:
        raise Conflict(case_id=str(asked.case_id))
    mirrored = Mirrored(grid=_grid(uow, asked.grid), category=_category(uow, asked.category))
    number = "" if mirrored.grid is None else _number(uow, mirrored.grid)
    decided = decisions.report(asked, uow.principal, mirrored, number=number, now=uow.now)
    return _settle(decided, uow)


def classify(asked: ClassifyCase, uow: UnitOfWork) -> CaseReceipt:
    """分类 by a dispatcher."""
    mirrored = Mirrored(
        category=_category(uow, asked.category), unknown_departments=_unknown_departments(uow, asked)
    )
    case = _case(uow, asked.case_id)
    return _settle(decisions.classify(case, asked, uow.principal, mirrored, now=uow.now), uow)


def pass_check(asked: PassCheck, uow: UnitOfWork) -> CaseReceipt:
    """核查通过."""
    case = _case(uow, asked.case_id)
    return _settle(decisions.pass_check(case, asked, uow.principal, now=uow.now), uow)


def record_satisfied(asked: RecordSatisfied, uow: UnitOfWork) -> CaseReceipt:
    """回访满意."""
    case = _case(uow, asked.case_id)
    return _settle(decisions.record_satisfied(case, asked, uow.principal, now=uow.now), uow)


def record_dissatisfied(asked: RecordDissatisfied, uow: UnitOfWork) -> CaseReceipt:
    """回访不满意."""
    case = _case(uow, asked.case_id)
    return _settle(decisions.record_dissatisfied(case, asked, uow.principal, now=uow.now), uow)


def archive(asked: ArchiveCase, uow: UnitOfWork) -> CaseReceipt:
    """归档."""
    case = _case(uow, asked.case_id)
    decided = archiving.archive(
        case,
        uow.store(Timeline).life_of(case),
        uow.principal,
        expected_version=asked.expected_version,
        salt=token_bytes(SALT_BYTES),
        now=uow.now,
    )
    return _settle(decided, uow)


def order_moved(fact: WorkOrderEvent, uow: UnitOfWork) -> None:
    """Dispatch says what happened to a work order."""
    _settle(heard.order_moved(_known(uow, fact.case_id), fact, now=uow.now), uow)


def resolution_adopted(fact: ResolutionAdopted, uow: UnitOfWork) -> None:
    """The joint conference sends the case round again."""
    _settle(heard.resolution_adopted(_known(uow, fact.case_id), fact, now=uow.now), uow)


def resolution_declined(fact: ResolutionDeclined, uow: UnitOfWork) -> None:
    """The joint conference ends the case."""
    _settle(heard.resolution_declined(_known(uow, fact.case_id), fact, now=uow.now), uow)


def archive_all_rested(database: Database) -> None:
    """Archive the cases closed fifteen days ago, batch by batch."""
    while archive_rested(database) == _ARCHIVE_BATCH:
        pass


def archive_rested(database: Database) -> int:
    """Archive one batch of the cases closed fifteen days ago; return how many."""
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        rested = uow.store(CaseStore).lock_rested(closed_before=uow.now - REST, limit=_ARCHIVE_BATCH)
        uow.store(WrittenLives).prefetch(case.case_id for case in rested)
        return sum(_archive_rested(case, uow) for case in rested)


def _archive_rested(case: Case, uow: UnitOfWork) -> bool:
    entries = uow.store(Timeline).life_of(case)
    try:
        decided = archiving.archive_rested(case, entries, salt=token_bytes(SALT_BYTES), now=uow.now)
    except Refusal as refusal:
        # It stays closed, and is looked at again with the next batch; the others go on.
        log.warning("case.not_archived", case_id=str(case.case_id), code=refusal.code)
        return False
    if decided is not None:
        _settle(decided, uow)
    return decided is not None


def _settle(decided: Decided, uow: UnitOfWork) -> CaseReceipt:
    case = decided.case
    uow.store(CaseStore).put(case.case_id, case)
    timeline = uow.store(Timeline)
    for entry in decided.entries:
        timeline.append(entry)
        if entry.late:
            uow.after_commit(partial(metrics.count_late, entry.step))
    if decided.seal is not None:
        uow.store(Seals).append(decided.seal)
    subject = str(case.case_id)
    for sequence, event in enumerate(decided.events, case.emitted - len(decided.events) + 1):
        uow.outbox.event(event, subject=subject, sequence=sequence, ordering_key=subject)
    if decided.events:
        uow.after_commit(partial(metrics.count_steps, decided.events, decided.waited_s))
    return case.receipt()


def _case(uow: UnitOfWork, case_id: UUID) -> Case:
    case = uow.store(CaseStore).get(case_id)
    if case is None:
        raise NotFound
    return case


def _known(uow: UnitOfWork, case_id: UUID) -> Case:
    case = uow.store(CaseStore).get(case_id)
    if case is None:
        # There is no timeline to call it late on: the message is parked for somebody to look at.
        raise UnknownCaseError(str(case_id))
    return case


def _grid(uow: UnitOfWork, code: str) -> Grid | None:
    place = uow.store(PlaceStore).get(code) if is_code(code) else None
    return None if place is None else place.as_grid(local_day(uow.now))


def _category(uow: UnitOfWork, code: str | None) -> Category | None:
    category = uow.store(CategoryStore).get(code) if code is not None and is_code(code) else None
    in_force = category is not None and category.valid_from <= local_day(uow.now)
    return category if in_force else None


def _unknown_departments(uow: UnitOfWork, asked: ClassifyCase) -> tuple[str, ...]:
    known = uow.store(DepartmentStore)
    return tuple(code for code in _named(asked) if not is_code(code) or known.get(code) is None)


def _named(asked: ClassifyCase) -> list[str]:
    return [*([] if asked.lead is None else [asked.lead]), *asked.co_handlers]


def _number(uow: UnitOfWork, grid: Grid) -> str:
    day = local_day(uow.now)
    return f"{grid.district}-{day:%Y%m%d}-{uow.store(NumberStore).next_on(day):06d}"


def _codes(*codes: str | None) -> list[str]:
    return [code for code in codes if code is not None and is_code(code)]


_OF_CASE = (CaseStore, attrgetter("case_id"))
COMMANDS = (
    command(
        ReportCase,
        report,
        loads=(
            _OF_CASE,
            (PlaceStore, lambda asked: _codes(asked.grid)),
            (CategoryStore, lambda asked: _codes(asked.category)),
        ),
    ),
    command(
        ClassifyCase,
        classify,
        loads=(
            _OF_CASE,
            (CategoryStore, lambda asked: _codes(asked.category)),
            (DepartmentStore, lambda asked: _codes(*_named(asked))),
        ),
    ),
    command(PassCheck, pass_check, loads=(_OF_CASE,)),
    command(RecordSatisfied, record_satisfied, loads=(_OF_CASE,)),
    command(RecordDissatisfied, record_dissatisfied, loads=(_OF_CASE,)),
    command(ArchiveCase, archive, loads=(_OF_CASE, (WrittenLives, attrgetter("case_id")))),
)
EVENTS = (
    *(on(fact, order_moved, loads=(_OF_CASE,)) for fact in heard.ORDER_STEPS),
    on(ResolutionAdopted, resolution_adopted, loads=(_OF_CASE,)),
    on(ResolutionDeclined, resolution_declined, loads=(_OF_CASE,)),
)
