"""A period is its whole months, and the days before and after them."""

from datetime import date, timedelta

import pytest

from services.intake.figures.reads import Period

BEGIN = date(2011, 12, 20)
DAY = timedelta(days=1)
DAYS = tuple(BEGIN + number * DAY for number in range(430))


def days_of(period: Period) -> list[date]:
    """Every day that is added up, by itself or with its month."""
    first, last = period.months
    months = [day for day in DAYS if day.day == 1 and first <= day < last]
    of_months = [day for day in DAYS if day.replace(day=1) in months]
    before = [day for day in DAYS if period.since <= day < first]
    after = [day for day in DAYS if last <= day < period.until]
    return before + of_months + after


@pytest.mark.parametrize("length", [1, 2, 28, 29, 30, 31, 32, 59, 62, 92, 183, 365])
def test_every_day_is_added_up_once(length: int) -> None:
    for since in DAYS[:60]:
        period = Period(since, since + length * DAY)
        assert days_of(period) == [since + number * DAY for number in range(length)]


def test_a_year_is_twelve_months() -> None:
    assert Period(date(2012, 1, 1), date(2013, 1, 1)).months == (date(2012, 1, 1), date(2013, 1, 1))


def test_where_no_month_is_whole_there_are_days_alone() -> None:
    until = date(2012, 3, 30)
    assert Period(date(2012, 3, 2), until).months == (until, until)
