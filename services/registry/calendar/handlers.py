"""Publishing a year: told once, and again when something changes."""

from chassis.data.unit_of_work import UnitOfWork
from chassis.working_calendar import Year
from contracts.events.registry import CalendarPublished
from services.registry.calendar.repository import KnownYear, YearStore


def publish_year(year: Year, uow: UnitOfWork) -> bool:
    """Let a year be worked as it is given; return whether that was new.

    What was due by then stays due: whoever counted has kept the version it counted by.
    """
    store = uow.store(YearStore)
    known = store.get(year.year)
    if known is not None and known.value == year:
        return False
    emitted = 1 if known is None else known.emitted + 1
    subject = f"calendar:{year.year}"
    uow.outbox.event(_event(year), subject=subject, sequence=emitted, ordering_key=subject)
    store.put(year.year, KnownYear(year, emitted))
    return True


def fill_year(year: Year, uow: UnitOfWork) -> bool:
    """Publish a year where none is, or where a provisional one is and this one is settled.

    A settled year stays: somebody may have loaded it from the notice itself.
    """
    known = uow.store(YearStore).get(year.year)
    if known is not None and (year.provisional or not known.value.provisional):
        return False
    return publish_year(year, uow)


def _event(year: Year) -> CalendarPublished:
    return CalendarPublished(
        year=year.year,
        version=year.version,
        provisional=year.provisional,
        holidays=year.holidays,
        working_weekends=year.working_weekends,
    )
