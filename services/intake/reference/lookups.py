"""What the mirror knows on the day of a unit of work; a code that can be none is not asked for."""

from collections.abc import Iterable

from chassis.data.unit_of_work import UnitOfWork
from services.intake.reference.repository import CategoryStore, DepartmentStore, PlaceStore
from services.intake.reference.values import Category, Grid, is_code, local_day


def grid_of(uow: UnitOfWork, code: str) -> Grid | None:
    """Return a grid that exists today."""
    place = uow.store(PlaceStore).get(code) if is_code(code) else None
    return None if place is None else place.as_grid(local_day(uow.now))


def category_of(uow: UnitOfWork, code: str | None) -> Category | None:
    """Return a category that is in force today."""
    category = uow.store(CategoryStore).get(code) if code is not None and is_code(code) else None
    in_force = category is not None and category.valid_from <= local_day(uow.now)
    return category if in_force else None


def unknown_departments(uow: UnitOfWork, codes: Iterable[str]) -> tuple[str, ...]:
    """Return those of the codes that are no department's."""
    departments = uow.store(DepartmentStore)
    return tuple(code for code in codes if not is_code(code) or departments.get(code) is None)


def possible(*codes: str | None) -> list[str]:
    """Return the codes that may be asked for."""
    return [code for code in codes if code is not None and is_code(code)]
