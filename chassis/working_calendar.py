"""Which days and hours are worked. Pure.

Monday to Friday, but for the days that each known year names. A day counts by the number of
working days before it, so that no question walks from day to day.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple, Self

import msgspec

DAY, NOTHING = timedelta(days=1), timedelta(0)

_SHIFT = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")
_WEEK, _WORKING_WEEK, _SATURDAY = 7, 5, 5
# The new year's holiday may move the last days of December; it is published with the year after.
_PUBLISHED_AHEAD = timedelta(days=3)
_VERSION_DIGITS = 12


class Shift(NamedTuple):
    """A stretch of work within a day, from midnight on the local clock."""

    opens: timedelta
    closes: timedelta


class Hours(msgspec.Struct, frozen=True):
    """The working hours of every working day, in order, and the local clock's distance from UTC."""

    shifts: tuple[Shift, ...]
    utc_offset: timedelta = timedelta(hours=8)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `08:30-12:00,14:00-18:00`, all before midnight, on the clock of UTC+8. Raises: ValueError."""
        found = [_SHIFT.fullmatch(part.strip()) for part in text.split(",")]
        shifts = [
            Shift(
                timedelta(hours=int(each[1]), minutes=int(each[2])),
                timedelta(hours=int(each[3]), minutes=int(each[4])),
            )
            for each in found
            if each is not None
        ]
        ends = [end for shift in shifts for end in shift]
        if len(shifts) < len(found) or any(one >= next_ for one, next_ in pairwise(ends)) or ends[-1] >= DAY:
            raise ValueError(f"{text!r} are no working hours")
        return cls(tuple(shifts))

    @property
    def zone(self) -> timezone:
        """The local clock."""
        return timezone(self.utc_offset)

    @property
    def length(self) -> timedelta:
        """How long a working day is."""
        return sum((shift.closes - shift.opens for shift in self.shifts), NOTHING)

    @property
    def closing(self) -> timedelta:
        """When a working day ends, from midnight."""
        return self.shifts[-1].closes

    def worked_by(self, clock: timedelta) -> timedelta:
        """Return what of a working day is done by `clock`, from midnight."""
        return sum((min(max(clock, opens), closes) - opens for opens, closes in self.shifts), NOTHING)

    def clock_at(self, worked: timedelta) -> timedelta:
        """Return when, from midnight, so much is first done; `worked` is more than nothing."""
        for opens, closes in self.shifts:
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        return self.closing


OFFICE_HOURS = Hours.parse("08:30-12:00,14:00-18:00")


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """How a year differs from Monday to Friday: weekdays off, and weekends that are worked.

    A provisional one is not published yet.
    """

    year: int
    provisional: bool = False
    holidays: tuple[date, ...] = ()
    working_weekends: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        for days, weekend in ((self.holidays, False), (self.working_weekends, True)):
            if list(days) != sorted(set(days)):
                raise ValueError(f"the days of {self.year} are not each named once, in order")
            for day in days:
                if day.year != self.year or is_weekend(day) is not weekend:
                    raise ValueError(f"{day} makes no difference to {self.year}")

    @property
    def version(self) -> str:
        """A hash of what it says, 12 hex digits."""
        return _digest(msgspec.json.encode(self))


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """The working days of all years and the hours of each; made by `of`.

    `off` and `on` are the ordinals of the weekdays off and of the weekends worked, ascending;
    `settled` the years that are published. Every other year is provisional. `version` names all
    that a due date depends on.
    """

    hours: Hours
    off: tuple[int, ...]
    on: tuple[int, ...]
    settled: frozenset[int]
    version: str

    @classmethod
    def of(cls, years: Iterable[Year] = (), *, hours: Hours = OFFICE_HOURS) -> Self:
        """Make the calendar of these years, each given once; others are Monday to Friday."""
        known = sorted(years, key=lambda each: each.year)
        return cls(
            hours=hours,
            off=tuple(day.toordinal() for each in known for day in each.holidays),
            on=tuple(day.toordinal() for each in known for day in each.working_weekends),
            settled=frozenset(each.year for each in known if not each.provisional),
            version=_digest(msgspec.json.encode((hours, known))),
        )

    @property
    def zone(self) -> timezone:
        """The local clock."""
        return self.hours.zone

    def works(self, day: date) -> bool:
        """Return whether `day` is a working day."""
        return self.days_before(day.toordinal() + 1) > self.days_before(day.toordinal())

    def provisional(self, first: date, last: date) -> bool:
        """Return whether a day from `first` to `last` may yet turn out otherwise."""
        return any(year not in self.settled for year in range(first.year, (last + _PUBLISHED_AHEAD).year + 1))

    def days_before(self, ordinal: int) -> int:
        """Return how many working days lie before the day `ordinal`. Ordinal 1 is a Monday."""
        weeks, days = divmod(ordinal - 1, _WEEK)
        weekdays = weeks * _WORKING_WEEK + min(days, _WORKING_WEEK)
        return weekdays - bisect_left(self.off, ordinal) + bisect_left(self.on, ordinal)

    def day_of(self, number: int) -> int:
        """Return the ordinal of the working day before which `number` others lie."""
        weeks, days = divmod(number, _WORKING_WEEK)
        near = weeks * _WEEK + days + 1
        # Each exception moves the answer by at most one working day, and that by at most three days.
        away = 3 * max(len(self.off), len(self.on)) + _WEEK
        candidates = range(near - away, near + away)
        return candidates[bisect_left(candidates, number + 1, key=lambda each: self.days_before(each + 1))]

    def worked_by(self, at: datetime) -> timedelta:
        """Return the working time from the beginning of all days to `at`; only differences have a sense."""
        local = at.astimezone(self.zone)
        done = self.days_before(local.toordinal()) * self.hours.length
        if not self.works(local.date()):
            return done
        return done + self.hours.worked_by(since_midnight(local))

    def moment_of(self, worked: timedelta) -> datetime:
        """Return when, in UTC, so much working time is first done; the inverse of `worked_by`."""
        number, rest = divmod(worked, self.hours.length)
        if not rest:
            number, rest = number - 1, self.hours.length
        return self.moment(self.day_of(number), self.hours.clock_at(rest))

    def moment(self, ordinal: int, clock: timedelta) -> datetime:
        """Return the moment, in UTC, at `clock` from midnight of a day."""
        midnight = datetime.fromordinal(ordinal).replace(tzinfo=self.zone)
        return (midnight + clock).astimezone(UTC)


def is_weekend(day: date) -> bool:
    """Return whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


def since_midnight(local: datetime) -> timedelta:
    """Return what the clock of `local` shows."""
    return timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_VERSION_DIGITS]
