"""Registry's facts as governance mirrors them."""

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventRoute, on
from contracts.events.registry import CategoryDefined, DepartmentDefined, PlaceDefined, Tier
from services.governance.reference.repository import (
    Categories,
    Category,
    Department,
    Departments,
    Grid,
    Grids,
)


def department_defined(event: DepartmentDefined, uow: UnitOfWork) -> None:
    """A department exists."""
    uow.store(Departments).put(event.code, Department(event.code, event.name_zh, event.name_en))


def place_defined(event: PlaceDefined, uow: UnitOfWork) -> None:
    """A grid exists; no other place is named by a resolution."""
    if event.tier is Tier.GRID:
        uow.store(Grids).put(event.code, Grid(event.code, event.valid_from, event.valid_to, event.parent))


def category_defined(event: CategoryDefined, uow: UnitOfWork) -> None:
    """A second-level category is in force."""
    uow.store(Categories).put(event.code, Category(event.code, event.valid_from))


EVENTS: tuple[EventRoute, ...] = (
    on(DepartmentDefined, department_defined),
    on(PlaceDefined, place_defined),
    on(CategoryDefined, category_defined),
)
