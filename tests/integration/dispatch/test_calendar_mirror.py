from datetime import UTC, date, datetime

import msgspec
import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.working_years import WorkingYears, calendar_of, office_hours
from chassis.working_calendar import Calendar, Year
from chassis.working_time import Limit, due
from contracts.events.registry import CalendarPublished
from services.dispatch.responsibility.queries import reference_counts
from services.dispatch.service import EVENTS
from tests.support.messages import an_event, rows

NOBODY = Context(correlation_id="t")
FRIDAY = datetime(2012, 9, 28, 2, tzinfo=UTC)
SATURDAY_WORKED = Year(year=2012, working_weekends=(date(2012, 9, 29),))
MONDAY_OFF = Year(year=2012, holidays=(date(2012, 10, 1),))


def publish(database: Database, *years: Year) -> None:
    """Let registry publish years, each the next of its subject."""
    last = dict(rows(database, "SELECT aggregate, sequence FROM inbox_cursor"))
    batch = []
    for year in years:
        subject = f"calendar:{year.year}"
        last[subject] = last.get(subject, 0) + 1
        event = CalendarPublished(version=year.version, **msgspec.structs.asdict(year))
        batch.append(an_event(event, subject=subject, sequence=last[subject], source="registry"))
    EVENTS.process(database, batch)


def held(database: Database) -> Calendar:
    with database.reading() as connection:
        return calendar_of(connection)


def due_day(calendar: Calendar) -> date:
    """When one working day ends that begins on the Friday."""
    return due(FRIDAY, Limit.parse("1wd"), calendar).at.date()


def test_without_a_year_every_day_is_provisional(database: Database) -> None:
    calendar = held(database)
    assert due(FRIDAY, Limit.parse("1wd"), calendar).provisional
    assert due_day(calendar) == date(2012, 10, 1)


def test_the_mirror_keeps_what_registry_said_last(database: Database) -> None:
    publish(database, SATURDAY_WORKED)
    assert due_day(held(database)) == date(2012, 9, 29)
    publish(database, MONDAY_OFF, Year(year=2013))
    assert due_day(held(database)) == date(2012, 10, 2)
    assert not due(FRIDAY, Limit.parse("1wd"), held(database)).provisional
    assert reference_counts(database).years == 2


def test_the_mirrored_calendar_has_the_version_that_the_same_years_have_anywhere(database: Database) -> None:
    publish(database, MONDAY_OFF, Year(year=2013, provisional=True))
    assert held(database) == Calendar.of([MONDAY_OFF, Year(year=2013, provisional=True)])
    kept = rows(database, "SELECT version FROM working_year WHERE year = 2012")
    assert kept == [(MONDAY_OFF.version,)]


def test_it_is_read_again_only_when_a_year_has_changed(database: Database) -> None:
    publish(database, SATURDAY_WORKED)
    first = held(database)
    with database.writing(NOBODY) as uow:
        assert uow.store(WorkingYears).calendar is first
    assert held(database) is first
    with database.engine.begin() as connection:  # another process took an event
        change = "UPDATE working_year SET working_weekends = '{}', version = 'another'"
        connection.execute(sa.text(change))
    assert due_day(held(database)) == date(2012, 10, 1)


def test_within_a_unit_of_work_a_message_sees_what_an_earlier_one_published(database: Database) -> None:
    publish(database, SATURDAY_WORKED)
    with database.writing(NOBODY) as uow:
        years = uow.store(WorkingYears)
        assert due_day(years.calendar) == date(2012, 9, 29)
        years.put(2012, MONDAY_OFF)
        assert due_day(years.calendar) == date(2012, 10, 2)
        uow.discard()
        assert due_day(years.calendar) == date(2012, 9, 29)
        years.put(2012, MONDAY_OFF)
        uow.keep()
        uow.flush()
        assert due_day(years.calendar) == date(2012, 10, 2)
    assert due_day(held(database)) == date(2012, 10, 2)


def test_what_was_rolled_back_is_not_remembered(database: Database) -> None:
    publish(database, SATURDAY_WORKED)

    def fail() -> None:
        with database.writing(NOBODY) as uow:
            uow.store(WorkingYears).put(2012, MONDAY_OFF)
            uow.keep()
            uow.flush()
            assert due_day(uow.store(WorkingYears).calendar) == date(2012, 10, 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert due_day(held(database)) == date(2012, 9, 29)


def test_a_year_that_makes_no_sense_is_parked(database: Database) -> None:
    nonsense = CalendarPublished(
        year=2012, version="x", provisional=False, holidays=(date(2013, 1, 1),), working_weekends=()
    )
    event = an_event(nonsense, subject="calendar:2012", sequence=1, source="registry")
    EVENTS.process(database, [event])
    assert rows(database, "SELECT count(*) FROM inbox_parked") == [(1,)]
    assert rows(database, "SELECT count(*) FROM working_year") == [(0,)]


def test_the_hours_are_those_that_the_process_was_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAOTOU_WORKING_HOURS", "09:00-17:00")
    office_hours.cache_clear()
    try:
        publish(database, MONDAY_OFF)
        assert due(FRIDAY, Limit.parse("1wd"), held(database)).at == datetime(2012, 10, 2, 9, tzinfo=UTC)
    finally:
        office_hours.cache_clear()
