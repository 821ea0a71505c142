"""Registry's events, taken into the mirror."""

import msgspec

from chassis.data.unit_of_work import UnitOfWork
from chassis.data.working_years import WorkingYears
from chassis.processing.events import on
from chassis.working_calendar import Year
from contracts.events.registry import CalendarPublished, CategoryDefined, DepartmentDefined, PlaceDefined
from services.intake.reference.repository import CategoryStore, DepartmentStore, PlaceStore
from services.intake.reference.values import Category, Department, Place


def mirror_place(event: PlaceDefined, uow: UnitOfWork) -> None:
    """Keep a place as it was last defined."""
    place = Place(
        code=event.code,
        tier=event.tier,
        parent=event.parent,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
    )
    uow.store(PlaceStore).put(place.code, place)


def mirror_category(event: CategoryDefined, uow: UnitOfWork) -> None:
    """Keep a category as it was last defined."""
    category = Category(
        code=event.code,
        kind=event.kind,
        department=event.department,
        urgency=event.urgency,
        valid_from=event.valid_from,
        small=event.small,
    )
    uow.store(CategoryStore).put(category.code, category)


def mirror_department(event: DepartmentDefined, uow: UnitOfWork) -> None:
    """Know a department."""
    uow.store(DepartmentStore).put(event.code, Department(code=event.code))


def mirror_year(event: CalendarPublished, uow: UnitOfWork) -> None:
    """Count by a year as it was last published; what is due stays due."""
    uow.store(WorkingYears).put(event.year, msgspec.convert(event, Year, from_attributes=True))


EVENTS = (
    on(PlaceDefined, mirror_place),
    on(CategoryDefined, mirror_category),
    on(DepartmentDefined, mirror_department),
    on(CalendarPublished, mirror_year),
)
