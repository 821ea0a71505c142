"""Loading what a decision is about, and saving what it comes to: the same for every message."""

from functools import partial
from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.data.working_years import WorkingYears
from chassis.refusal import NotFound
from contracts.commands.intake import CaseReceipt
from services.intake import metrics
from services.intake.case.case import Case, Decided
from services.intake.case.errors import UnknownCaseError
from services.intake.case.repository import CaseStore, Seals, Timeline, WaitStore
from services.intake.case.waiting import LIMITS, wait_of


def case_of(uow: UnitOfWork, case_id: UUID) -> Case:
    """Return the case of a command. Raises: NotFound."""
    case = uow.store(CaseStore).get(case_id)
    if case is None:
        raise NotFound
    return case


def known(uow: UnitOfWork, case_id: UUID) -> Case:
    """Return the case of a fact. Raises: UnknownCaseError."""
    case = uow.store(CaseStore).get(case_id)
    if case is None:
        # There is no timeline to call it late on: the message is parked for somebody to look at.
        raise UnknownCaseError(str(case_id))
    return case


def save(decided: Decided, uow: UnitOfWork) -> CaseReceipt:
    """Keep what was decided: the case, its timeline, its wait, its seal, its events."""
    case = decided.case
    _limit(case, uow)
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


def _limit(case: Case, uow: UnitOfWork) -> None:
    """Begin the wait of a state that is entered, and end that of one that is left."""
    before = uow.store(CaseStore).get(case.case_id)
    left = None if before is None else before.state
    if case.state is left:
        return
    if case.state in LIMITS:
        uow.store(WaitStore).put(case.case_id, wait_of(case, uow.store(WorkingYears).calendar))
    elif left in LIMITS:
        uow.store(WaitStore).put(case.case_id, None)
