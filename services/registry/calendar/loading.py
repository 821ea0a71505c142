"""Loading years into a cell's calendar, by whoever runs the cell."""

from collections.abc import Iterable

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from chassis.working_calendar import Year
from contracts.envelope import uuid7
from services.registry.calendar.handlers import fill_year, publish_year
from services.registry.calendar.repository import YearStore
from services.registry.organisation.repository import define_alone


def load_years(database: Database, years: Iterable[Year]) -> list[Year]:
    """Publish settled years as they are given, provisional ones where none is; return the changed."""
    given = list(years)
    context = Context(principal=the_system(), correlation_id=str(uuid7()))
    with database.writing(context) as uow:
        define_alone(uow.connection)
        uow.store(YearStore).prefetch(each.year for each in given)
        return [each for each in given if (fill_year if each.provisional else publish_year)(each, uow)]
