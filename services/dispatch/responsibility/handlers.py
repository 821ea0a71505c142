"""Registry's facts as dispatch mirrors them."""

import msgspec

from chassis.data.unit_of_work import UnitOfWork
from chassis.data.working_years import WorkingYears
from chassis.processing.events import EventRoute, on
from chassis.working_calendar import Year
from contracts.events.registry import CalendarPublished, CategoryDefined, DepartmentDefined
from services.dispatch.responsibility.matrix import assign, assignment
from services.dispatch.responsibility.repository import Department, Departments, Responsibilities


def category_defined(event: CategoryDefined, uow: UnitOfWork) -> None:
    """A category is a department's task from a day on; what held before stays on record."""
    matrices = uow.store(Responsibilities)
    matrices.put(event.code, assign(matrices.get(event.code), assignment(event)))


def department_defined(event: DepartmentDefined, uow: UnitOfWork) -> None:
    """A department exists."""
    uow.store(Departments).put(event.code, Department(event.code, event.name_zh, event.name_en))


def calendar_published(event: CalendarPublished, uow: UnitOfWork) -> None:
    """A year is worked so from now on; the deadlines that were counted stay as they are."""
    uow.store(WorkingYears).put(event.year, msgspec.convert(event, Year, from_attributes=True))


EVENTS: tuple[EventRoute, ...] = (
    on(CategoryDefined, category_defined, loads=((Responsibilities, lambda event: event.code),)),
    on(DepartmentDefined, department_defined),
    on(CalendarPublished, calendar_published),
)
