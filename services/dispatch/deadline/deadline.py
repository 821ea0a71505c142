"""A party's deadline: granted, put off, stopped and resumed. Pure."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from chassis import working_time
from chassis.working_calendar import Calendar
from chassis.working_time import Due, Limit
from contracts.vocabulary import Card, DeadlineReason, Urgency

_SIGN_WITHIN = Limit.parse("4wh")
_SIGN_URGENT_WITHIN = Limit.parse("30min")


class Clock(NamedTuple):
    """The cell's time, and the calendar by which time is counted."""

    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        """The day on the district's own clock."""
        return self.now.astimezone(self.calendar.zone).date()


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """What a party was granted last: the newest row of the ledger, as its order carries it.

    `card` is what was shown for this row. `left_s` are the seconds left when the clock was stopped,
    None while it runs.
    """

    due_at: datetime
    provisional: bool
    yellow_at: datetime
    card: Card | None = None
    left_s: float | None = None


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the ledger. It never changes; the latest of a case, cycle and party holds."""

    case_id: UUID
    cycle: int
    party: str
    order_id: UUID
    due_at: datetime
    reason: DeadlineReason
    calendar_version: str
    provisional: bool
    granted_at: datetime


def afresh(limit: Limit, clock: Clock, *, due_on: date | None = None) -> Due:
    """Return the end of the whole `limit`, begun now; or of the working hours of `due_on`.

    A day that somebody has named stands, whether it is a working day or not; one that has passed
    is no limit.
    """
    if due_on is None or due_on < clock.today:
        return working_time.due(clock.now, limit, clock.calendar)
    end = clock.calendar.moment(due_on.toordinal(), clock.calendar.hours.closing)
    return Due(end, provisional=False, calendar_version=clock.calendar.version)


def put_off(term: Term, limit: Limit, clock: Clock, *, days: int) -> Due:
    """Return the end put off by `days` of the limit's own kind."""
    return working_time.extended(term.due_at, days, limit, clock.calendar)


def stopped(term: Term, limit: Limit, clock: Clock) -> Term:
    """挂起: return the term with its clock standing."""
    left = working_time.remaining(clock.now, term.due_at, limit, clock.calendar)
    return msgspec.structs.replace(term, left_s=left.total_seconds())


def resumed(term: Term, limit: Limit, clock: Clock) -> Due:
    """恢复: return the end of what was left, counted from now."""
    left = timedelta(seconds=term.left_s or 0)
    return working_time.resumed(clock.now, left, limit, clock.calendar)


def granted(due: Due, limit: Limit, clock: Clock) -> Term:
    """Return the running term of a new row; yellow is when a quarter is left of what the row gives."""
    yellow_at = working_time.yellow_at(clock.now, due.at, limit, clock.calendar)
    return Term(due_at=due.at, provisional=due.provisional, yellow_at=yellow_at)


def next_card(term: Term) -> tuple[Card, datetime] | None:
    """Return the card that is to be shown next and when; each is shown once a row."""
    match term.card:
        case None:
            return Card.YELLOW, term.yellow_at
        case Card.YELLOW:
            return Card.RED, term.due_at
        case Card.RED:
            return None


def sign_by(urgency: Urgency, clock: Clock) -> datetime:
    """Return when an order that is not signed is offered again."""
    limit = _SIGN_URGENT_WITHIN if urgency is Urgency.URGENT else _SIGN_WITHIN
    return working_time.due(clock.now, limit, clock.calendar).at


def review_at(day: date, calendar: Calendar) -> datetime:
    """Return when a suspension is looked at again: at the opening of the day, worked or not.

    Nobody's clock then runs through the night before.
    """
    return calendar.moment(day.toordinal(), calendar.hours.shifts[0].opens)
