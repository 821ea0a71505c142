"""归档: a closed case is sealed and put away, by the archivist or by time. Pure."""

from datetime import datetime

from chassis.principal import Principal
from services.intake.case.authority import account_of, acting
from services.intake.case.case import Case, Decided, Entry, Mover, advance, check_version
from services.intake.case.guards import Facts
from services.intake.case.lifecycle import By, Row, Step, Trigger, roles_of, transition
from services.intake.case.seal import sealed

Entries = tuple[Entry, ...]


def archive(
    case: Case,
    entries: Entries,
    principal: Principal,
    *,
    expected_version: int | None,
    salt: bytes,
    now: datetime,
) -> Decided:
    """Seal and put away, asked by the archivist."""
    by = acting(principal, roles_of(Trigger.COMMAND, Step.ARCHIVE), case.whereabouts)
    check_version(case, expected_version)
    mover = Mover(by, now, account_of(principal))
    row = transition(case.state, Trigger.COMMAND, Step.ARCHIVE, _facts(case, entries, mover))
    return _archived(case, row, mover, entries=entries, salt=salt)


def archive_rested(case: Case, entries: Entries, *, salt: bytes, now: datetime) -> Decided | None:
    """Seal and put away fifteen days after closing; None where that is not so."""
    mover = Mover(By.SYSTEM, now)
    row = transition(case.state, Trigger.TIMER, Step.ARCHIVE, _facts(case, entries, mover))
    return None if row is None else _archived(case, row, mover, entries=entries, salt=salt)


def _facts(case: Case, entries: Entries, mover: Mover) -> Facts:
    positions = [entry.position for entry in entries]
    return Facts(
        by=mover.by,
        now=mover.now,
        closure=case.closure,
        closed_at=case.closed_at,
        documents_present=positions == list(range(1, case.version + 1)),
    )


def _archived(case: Case, row: Row, mover: Mover, *, entries: Entries, salt: bytes) -> Decided:
    seal = sealed(
        case_id=case.case_id,
        number=case.number,
        text=case.text,
        evidence=case.documents,
        entries=(entry.shown() for entry in entries),
        salt=salt,
        now=mover.now,
    )
    decided = advance(
        case,
        row,
        mover,
        changes={"seal": seal.seal, "archived_at": mover.now},
        detail={"seal": seal.seal},
        told={"seal": seal.seal},
    )
    return decided._replace(seal=seal)
