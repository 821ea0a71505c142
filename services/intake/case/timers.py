"""What time does to cases, in batches: each shared by as many processes as there are."""

from secrets import token_bytes

import msgspec
import structlog

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.refusal import Refusal
from contracts.envelope import uuid7
from services.intake.case import archiving, sorting
from services.intake.case.case import Case
from services.intake.case.guards import REST
from services.intake.case.keeping import save
from services.intake.case.repository import CaseStore, Timeline, WaitStore, WrittenLives
from services.intake.case.seal import SALT_BYTES
from services.intake.case.waiting import card_due, remind

log = structlog.get_logger()
_BATCH = 100


def archive_all_rested(database: Database) -> None:
    """Archive the cases closed fifteen days ago, batch by batch."""
    while archive_rested(database) == _BATCH:
        pass


def archive_rested(database: Database) -> int:
    """Archive one batch of the cases closed fifteen days ago; return how many."""
    with database.writing(_nobody()) as uow:
        rested = uow.store(CaseStore).lock_rested(closed_before=uow.now - REST, limit=_BATCH)
        uow.store(WrittenLives).prefetch(case.case_id for case in rested)
        return sum(_archive_rested(case, uow) for case in rested)


def watch_all_limits(database: Database) -> None:
    """Show the cards that are due and end what nobody has answered, batch by batch."""
    while watch_limits(database) == _BATCH:
        pass


def watch_limits(database: Database) -> int:
    """Do so for one batch of the waiting cases; return for how many."""
    with database.writing(_nobody()) as uow:
        waits = uow.store(WaitStore)
        waiting = uow.store(CaseStore).lock_free(waits.run_out(limit=_BATCH))
        # Only now that the cases are locked do their waits stand still.
        waits.prefetch(case.case_id for case in waiting)
        return sum(_run_out(case, uow) for case in waiting)


def _nobody() -> Context:
    return Context(principal=the_system(), correlation_id=str(uuid7()))


def _archive_rested(case: Case, uow: UnitOfWork) -> bool:
    entries = uow.store(Timeline).life_of(case)
    try:
        decided = archiving.archive_rested(case, entries, salt=token_bytes(SALT_BYTES), now=uow.now)
    except Refusal as refusal:
        # It stays closed, and is looked at again with the next batch; the others go on.
        log.warning("case.not_archived", case_id=str(case.case_id), code=refusal.code)
        return False
    if decided is not None:
        save(decided, uow)
    return decided is not None


def _run_out(case: Case, uow: UnitOfWork) -> bool:
    waits = uow.store(WaitStore)
    wait = waits.get(case.case_id)
    if wait is None:
        return False
    given_up = sorting.give_up(case, wait, now=uow.now)
    if given_up is not None:
        save(given_up, uow)
        return True
    card = card_due(wait, uow.now)
    if card is None:
        return False
    save(remind(case, wait, card, now=uow.now), uow)
    waits.put(case.case_id, msgspec.structs.replace(wait, card=card))
    return True
