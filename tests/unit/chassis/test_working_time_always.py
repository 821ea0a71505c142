from datetime import UTC, date, datetime, timedelta

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from chassis.working_calendar import Calendar, Hours
from chassis.working_time import (
    Limit,
    Unit,
    due,
    extended,
    remaining,
    resumed,
    working_days_between,
    yellow_at,
)
from tests.unit.chassis.calendars import CHINA, MONDAY_TO_FRIDAY

LATE_HOURS = Calendar.of(hours=Hours.parse("20:00-23:59"))
CALENDARS = st.sampled_from([CHINA, MONDAY_TO_FRIDAY, LATE_HOURS])
MOMENTS = st.builds(
    datetime.__add__,
    st.just(datetime(2005, 1, 1, tzinfo=UTC)),
    st.timedeltas(timedelta(0), timedelta(days=23 * 365)),
)
DAYS = st.dates(date(2005, 1, 1), date(2026, 12, 31))
AMOUNTS = st.integers(1, 400)
ALL_LIMITS = st.builds(Limit, AMOUNTS, st.sampled_from(Unit))
LIMITS_IN_WORKING_DAYS = st.builds(Limit, AMOUNTS, st.just(Unit.WORKING_DAYS))
ON_WORKING_TIME = (Unit.WORKING_HOURS, Unit.WORKING_DAYS)


@given(day=DAYS)
def test_the_same_days_are_worked_as_were_published(day: date) -> None:
    assert CHINA.works(day) is chinese_calendar.is_workday(day)


@given(first=DAYS, length=st.integers(0, 800))
def test_working_days_are_counted_as_by_walking(first: date, length: int) -> None:
    walked = [first + timedelta(days=n) for n in range(length)]
    last = first + timedelta(days=length - 1)
    assert working_days_between(first, last, CHINA) == sum(map(CHINA.works, walked))


@given(start=MOMENTS, limit=LIMITS_IN_WORKING_DAYS, calendar=CALENDARS)
def test_working_days_end_with_the_hours_of_a_working_day_and_so_many_lie_between(
    start: datetime, limit: Limit, calendar: Calendar
) -> None:
    end = due(start, limit, calendar).at
    last = (end - calendar.hours.closing).astimezone(calendar.zone).date()
    assert calendar.works(last)
    assert end == calendar.moment(last.toordinal(), calendar.hours.closing)
    first = start.astimezone(calendar.zone).date() + timedelta(days=1)
    assert working_days_between(first, last, calendar) == limit.amount


@given(start=MOMENTS, amount=AMOUNTS, calendar=CALENDARS)
def test_working_hours_are_worked_between_the_start_and_the_end(
    start: datetime, amount: int, calendar: Calendar
) -> None:
    end = due(start, Limit(amount, Unit.WORKING_HOURS), calendar).at
    assert calendar.worked_by(end) - calendar.worked_by(start) == timedelta(hours=amount)
    assert calendar.worked_by(end - timedelta(microseconds=1)) < calendar.worked_by(end)


@given(
    start=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=20)), limit=ALL_LIMITS, calendar=CALENDARS
)
def test_who_begins_later_or_has_more_is_never_due_earlier(
    start: datetime, later: timedelta, limit: Limit, calendar: Calendar
) -> None:
    end = due(start, limit, calendar).at
    assert end > start
    assert due(start + later, limit, calendar).at >= end
    assert due(start, Limit(limit.amount + 1, limit.unit), calendar).at > end


@given(start=MOMENTS, limit=ALL_LIMITS, calendar=CALENDARS)
def test_half_a_limit_is_at_least_half_and_never_more_than_the_whole(
    start: datetime, limit: Limit, calendar: Calendar
) -> None:
    half = limit.half()
    assert limit.amount <= 2 * half.amount <= limit.amount + 1
    assert due(start, half, calendar).at <= due(start, limit, calendar).at
    assert Limit.parse(str(limit)) == limit


@given(
    start=MOMENTS,
    stopped=st.floats(0, 1),
    pause=st.timedeltas(timedelta(0), timedelta(days=90)),
    limit=ALL_LIMITS,
    calendar=CALENDARS,
)
def test_stopping_the_clock_neither_gains_nor_loses_time(
    start: datetime, stopped: float, pause: timedelta, limit: Limit, calendar: Calendar
) -> None:
    end = due(start, limit, calendar).at
    now = start + (end - start) * stopped
    left = remaining(now, end, limit, calendar)
    assert left >= timedelta(0)
    assert resumed(now, left, limit, calendar).at == end
    again = resumed(now + pause, left, limit, calendar).at
    assert again >= end
    if left or limit.unit is not Unit.WORKING_DAYS:  # the rest of a last day is told as no day
        assert remaining(now + pause, again, limit, calendar) == left


@given(
    now=MOMENTS, late=st.timedeltas(timedelta(0), timedelta(days=90)), limit=ALL_LIMITS, calendar=CALENDARS
)
def test_when_nothing_was_left_the_end_is_near_and_never_behind(
    now: datetime, late: timedelta, limit: Limit, calendar: Calendar
) -> None:
    assert remaining(now, now - late, limit, calendar) == timedelta(0)
    end = resumed(now, timedelta(0), limit, calendar).at
    if limit.unit is Unit.WORKING_DAYS:
        assert now <= end <= due(now, Limit(1, Unit.WORKING_DAYS), calendar).at
    else:
        assert end == now


@given(start=MOMENTS, limit=ALL_LIMITS, days=st.integers(1, 60), calendar=CALENDARS)
def test_an_extension_is_worth_its_days(start: datetime, limit: Limit, days: int, calendar: Calendar) -> None:
    end = due(start, limit, calendar).at
    more = extended(end, days, limit, calendar).at
    if limit.unit is Unit.WORKING_DAYS:
        assert more == due(start, Limit(limit.amount + days, limit.unit), calendar).at
    elif limit.unit is Unit.WORKING_HOURS:
        assert calendar.worked_by(more) - calendar.worked_by(end) == days * calendar.hours.length
    else:
        assert more - end == timedelta(days=days)


@given(start=MOMENTS, limit=ALL_LIMITS, calendar=CALENDARS)
def test_a_quarter_is_left_at_the_yellow_card(start: datetime, limit: Limit, calendar: Calendar) -> None:
    end = due(start, limit, calendar).at
    yellow = yellow_at(start, end, limit, calendar)
    assert start < yellow < end
    if limit.unit in ON_WORKING_TIME:
        whole, left = (calendar.worked_by(end) - calendar.worked_by(each) for each in (start, yellow))
    else:
        whole, left = end - start, end - yellow
    assert abs(4 * left - whole) <= timedelta(microseconds=4)
