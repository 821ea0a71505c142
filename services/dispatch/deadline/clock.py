"""The clock of one unit of work."""

from chassis.data.unit_of_work import UnitOfWork
from chassis.data.working_years import WorkingYears
from services.dispatch.deadline.deadline import Clock


def clock_of(uow: UnitOfWork) -> Clock:
    """Return the cell's time and the calendar as this unit of work sees them."""
    return Clock(uow.now, uow.store(WorkingYears).calendar)
