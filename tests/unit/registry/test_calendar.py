from datetime import date

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.working_calendar import Calendar, Year
from services.registry.calendar.errors import UnpublishedYearError, UnreadableYearError
from services.registry.calendar.published import known_years, published_year, year_of_file

CALENDAR = Calendar.of(known_years())
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


def test_the_years_from_2004_are_settled_and_the_next_two_are_provisional() -> None:
    known = {each.year: each.provisional for each in known_years()}
    assert [year for year, provisional in known.items() if not provisional] == list(range(2004, 2027))
    assert [year for year, provisional in known.items() if provisional] == [2027, 2028]


@given(day=st.dates(FIRST, LAST))
def test_a_day_is_worked_where_the_package_says_so(day: date) -> None:
    assert CALENDAR.works(day) is chinese_calendar.is_workday(day)


def test_the_national_day_of_2012_is_taken_with_a_saturday_worked_before_it() -> None:
    year = published_year(2012)
    assert date(2012, 9, 29) in year.working_weekends
    assert [day.day for day in year.holidays if day.month == 10] == [1, 2, 3, 4, 5]


def test_a_year_that_nobody_has_published_is_refused() -> None:
    with pytest.raises(UnpublishedYearError, match="2030 is not in the installed chinesecalendar"):
        published_year(2030)


def test_a_file_names_a_holiday_with_the_weekends_in_it() -> None:
    text = """date,works,note
2027-01-01,no,元旦
2027-02-06,no,春节
2027-02-08,no,春节
2027-02-20,yes,春节调休
"""
    assert year_of_file(text) == Year(
        year=2027,
        holidays=(date(2027, 1, 1), date(2027, 2, 8)),
        working_weekends=(date(2027, 2, 20),),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not the days of one year"),
        ("date,works\n", "not the days of one year"),
        ("date,works\n2027-01-01,no\n2028-01-03,no\n", "not the days of one year"),
        ("date,works\n2027-01-01,no\n2027-01-01,no\n", "not the days of one year"),
        ("day,works\n2027-01-01,no\n", "without a date"),
        ("date,works\n1.1.2027,no\n", "without a date"),
        ("date,works\n2027-01-01,maybe\n", "without a date"),
        ("date,works\n2027-01-01\n", "without a date"),
        ("date,works\n2027-01-04,yes\n", "makes no difference"),  # a Monday
    ],
)
def test_a_file_that_is_not_one_year_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableYearError, match=reason):
        year_of_file(text)
