"""Where a year comes from: PyPI's chinesecalendar, or a reviewed file.

Source of both: the yearly notice of the State Council's General Office 国务院办公厅关于部分节假日安排的通知,
which names the days off and the weekends worked instead; it comes in the November before. Until
then a year is Monday to Friday and provisional.
"""

import csv
from collections.abc import Iterable
from datetime import date

import chinese_calendar

from chassis.working_calendar import Year, is_weekend
from services.registry.calendar.errors import UnpublishedYearError, UnreadableYearError

YEARS_AHEAD = 2


def known_years() -> list[Year]:
    """Return every year that chinesecalendar knows, and the next two as provisional ones."""
    known = sorted({day.year for day in chinese_calendar.holidays})
    ahead = (Year(year=known[-1] + n, provisional=True) for n in range(1, YEARS_AHEAD + 1))
    return [*map(_published, known), *ahead]


def published_year(year: int) -> Year:
    """Return one year of chinesecalendar. Raises: UnpublishedYearError."""
    if not any(day.year == year for day in chinese_calendar.holidays):
        raise UnpublishedYearError(
            str(year), "is not in the installed chinesecalendar; name a file that has it"
        )
    return _published(year)


def year_of_file(text: str) -> Year:
    """Read one year from CSV with the columns `date` and `works` (`yes` or `no`); others are notes.

    A holiday may be named with the weekends in it, as the notice does. Raises: UnreadableYearError.
    """
    rows = list(csv.DictReader(text.splitlines()))
    try:
        days = {date.fromisoformat(row["date"]): {"yes": True, "no": False}[row["works"]] for row in rows}
    except (KeyError, ValueError) as error:
        raise UnreadableYearError("the file", "has rows without a date and works = yes or no") from error
    years = sorted({day.year for day in days})
    if len(years) != 1 or len(days) != len(rows):
        raise UnreadableYearError(str(years), "are not the days of one year, each named once")
    try:
        return _year(
            years[0],
            off=(day for day, works in days.items() if not works),
            on=(day for day, works in days.items() if works),
        )
    except ValueError as error:
        raise UnreadableYearError(str(years[0]), str(error)) from error


def _published(year: int) -> Year:
    return _year(
        year,
        off=(day for day in chinese_calendar.holidays if day.year == year),
        on=(day for day in chinese_calendar.workdays if day.year == year),
    )


def _year(year: int, *, off: Iterable[date], on: Iterable[date]) -> Year:
    return Year(
        year=year,
        holidays=tuple(sorted(day for day in off if not is_weekend(day))),
        working_weekends=tuple(sorted(on)),
    )
