"""How long a case waits in a state, and for whom; what its running out brings. Pure."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis.working_calendar import Calendar
from chassis.working_time import Due, Limit, due, yellow_at
from contracts.events.intake import CaseReminded
from contracts.vocabulary import Card, Urgency
from services.intake.case.case import Case, Decided, Mover, tell
from services.intake.case.lifecycle import TABLE, By, State, Step

_WAITS_FOR = {
    State.REPORTED: By.DISPATCHER,
    State.AWAITING_REPORTER: By.REPORTER,
    State.ANSWERED: By.GRID_WORKER,
    State.CHECKED: By.CLERK,
}
_WITH_A_DEPARTMENT = (State.CLASSIFIED, State.IN_PROGRESS)
_URGENT_APART = " (urgent "


class DueNow(NamedTuple):
    """What a case waits for now: named as it is shown."""

    due_at: datetime | None = None
    provisional: bool = False
    waits_for: str | None = None
    card: str | None = None


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """What limits the state that a case is in; `card` is the last one shown."""

    case_id: UUID
    state: State
    waits_for: By
    since: datetime
    due_at: datetime
    yellow_at: datetime
    provisional: bool
    calendar_version: str
    card: Card | None = None


def _limits() -> dict[State, tuple[Limit, Limit]]:
    """Return the (usual, urgent) limit of each state that has one, as the table says."""
    found = {}
    for row in TABLE:
        if row.source is not None and row.limit:
            usual, _, urgent = row.limit.removesuffix(")").partition(_URGENT_APART)
            found[row.source] = (Limit.parse(usual), Limit.parse(urgent or usual))
    return found


LIMITS = _limits()


def limit_of(state: State, urgency: Urgency | None) -> Limit | None:
    """Return how long a case may stay in a state, None where dispatch counts, or nobody does."""
    usual, urgent = LIMITS.get(state, (None, None))
    return urgent if urgency is Urgency.URGENT else usual


def answer_due(asked_at: datetime, calendar: Calendar) -> Due:
    """Return until when a reporter who is asked may answer."""
    usual, _ = LIMITS[State.AWAITING_REPORTER]
    return due(asked_at, usual, calendar)


def wait_of(case: Case, calendar: Calendar) -> Wait | None:
    """Return what limits the state that a case has just come to, None where nothing does."""
    limit = limit_of(case.state, case.urgency)
    if limit is None:
        return None
    ends = due(case.state_since, limit, calendar)
    return Wait(
        case_id=case.case_id,
        state=case.state,
        waits_for=_WAITS_FOR[case.state],
        since=case.state_since,
        due_at=ends.at,
        yellow_at=yellow_at(case.state_since, ends.at, limit, calendar),
        provisional=ends.provisional,
        calendar_version=ends.calendar_version,
    )


def due_of(state: State, wait: Wait | None, *, due_at: datetime | None, provisional: bool) -> DueNow:
    """Return what a case waits for: in a state of its own limit that, with a department its answer.

    `due_at` is the department's; after its answer it says nothing more of what is due.
    """
    if state in LIMITS:
        # Two looks at the database: the state may have been left between them.
        if wait is None or wait.state is not state:
            return DueNow()
        return DueNow(wait.due_at, wait.provisional, wait.waits_for, wait.card)
    return DueNow(due_at, provisional) if state in _WITH_A_DEPARTMENT else DueNow()


def card_due(wait: Wait, now: datetime) -> Card | None:
    """Return the card that is to be shown now; one that was shown is not shown again."""
    if now > wait.due_at:
        return None if wait.card is Card.RED else Card.RED
    if now >= wait.yellow_at and wait.card is None:
        return Card.YELLOW
    return None


def remind(case: Case, wait: Wait, card: Card, *, now: datetime) -> Decided:
    """Show a card: whoever is waited for is told, and the case stays where it is."""
    return tell(
        case,
        Mover(By.SYSTEM, now),
        step=Step.REMIND,
        emits=CaseReminded,
        detail={"card": card, "waits_for": wait.waits_for, "due_at": wait.due_at.isoformat()},
        told={"state": case.state, "waits_for": wait.waits_for, "card": card, "due_at": wait.due_at},
    )
