import csv
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from chassis.working_calendar import Calendar, Hours, Year
from chassis.working_time import (
    Due,
    Limit,
    due,
    extended,
    remaining,
    resumed,
    working_days_between,
    yellow_at,
)
from tests.unit.chassis.calendars import CHINA, MONDAY_TO_FRIDAY

DATA = Path(__file__).parent / "data" / "calendar_vectors.csv"
VECTORS = list(csv.DictReader(DATA.read_text().splitlines()))
SHANGHAI = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def due_at(start: str, limit: str, calendar: Calendar = CHINA) -> str:
    return local(due(at(start), Limit.parse(limit), calendar).at)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["start_date"])
@pytest.mark.parametrize("hour", [0, 11, 23])
def test_the_checked_due_dates_come_out(row: dict[str, str], hour: int) -> None:
    start = datetime.combine(date.fromisoformat(row["start_date"]), time(hour), SHANGHAI)
    found = due(start, Limit.parse(f"{row['working_days']}wd"), CHINA)
    assert local(found.at) == f"{row['due_date']} 18:00:00"
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2012-06-08 17:00", "1wd", "2012-06-11 18:00:00"),  # a Friday
        ("2012-06-08 21:00", "1wd", "2012-06-11 18:00:00"),
        ("2012-06-09 10:00", "1wd", "2012-06-11 18:00:00"),
        ("2012-09-28 20:00", "1wd", "2012-09-29 18:00:00"),  # a Saturday that is worked
        ("2012-09-29 09:00", "1wd", "2012-10-08 18:00:00"),  # the holiday is eight days long
        ("2012-10-03 09:00", "1wd", "2012-10-08 18:00:00"),  # begun on the holiday
        ("2012-10-07 09:00", "1wd", "2012-10-08 18:00:00"),
        ("2012-12-31 09:00", "1wd", "2013-01-04 18:00:00"),
        ("2012-12-31 09:00", "3wd", "2013-01-06 18:00:00"),  # a Saturday and a Sunday that are worked
        ("2012-06-08 09:00", "4wh", "2012-06-08 15:00:00"),
        ("2012-06-08 14:00", "4wh", "2012-06-08 18:00:00"),
        ("2012-06-08 12:30", "4wh", "2012-06-08 18:00:00"),
        ("2012-06-08 03:00", "4wh", "2012-06-08 14:30:00"),
        ("2012-06-08 17:00", "4wh", "2012-06-11 11:30:00"),
        ("2012-06-08 22:00", "4wh", "2012-06-11 14:30:00"),
        ("2012-06-21 17:59:30", "1wh", "2012-06-25 09:29:30"),
        ("2012-09-28 17:00", "4wh", "2012-09-29 11:30:00"),
        ("2012-10-03 09:00", "4wh", "2012-10-08 14:30:00"),
        ("2012-06-04 08:30", "15wh", "2012-06-05 18:00:00"),
        ("2012-12-31 17:00", "2wh", "2013-01-04 09:30:00"),
        ("2012-06-08 23:50", "30min", "2012-06-09 00:20:00"),
        ("2012-12-31 23:00", "2h", "2013-01-01 01:00:00"),
        ("2012-06-22 09:00", "24h", "2012-06-23 09:00:00"),
        ("2012-06-08 09:00", "30d", "2012-07-08 09:00:00"),
    ],
)
def test_a_limit_ends_when_it_should(start: str, limit: str, end: str) -> None:
    assert due_at(start, limit) == end


def test_a_start_in_utc_counts_by_the_local_day() -> None:
    start = datetime(2012, 6, 7, 16, 30, tzinfo=UTC)
    assert due(start, Limit.parse("1wd"), CHINA).at == datetime(2012, 6, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "half", "days"),
    [
        ("1wd", "1wd", 1),
        ("15wd", "8wd", 15),
        ("24h", "12h", 1),
        ("2h", "1h", 0),
        ("30d", "15d", 30),
        ("4wh", "2wh", 0),
        ("30min", "15min", 0),
        ("47h", "24h", 1),
        ("16wh", "8wh", 2),
    ],
)
def test_a_limit_has_half_rounded_up_and_whole_days(text: str, half: str, days: int) -> None:
    limit = Limit.parse(text)
    assert (str(limit), str(limit.half()), limit.days) == (text, half, days)


@pytest.mark.parametrize("text", ["", "0d", "01d", "3 wd", "3w", "d", "-1d", "10000d", "1.5h", "2H", "1wd\n"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no limit"):
        Limit.parse(text)


@pytest.mark.parametrize(
    ("due_", "limit", "days", "end"),
    [
        ("2012-06-21 18:00", "15wd", 1, "2012-06-25 18:00:00"),
        ("2012-09-28 18:00", "3wd", 2, "2012-10-08 18:00:00"),
        ("2012-06-08 14:30", "4wh", 1, "2012-06-11 14:30:00"),
        ("2012-06-08 14:30", "24h", 2, "2012-06-10 14:30:00"),
        ("2012-06-08 14:30", "30d", 30, "2012-07-08 14:30:00"),
    ],
)
def test_an_extension_runs_in_the_unit_of_the_limit(due_: str, limit: str, days: int, end: str) -> None:
    assert local(extended(at(due_), days, Limit.parse(limit), CHINA).at) == end


@pytest.mark.parametrize("days", [0, -1])
def test_an_extension_by_nothing_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="one day at least"):
        extended(at("2012-06-08 18:00"), days, Limit.parse("3wd"), CHINA)


@pytest.mark.parametrize(
    ("now", "due_", "limit", "left"),
    [
        ("2012-06-04 10:00", "2012-06-08 18:00", "5wd", timedelta(days=4)),
        ("2012-06-20 23:00", "2012-06-26 18:00", "5wd", timedelta(days=3)),
        ("2012-06-23 10:00", "2012-06-26 18:00", "5wd", timedelta(days=2)),  # within a holiday
        ("2012-06-08 10:00", "2012-06-08 18:00", "5wd", timedelta(0)),
        ("2012-06-18 10:00", "2012-06-08 18:00", "5wd", timedelta(0)),
        ("2012-06-08 17:00", "2012-06-11 11:30", "4wh", timedelta(hours=4)),
        ("2012-06-08 11:00", "2012-06-08 14:30", "4wh", timedelta(hours=1.5)),
        ("2012-06-08 13:00", "2012-06-08 14:30", "4wh", timedelta(hours=0.5)),
        ("2012-06-09 13:00", "2012-06-08 14:30", "4wh", timedelta(0)),
        ("2012-06-08 09:00", "2012-06-08 10:30", "2h", timedelta(hours=1.5)),
        ("2012-06-08 11:00", "2012-06-08 10:30", "2h", timedelta(0)),
        ("2012-06-08 09:00", "2012-06-30 10:30", "30d", timedelta(days=22, hours=1.5)),
    ],
)
def test_a_stopped_clock_keeps_what_is_left(now: str, due_: str, limit: str, left: timedelta) -> None:
    assert remaining(at(now), at(due_), Limit.parse(limit), CHINA) == left


@pytest.mark.parametrize(
    ("now", "left", "limit", "end"),
    [
        ("2012-06-13 17:00", timedelta(days=4), "5wd", "2012-06-19 18:00:00"),
        ("2012-06-23 17:00", timedelta(days=1), "5wd", "2012-06-25 18:00:00"),
        ("2012-06-13 10:00", timedelta(0), "5wd", "2012-06-13 18:00:00"),
        ("2012-06-13 18:00", timedelta(0), "5wd", "2012-06-13 18:00:00"),
        ("2012-06-13 18:01", timedelta(0), "5wd", "2012-06-14 18:00:00"),
        ("2012-06-22 10:00", timedelta(0), "5wd", "2012-06-25 18:00:00"),
        ("2012-06-12 22:00", timedelta(hours=4), "4wh", "2012-06-13 14:30:00"),
        ("2012-06-12 11:45", timedelta(hours=0.5), "4wh", "2012-06-12 14:15:00"),
        ("2012-06-12 13:00", timedelta(0), "4wh", "2012-06-12 13:00:00"),
        ("2012-06-09 23:00", timedelta(hours=1.5), "2h", "2012-06-10 00:30:00"),
        ("2012-06-09 23:00", timedelta(0), "2h", "2012-06-09 23:00:00"),
        ("2012-07-08 09:00", timedelta(days=22, hours=1.5), "30d", "2012-07-30 10:30:00"),
    ],
)
def test_a_clock_that_runs_again_ends_after_what_was_left(
    now: str, left: timedelta, limit: str, end: str
) -> None:
    assert local(resumed(at(now), left, Limit.parse(limit), CHINA).at) == end


@pytest.mark.parametrize(
    ("start", "due_", "limit", "yellow"),
    [
        ("2012-06-08 20:00", "2012-06-11 18:00", "1wd", "2012-06-11 16:07:30"),
        ("2012-06-08 14:00", "2012-06-11 18:00", "1wd", "2012-06-11 15:07:30"),
        ("2012-06-04 08:00", "2012-06-08 18:00", "4wd", "2012-06-07 16:07:30"),
        ("2012-06-18 20:00", "2012-06-29 18:00", "8wd", "2012-06-27 18:00:00"),
        ("2012-06-08 17:00", "2012-06-11 11:30", "4wh", "2012-06-11 10:30:00"),
        ("2012-06-08 17:00", "2012-06-08 19:00", "2h", "2012-06-08 18:30:00"),
        ("2012-06-08 09:00", "2012-07-08 09:00", "30d", "2012-06-30 21:00:00"),
        ("2012-06-09 10:00", "2012-06-10 10:00", "1wd", "2012-06-10 04:00:00"),  # no working time between
    ],
)
def test_the_yellow_card_comes_when_a_quarter_is_left(start: str, due_: str, limit: str, yellow: str) -> None:
    assert local(yellow_at(at(start), at(due_), Limit.parse(limit), CHINA)) == yellow


def test_the_second_half_of_2012_has_its_known_working_days() -> None:
    assert working_days_between(date(2012, 6, 1), date(2012, 11, 30), CHINA) == 126
    assert working_days_between(date(2012, 6, 2), date(2012, 6, 1), CHINA) == 0
    assert working_days_between(date(2012, 9, 29), date(2012, 9, 29), CHINA) == 1


@pytest.mark.parametrize(
    ("start", "limit"),
    [
        ("2026-12-28 09:00", "1wd"),  # the days after Christmas hang on the notice of 2027
        ("2026-12-31 09:00", "1wd"),
        ("2027-06-01 09:00", "4wh"),
        ("2003-06-01 09:00", "1wd"),
    ],
)
def test_a_due_date_in_a_year_not_published_is_provisional(start: str, limit: str) -> None:
    assert due(at(start), Limit.parse(limit), CHINA).provisional
    assert extended(at(start), 1, Limit.parse(limit), CHINA).provisional


@pytest.mark.parametrize(
    ("start", "limit"), [("2026-12-01 09:00", "5wd"), ("2027-06-01 09:00", "30d"), ("2027-06-01 09:00", "2h")]
)
def test_a_due_date_of_published_days_or_of_the_wall_clock_is_settled(start: str, limit: str) -> None:
    assert not due(at(start), Limit.parse(limit), CHINA).provisional
    assert not extended(at(start), 1, Limit.parse(limit), CHINA).provisional


def test_a_year_loaded_as_provisional_stays_provisional_and_its_days_count() -> None:
    year = Year(year=2027, provisional=True, holidays=(date(2027, 2, 8),))
    calendar = Calendar.of([year])
    assert due(at("2027-02-05 09:00"), Limit.parse("1wd"), calendar) == Due(
        datetime(2027, 2, 9, 10, tzinfo=UTC), provisional=True, calendar_version=calendar.version
    )


def test_the_version_names_the_days_and_the_hours() -> None:
    year = Year(year=2027, holidays=(date(2027, 2, 8),))
    other = Year(year=2028)
    versions = {
        Calendar.of([year]).version,
        Calendar.of([year, other]).version,
        Calendar.of([Year(year=2027)]).version,
        Calendar.of([Year(year=2027, provisional=True)]).version,
        Calendar.of([year], hours=Hours.parse("09:00-17:00")).version,
    }
    assert len(versions) == 5
    assert Calendar.of([year, other]).version == Calendar.of([other, year]).version


@pytest.mark.parametrize(
    ("holidays", "working_weekends"),
    [
        ([date(2027, 2, 6)], []),  # a Saturday
        ([], [date(2027, 2, 8)]),  # a Monday
        ([date(2026, 2, 9)], []),
        ([date(2027, 2, 9), date(2027, 2, 8)], []),
        ([date(2027, 2, 8), date(2027, 2, 8)], []),
    ],
)
def test_a_day_that_makes_no_difference_to_its_year_is_refused(
    holidays: list[date], working_weekends: list[date]
) -> None:
    with pytest.raises(ValueError, match="2027"):
        Year(year=2027, holidays=tuple(holidays), working_weekends=tuple(working_weekends))


def test_other_hours_end_the_day_at_another_time() -> None:
    calendar = Calendar.of(hours=Hours.parse("09:00-12:00, 13:00-17:30"))
    assert due_at("2012-06-08 20:00", "1wd", calendar) == "2012-06-11 17:30:00"
    assert due_at("2012-06-08 20:00", "4wh", calendar) == "2012-06-11 14:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08:30",
        "08:30-08:30",
        "14:00-18:00,08:30-12:00",
        "08:30-12:00,12:00-18:00",
        "20:00-24:00",
        "08:60-09:00",
    ],
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no working hours"):
        Hours.parse(text)


def test_a_calendar_of_no_year_is_monday_to_friday() -> None:
    week = [date(2012, 10, 1) + timedelta(days=n) for n in range(7)]
    assert [MONDAY_TO_FRIDAY.works(day) for day in week] == [True] * 5 + [False] * 2
    assert [CHINA.works(day) for day in week] == [False] * 7
