"""What can be asked about the calendar: it is public."""

from datetime import date

from chassis.data.engine import Database
from chassis.refusal import NotFound
from chassis.working_calendar import Calendar, Year
from chassis.working_time import working_days_between
from contracts.commands.registry import CalendarView
from services.registry.calendar.repository import find_year

_YEARS = range(1949, 2200)


def calendar_year(database: Database, year: int) -> CalendarView:
    """Return how a year is worked; one that nobody has published is provisional. Raises: NotFound."""
    if year not in _YEARS:
        raise NotFound
    with database.reading() as connection:
        found = find_year(connection, year) or Year(year=year, provisional=True)
    days = working_days_between(date(year, 1, 1), date(year, 12, 31), Calendar.of([found]))
    return CalendarView(
        year=year,
        version=found.version,
        provisional=found.provisional,
        holidays=found.holidays,
        working_weekends=found.working_weekends,
        working_days=days,
    )
