from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

from chassis.working_calendar import Calendar, Year


def published(year: int) -> Year:
    days = list(_days_of(year))
    return Year(
        year=year,
        holidays=tuple(d for d in days if d.weekday() < 5 and chinese_calendar.is_holiday(d)),
        working_weekends=tuple(d for d in days if d.weekday() >= 5 and chinese_calendar.is_workday(d)),
    )


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


CHINA = Calendar.of(published(year) for year in range(2004, 2027))
MONDAY_TO_FRIDAY = Calendar.of()
