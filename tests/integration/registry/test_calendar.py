from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from chassis.data.engine import Database
from chassis.refusal import NotFound
from chassis.working_calendar import Year
from contracts.envelope import decode_data
from contracts.events.registry import CalendarPublished
from services.registry import seed
from services.registry.calendar.loading import load_years
from services.registry.calendar.published import known_years, published_year
from services.registry.calendar.queries import calendar_year
from tests.support.messages import rows, sent

NOTICE = Year(year=2027, holidays=(date(2027, 2, 8),), working_weekends=(date(2027, 2, 20),))


def seeded(database: Database) -> None:
    seed.seed(database, mode="production", district="140303")


def told(database: Database, years: Iterable[int]) -> list[tuple[int, int, bool]]:
    """What was told of these years: sequence, year, provisional."""
    events = [event for event in sent(database) if event.subject in {f"calendar:{year}" for year in years}]
    said = [(event.sequence, decode_data(event.data, CalendarPublished)) for event in events]
    return [(sequence, each.year, each.provisional) for sequence, each in said]


def test_a_cell_begins_with_every_year_that_the_package_knows(database: Database) -> None:
    seeded(database)
    kept = rows(database, "SELECT year, provisional FROM calendar_year ORDER BY year")
    assert [tuple(row) for row in kept] == [(year, year > 2026) for year in range(2004, 2029)]


def test_what_is_told_of_a_year_is_what_differs_from_monday_to_friday(database: Database) -> None:
    seeded(database)
    (event,) = (each for each in sent(database) if each.subject == "calendar:2012")
    year, published = decode_data(event.data, CalendarPublished), published_year(2012)
    assert (year.holidays, year.working_weekends) == (published.holidays, published.working_weekends)
    assert (year.version, event.orderingkey) == (published.version, "calendar:2012")
    assert rows(database, "SELECT version FROM calendar_year WHERE year = 2012") == [(year.version,)]


def test_a_notice_settles_a_provisional_year_and_is_told(database: Database) -> None:
    seeded(database)
    assert load_years(database, [NOTICE]) == [NOTICE]
    assert told(database, [2027]) == [(1, 2027, True), (2, 2027, False)]
    assert load_years(database, [NOTICE]) == []
    assert len(told(database, [2027])) == 2


def test_seeding_again_leaves_what_was_loaded_by_hand(database: Database) -> None:
    seeded(database)
    load_years(database, [NOTICE])
    corrected = Year(year=2012, holidays=(date(2012, 6, 22),))
    load_years(database, [corrected])
    seeded(database)
    assert calendar_year(database, 2027).holidays == NOTICE.holidays
    assert calendar_year(database, 2012).holidays == corrected.holidays


def test_seeding_settles_a_year_that_was_provisional(database: Database) -> None:
    load_years(database, [Year(year=2026, provisional=True)])
    seeded(database)
    assert calendar_year(database, 2026).holidays == published_year(2026).holidays


def test_loading_all_years_replaces_what_differs_and_no_notice_by_a_guess(database: Database) -> None:
    seeded(database)
    load_years(database, [NOTICE, Year(year=2012)])
    assert [each.year for each in load_years(database, known_years())] == [2012]
    assert not calendar_year(database, 2027).provisional


def test_loads_at_once_tell_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        changed = list(threads.map(lambda _: load_years(database, [NOTICE]), range(8)))
    assert sorted(map(len, changed)) == [0] * 7 + [1]
    assert told(database, [2027]) == [(1, 2027, False)]


def test_a_year_is_shown_and_one_that_nobody_has_loaded_is_provisional(database: Database) -> None:
    seeded(database)
    of_2012, of_2099 = calendar_year(database, 2012), calendar_year(database, 2099)
    assert (of_2012.provisional, of_2012.working_days) == (False, 249)
    assert (of_2099.provisional, of_2099.holidays, of_2099.working_weekends) == (True, (), ())


@pytest.mark.parametrize("year", [0, -1, 1948, 2200, 10**30])
def test_a_year_that_is_none_is_not_found(database: Database, year: int) -> None:
    with pytest.raises(NotFound):
        calendar_year(database, year)
