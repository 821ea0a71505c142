"""Limits on working time or on the wall clock: when one ends, what is left, when it runs short. Pure."""

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from chassis.working_calendar import DAY, NOTHING, Calendar, since_midnight

_LIMIT = re.compile(r"([1-9]\d{0,3})(min|h|d|wh|wd)")


class Unit(StrEnum):
    """What a limit is counted in; the first three on the wall clock."""

    MINUTES = "min"
    HOURS = "h"
    DAYS = "d"
    WORKING_HOURS = "wh"
    WORKING_DAYS = "wd"


# How long one is on the wall clock, and for working hours within an eight-hour day.
_LENGTHS = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: DAY,
    Unit.WORKING_HOURS: timedelta(hours=1),
}
_EIGHT_HOURS = timedelta(hours=8)
_ON_WORKING_TIME = (Unit.WORKING_HOURS, Unit.WORKING_DAYS)


class Limit(msgspec.Struct, frozen=True):
    """How long something may take: `30min`, `2h`, `30d`, `4wh`, `15wd`."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit of 1 to 9999 units. Raises: ValueError."""
        found = _LIMIT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no limit")
        return cls(int(found[1]), Unit(found[2]))

    def half(self) -> "Limit":
        """Return half of it, rounded up to a whole unit."""
        return Limit((self.amount + 1) // 2, self.unit)

    @property
    def days(self) -> int:
        """The whole days in it, by which an extension is measured; working hours make days of eight."""
        if self.unit is Unit.WORKING_DAYS:
            return self.amount
        day = _EIGHT_HOURS if self.unit is Unit.WORKING_HOURS else DAY
        return self.amount * _LENGTHS[self.unit] // day

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


class Due(NamedTuple):
    """When a limit ends, in UTC; whether that may yet change; by which calendar it was counted."""

    at: datetime
    provisional: bool
    calendar_version: str


def due(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    """Return when `limit`, begun at `start`, ends.

    Working days end with the hours of the last one, and the day of the start does not count.
    Working hours begin with the next opening where `start` lies outside of them.
    """
    local = start.astimezone(calendar.zone)
    if limit.unit is Unit.WORKING_DAYS:
        return _on_day(_days_after(local, limit.amount, calendar), local.date() + DAY, calendar)
    length = limit.amount * _LENGTHS[limit.unit]
    if limit.unit is Unit.WORKING_HOURS:
        return _counted(calendar.moment_of(calendar.worked_by(start) + length), local.date(), calendar)
    return Due(start.astimezone(UTC) + length, provisional=False, calendar_version=calendar.version)


def extended(due_at: datetime, days: int, limit: Limit, calendar: Calendar) -> Due:
    """Return the end put off by `days`: working days where `limit` is of working time, else calendar days.

    Raises: ValueError where `days` are none.
    """
    if days < 1:
        raise ValueError("an extension is of one day at least")
    if limit.unit not in _ON_WORKING_TIME:
        return Due(due_at.astimezone(UTC) + days * DAY, provisional=False, calendar_version=calendar.version)
    local = due_at.astimezone(calendar.zone)
    ordinal = _days_after(local, days, calendar)
    if limit.unit is Unit.WORKING_DAYS:
        return _on_day(ordinal, local.date() + DAY, calendar)
    return _counted(calendar.moment(ordinal, since_midnight(local)), local.date(), calendar)


def remaining(now: datetime, due_at: datetime, limit: Limit, calendar: Calendar) -> timedelta:
    """Return what is left of a limit whose clock is stopped at `now`; never less than nothing.

    Of working days: those after today, each told as one day. Of working hours: working time. Of
    others: time on the wall clock.
    """
    if now >= due_at:
        return NOTHING
    if limit.unit is Unit.WORKING_DAYS:
        today, last = now.astimezone(calendar.zone), due_at.astimezone(calendar.zone)
        return working_days_between(today.date() + DAY, last.date(), calendar) * DAY
    if limit.unit is Unit.WORKING_HOURS:
        return calendar.worked_by(due_at) - calendar.worked_by(now)
    return due_at - now


def resumed(now: datetime, left: timedelta, limit: Limit, calendar: Calendar) -> Due:
    """Return the end of a limit whose clock runs again from `now`, with what `remaining` had left.

    Where nothing was left, that is the end of this working day or of the next, or `now` where the
    limit is not of working days.
    """
    local = now.astimezone(calendar.zone)
    if limit.unit is Unit.WORKING_DAYS:
        if left:
            return _on_day(_days_after(local, left.days, calendar), local.date() + DAY, calendar)
        return _on_day(_day_not_over(local, calendar), local.date(), calendar)
    if limit.unit is Unit.WORKING_HOURS and left:
        return _counted(calendar.moment_of(calendar.worked_by(now) + left), local.date(), calendar)
    return Due(now.astimezone(UTC) + left, provisional=False, calendar_version=calendar.version)


def yellow_at(start: datetime, due_at: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """Return when, in UTC, a quarter is left of the time from `start` to `due_at`.

    Of working time where `limit` is of working time; of the wall clock otherwise.
    """
    if limit.unit in _ON_WORKING_TIME:
        end = calendar.worked_by(due_at)
        whole = end - calendar.worked_by(start)
        if whole > NOTHING:
            return calendar.moment_of(end - whole / 4)
    return (due_at - max(due_at - start, NOTHING) / 4).astimezone(UTC)


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Return how many working days lie from `first` to `last`, both included."""
    return max(0, calendar.days_before(last.toordinal() + 1) - calendar.days_before(first.toordinal()))


def _days_after(local: datetime, days: int, calendar: Calendar) -> int:
    return calendar.day_of(calendar.days_before(local.toordinal() + 1) + days - 1)


def _day_not_over(local: datetime, calendar: Calendar) -> int:
    over = since_midnight(local) > calendar.hours.closing
    return calendar.day_of(calendar.days_before(local.toordinal() + over))


def _on_day(ordinal: int, first: date, calendar: Calendar) -> Due:
    return _counted(calendar.moment(ordinal, calendar.hours.closing), first, calendar)


def _counted(at: datetime, first: date, calendar: Calendar) -> Due:
    last = at.astimezone(calendar.zone).date()
    return Due(at, calendar.provisional(first, last), calendar.version)
