"""Registry's facts as governance mirrors them."""

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.events import EventRoute, on
from contracts.events.registry import DepartmentDefined
from services.governance.reference.repository import Department, Departments


def department_defined(event: DepartmentDefined, uow: UnitOfWork) -> None:
    """A department exists."""
    uow.store(Departments).put(event.code, Department(event.code, event.name_zh, event.name_en))


EVENTS: tuple[EventRoute, ...] = (on(DepartmentDefined, department_defined),)
