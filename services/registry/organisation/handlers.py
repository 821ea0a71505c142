"""Defining places, departments and categories: told once, and again when something changes."""

from chassis.data.unit_of_work import UnitOfWork
from contracts.envelope import Payload
from services.registry.organisation.category import Category
from services.registry.organisation.department import Department
from services.registry.organisation.place import Place
from services.registry.organisation.repository import (
    CategoryStore,
    DefinitionStore,
    DepartmentStore,
    Known,
    PlaceStore,
    V,
)


def define_place(place: Place, uow: UnitOfWork) -> bool:
    """Let `place` be as it is given; return whether that was new."""
    return _define(uow, PlaceStore, place, place.event(), kind="place")


def define_department(department: Department, uow: UnitOfWork) -> bool:
    """Let `department` be as it is given; return whether that was new."""
    return _define(uow, DepartmentStore, department, department.event(), kind="department")


def define_category(category: Category, uow: UnitOfWork) -> bool:
    """Let `category` be as it is given; return whether that was new."""
    return _define(uow, CategoryStore, category, category.event(), kind="category")


def _define(
    uow: UnitOfWork, stores: type[DefinitionStore[V]], value: V, event: Payload | None, *, kind: str
) -> bool:
    store = uow.store(stores)
    known = store.get(value.code)
    if known is not None and known.value == value:
        return False
    emitted = 0 if known is None else known.emitted
    if event is not None:
        emitted += 1
        subject = f"{kind}:{value.code}"
        uow.outbox.event(event, subject=subject, sequence=emitted, ordering_key=subject)
    store.put(value.code, Known(value, emitted))
    return True
