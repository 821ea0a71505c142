"""The half-year as the moments at which something is done: two on a working day, one on others. Pure."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple, Self

from chassis.working_calendar import Calendar

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
BEGIN, END = date(2012, 6, 1), date(2012, 12, 1)
DAY = timedelta(days=1)

# What is offered at one of these is due to be signed (4 working hours) after the next: 14:30 leaves
# 3.5 hours of its own day, 08:40 leaves 3 hours 20 minutes until noon.
MORNING, AFTERNOON, HOLIDAY = time(8, 40), time(14, 30), time(10, 0)
# One day, looked at closely.
_OPENING, _STEP, _STEPS = time(8, 30), timedelta(minutes=10), 57


class Slot(NamedTuple):
    """One moment of the half-year; `number` counts them from 0. `at` is aware, on the district's clock."""

    number: int
    at: datetime
    works: bool

    @property
    def day(self) -> date:
        """The day on the district's own clock."""
        return self.at.date()


class Slots(Sequence[Slot]):
    """The moments in their order, and how to find one."""

    def __init__(self, slots: Sequence[Slot], calendar: Calendar) -> None:
        self.calendar = calendar
        self._slots = tuple(slots)
        self._days = [slot.day for slot in self._slots]
        self._moments = [slot.at.astimezone(UTC) for slot in self._slots]
        # By number: the next one at which offices work.
        self._office = list(_next_working(self._slots))

    @classmethod
    def of(cls, calendar: Calendar, begin: date = BEGIN, end: date = END) -> Self:
        """Give the moments from `begin` up to, not including, `end`."""
        times = [
            (datetime.combine(day, clock, SHANGHAI), calendar.works(day))
            for day in _days(begin, end)
            for clock in ((MORNING, AFTERNOON) if calendar.works(day) else (HOLIDAY,))
        ]
        return cls([Slot(number, at, works) for number, (at, works) in enumerate(times)], calendar)

    @classmethod
    def of_day(cls, calendar: Calendar, day: date) -> Self:
        """Give the moments of one working day, ten minutes from one to the next."""
        opening = datetime.combine(day, _OPENING, SHANGHAI)
        return cls([Slot(number, opening + number * _STEP, True) for number in range(_STEPS)], calendar)  # noqa: FBT003

    def __getitem__(self, number: int) -> Slot:  # type: ignore[override]
        return self._slots[number]

    def __len__(self) -> int:
        return len(self._slots)

    def after(self, number: int, steps: int = 1) -> int:
        """Return the slot so many further on; one past the last where there is none."""
        return min(number + steps, len(self))

    def office_after(self, number: int, steps: int = 1) -> int:
        """Return the slot so many working ones further on; one past the last where there is none."""
        for _ in range(steps):
            number = self._office[min(number + 1, len(self))]
        return number

    def within(self, begin: date, end: date) -> range:
        """Return the numbers of the slots from `begin` up to, not including, `end`."""
        return range(bisect_left(self._days, begin), bisect_left(self._days, end))

    def first_from(self, moment: datetime) -> int:
        """Return the number of the first slot at or after a moment."""
        return bisect_left(self._moments, moment)


def _next_working(slots: Sequence[Slot]) -> Iterator[int]:
    found = len(slots)
    back = [found]
    for slot in reversed(slots):
        found = slot.number if slot.works else found
        back.append(found)
    return reversed(back)


def _days(begin: date, end: date) -> Iterator[date]:
    day = begin
    while day < end:
        yield day
        day += DAY
