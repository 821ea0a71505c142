"""A period is the months nearest to it, the days that they miss, and less those that they have too much."""

from collections import Counter
from datetime import date, timedelta

import pytest

from services.intake.figures.reads import Period

BEGIN = date(2011, 12, 1)
DAY = timedelta(days=1)
DAYS = tuple(BEGIN + number * DAY for number in range(470))


def days_of(period: Period) -> list[date]:
    """Every day that is added up, by itself or with its month, less those that are taken away."""
    first, last = period.months
    months = [day for day in DAYS if day.day == 1 and first <= day < last]
    added = Counter(day for day in DAYS if day.replace(day=1) in months)
    added.update(day for day in DAYS if period.since <= day < first or last <= day < period.until)
    added.subtract(day for day in DAYS if first <= day < period.since or period.until <= day < last)
    assert set(added.values()) <= {0, 1}
    return sorted(day for day, times in added.items() if times)


@pytest.mark.parametrize("length", [1, 2, 27, 28, 29, 30, 31, 32, 59, 62, 92, 183, 365])
def test_every_day_is_added_up_once(length: int) -> None:
    for since in DAYS[15:75]:
        period = Period(since, since + length * DAY)
        assert days_of(period) == [since + number * DAY for number in range(length)]


def test_a_year_is_twelve_months() -> None:
    assert Period(date(2012, 1, 1), date(2013, 1, 1)).months == (date(2012, 1, 1), date(2013, 1, 1))


def test_a_month_begins_and_ends_where_fewer_days_are_left_over() -> None:
    period = Period(date(2012, 3, 10), date(2012, 5, 20))
    assert period.months == (date(2012, 3, 1), date(2012, 6, 1))
    assert Period(date(2012, 3, 20), date(2012, 5, 10)).months == (date(2012, 4, 1), date(2012, 5, 1))


def test_a_short_period_is_days_alone() -> None:
    until = date(2012, 3, 25)
    assert Period(date(2012, 3, 2), until).months == (until, until)
