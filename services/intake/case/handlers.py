"""Load, decide, save, outbox: one function a message."""

from operator import attrgetter
from secrets import token_bytes
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.data.working_years import WorkingYears
from chassis.processing.commands import command
from chassis.processing.events import on
from chassis.refusal import Conflict
from contracts.commands import intake as asks
from contracts.commands.intake import CaseReceipt
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.governance import ResolutionAdopted, ResolutionCertified, ResolutionDeclined
from services.intake.case import archiving, checking, heard, merging, reporting, sorting, visiting
from services.intake.case.errors import UnknownPlaceError
from services.intake.case.keeping import case_of, known, save
from services.intake.case.merging import Side
from services.intake.case.reporting import Named
from services.intake.case.repository import CaseStore, NumberStore, SupporterStore, Timeline, WrittenLives
from services.intake.case.seal import SALT_BYTES
from services.intake.reference.lookups import category_of, grid_of, possible, unknown_departments
from services.intake.reference.repository import CategoryStore, DepartmentStore, PlaceStore
from services.intake.reference.values import local_day


def report(asked: asks.ReportCase, uow: UnitOfWork) -> CaseReceipt:
    """上报."""
    _unused(uow, asked.case_id)
    named = _named(uow, asked.grid, asked.category)
    return save(reporting.report(asked, uow.principal, named, now=uow.now), uow)


def settle_on_spot(asked: asks.SettleOnSpot, uow: UnitOfWork) -> CaseReceipt:
    """当场解决."""
    _unused(uow, asked.case_id)
    named = _named(uow, asked.grid, asked.category)
    return save(reporting.settle_on_spot(asked, uow.principal, named, now=uow.now), uow)


def withdraw(asked: asks.WithdrawCase, uow: UnitOfWork) -> CaseReceipt:
    """撤回."""
    case = case_of(uow, asked.case_id)
    return save(sorting.withdraw(case, asked, uow.principal, now=uow.now), uow)


def ask_reporter(asked: asks.AskReporter, uow: UnitOfWork) -> CaseReceipt:
    """请上报人补充."""
    case = case_of(uow, asked.case_id)
    calendar = uow.store(WorkingYears).calendar
    return save(sorting.ask_reporter(case, asked, uow.principal, calendar, now=uow.now), uow)


def answer_question(asked: asks.AnswerQuestion, uow: UnitOfWork) -> CaseReceipt:
    """上报人补充."""
    case = case_of(uow, asked.case_id)
    return save(sorting.answer_question(case, asked, uow.principal, now=uow.now), uow)


def merge(asked: asks.MergeCase, uow: UnitOfWork) -> CaseReceipt:
    """并案: the master is locked with the case, so that it stays open until both are written."""
    supporters = uow.store(SupporterStore)
    case, master = case_of(uow, asked.case_id), uow.store(CaseStore).get(asked.master_id)
    merging_ = merging.merge(
        Side(case, supporters.get(asked.case_id) or ()),
        None if master is None else Side(master, supporters.get(asked.master_id) or ()),
        asked,
        uow.principal,
        now=uow.now,
    )
    supporters.put(asked.master_id, merging_.supporters)
    return save(merging_.decided, uow)


def refuse(asked: asks.RefuseCase, uow: UnitOfWork) -> CaseReceipt:
    """不予受理."""
    case = case_of(uow, asked.case_id)
    return save(sorting.refuse(case, asked, uow.principal, now=uow.now), uow)


def classify(asked: asks.ClassifyCase, uow: UnitOfWork) -> CaseReceipt:
    """分类 by a dispatcher."""
    case = case_of(uow, asked.case_id)
    decided = sorting.classify(
        case,
        asked,
        uow.principal,
        category_of(uow, asked.category),
        unknown_departments=unknown_departments(uow, _departments(asked)),
        now=uow.now,
    )
    return save(decided, uow)


def pass_check(asked: asks.PassCheck, uow: UnitOfWork) -> CaseReceipt:
    """核查通过."""
    case = case_of(uow, asked.case_id)
    return save(checking.pass_check(case, asked, uow.principal, now=uow.now), uow)


def fail_check(asked: asks.FailCheck, uow: UnitOfWork) -> CaseReceipt:
    """核查不通过."""
    case = case_of(uow, asked.case_id)
    return save(checking.fail_check(case, asked, uow.principal, now=uow.now), uow)


def record_attempt(asked: asks.RecordAttempt, uow: UnitOfWork) -> CaseReceipt:
    """未接通."""
    case = case_of(uow, asked.case_id)
    return save(visiting.record_attempt(case, asked, uow.principal, now=uow.now), uow)


def record_satisfied(asked: asks.RecordSatisfied, uow: UnitOfWork) -> CaseReceipt:
    """回访满意."""
    case = case_of(uow, asked.case_id)
    return save(visiting.record_satisfied(case, asked, uow.principal, now=uow.now), uow)


def record_unreachable(asked: asks.RecordUnreachable, uow: UnitOfWork) -> CaseReceipt:
    """三次未联系上."""
    case = case_of(uow, asked.case_id)
    return save(visiting.record_unreachable(case, asked, uow.principal, now=uow.now), uow)


def record_dissatisfied(asked: asks.RecordDissatisfied, uow: UnitOfWork) -> CaseReceipt:
    """回访不满意."""
    case = case_of(uow, asked.case_id)
    return save(visiting.record_dissatisfied(case, asked, uow.principal, now=uow.now), uow)


def reopen(asked: asks.ReopenCase, uow: UnitOfWork) -> CaseReceipt:
    """重办."""
    case = case_of(uow, asked.case_id)
    return save(visiting.reopen(case, asked, uow.principal, now=uow.now), uow)


def archive(asked: asks.ArchiveCase, uow: UnitOfWork) -> CaseReceipt:
    """归档."""
    case = case_of(uow, asked.case_id)
    decided = archiving.archive(
        case,
        uow.store(Timeline).life_of(case),
        uow.principal,
        expected_version=asked.expected_version,
        salt=token_bytes(SALT_BYTES),
        now=uow.now,
    )
    return save(decided, uow)


def order_moved(fact: WorkOrderEvent, uow: UnitOfWork) -> None:
    """Dispatch says what happened to a work order."""
    save(heard.order_moved(known(uow, fact.case_id), fact, now=uow.now), uow)


def resolution_adopted(fact: ResolutionAdopted, uow: UnitOfWork) -> None:
    """The joint conference sends the case round again."""
    save(heard.resolution_adopted(known(uow, fact.case_id), fact, now=uow.now), uow)


def resolution_declined(fact: ResolutionDeclined, uow: UnitOfWork) -> None:
    """The joint conference ends the case."""
    save(heard.resolution_declined(known(uow, fact.case_id), fact, now=uow.now), uow)


def resolution_certified(fact: ResolutionCertified, uow: UnitOfWork) -> None:
    """A meeting's resolution becomes a case. Raises: UnknownPlaceError, and is parked with it."""
    case = uow.store(CaseStore).get(fact.case_id)
    if case is not None:
        save(heard.certified_again(case, fact, now=uow.now), uow)
        return
    named = _named(uow, fact.grid, fact.category)
    if named.grid is None or named.category is None:
        raise UnknownPlaceError(f"{fact.grid}, {fact.category}")
    save(reporting.certified(fact, named, now=uow.now), uow)


def _unused(uow: UnitOfWork, case_id: UUID) -> None:
    if uow.store(CaseStore).get(case_id) is not None:
        raise Conflict(case_id=str(case_id))


def _named(uow: UnitOfWork, grid_code: str, category_code: str | None) -> Named:
    grid = grid_of(uow, grid_code)
    number = ""
    if grid is not None:
        day = local_day(uow.now)
        number = f"{grid.district}-{day:%Y%m%d}-{uow.store(NumberStore).next_on(day):06d}"
    return Named(number=number, grid=grid, category=category_of(uow, category_code))


def _departments(asked: asks.ClassifyCase) -> list[str]:
    return [*([] if asked.lead is None else [asked.lead]), *asked.co_handlers]


_OF_CASE = (CaseStore, attrgetter("case_id"))
_PLACE = (PlaceStore, lambda asked: possible(asked.grid))
_CATEGORY = (CategoryStore, lambda asked: possible(asked.category))
_NEW = (_OF_CASE, _PLACE, _CATEGORY)
COMMANDS = (
    command(asks.ReportCase, report, loads=_NEW),
    command(asks.SettleOnSpot, settle_on_spot, loads=_NEW),
    command(asks.WithdrawCase, withdraw, loads=(_OF_CASE,)),
    command(asks.AskReporter, ask_reporter, loads=(_OF_CASE,)),
    command(asks.AnswerQuestion, answer_question, loads=(_OF_CASE,)),
    command(
        asks.MergeCase,
        merge,
        # One statement locks both, in the order of their ids: two merges never wait for each other.
        loads=tuple(
            (store, lambda asked: [asked.case_id, asked.master_id]) for store in (CaseStore, SupporterStore)
        ),
    ),
    command(asks.RefuseCase, refuse, loads=(_OF_CASE,)),
    command(
        asks.ClassifyCase,
        classify,
        loads=(_OF_CASE, _CATEGORY, (DepartmentStore, lambda asked: possible(*_departments(asked)))),
    ),
    command(asks.PassCheck, pass_check, loads=(_OF_CASE,)),
    command(asks.FailCheck, fail_check, loads=(_OF_CASE,)),
    command(asks.RecordAttempt, record_attempt, loads=(_OF_CASE,)),
    command(asks.RecordSatisfied, record_satisfied, loads=(_OF_CASE,)),
    command(asks.RecordUnreachable, record_unreachable, loads=(_OF_CASE,)),
    command(asks.RecordDissatisfied, record_dissatisfied, loads=(_OF_CASE,)),
    command(asks.ReopenCase, reopen, loads=(_OF_CASE,)),
    command(asks.ArchiveCase, archive, loads=(_OF_CASE, (WrittenLives, attrgetter("case_id")))),
)
EVENTS = (
    *(on(fact, order_moved, loads=(_OF_CASE,)) for fact in heard.ORDER_STEPS),
    on(ResolutionAdopted, resolution_adopted, loads=(_OF_CASE,)),
    on(ResolutionDeclined, resolution_declined, loads=(_OF_CASE,)),
    on(ResolutionCertified, resolution_certified, loads=_NEW),
)
