"""The calendar of working time as a service keeps it: a row a year, one value a process."""

from functools import cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.config import Settings
from chassis.data import bulk, direct
from chassis.data.store import Change, Store
from chassis.data.unit_of_work import UnitOfWork
from chassis.working_calendar import Calendar, Hours, Year

metadata = sa.MetaData()

working_years = sa.Table(
    "working_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("holidays", sa.ARRAY(sa.Date), nullable=False),
    sa.Column("working_weekends", sa.ARRAY(sa.Date), nullable=False),
)

_VERSIONS = "SELECT year, version FROM working_year ORDER BY year"
_ALL = "SELECT year, version, provisional, holidays, working_weekends FROM working_year ORDER BY year"
_SOME = (
    "SELECT year, version, provisional, holidays, working_weekends FROM working_year "
    "WHERE year = ANY(%(years)s)"
)
_REPLACE = (
    "ON CONFLICT (year) DO UPDATE SET version = EXCLUDED.version, provisional = EXCLUDED.provisional, "
    "holidays = EXCLUDED.holidays, working_weekends = EXCLUDED.working_weekends"
)
_Versions = tuple[tuple[int, str], ...]


class _Held(NamedTuple):
    """What a database holds, and the calendar that it makes."""

    years: dict[int, Year]
    calendar: Calendar


class WorkingYears(Store[int, Year]):
    """The years, and the calendar that they make for the current message."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow)
        self._held: _Held | None = None

    def load_many(self, keys: list[int]) -> dict[int, Year]:
        """Read years."""
        return {row[0]: _year(row) for row in direct.rows(self.connection, _SOME, {"years": keys})}

    def save_many(self, changes: list[Change[int, Year]]) -> None:
        """Write the years that are new or changed."""
        rows = [msgspec.structs.asdict(each.new) | {"version": each.new.version} for each in changes]
        bulk.insert(self.connection, working_years, rows, on_conflict=_REPLACE)
        self._held = None

    @property
    def calendar(self) -> Calendar:
        """The calendar as the current message sees it; read once a unit of work."""
        if self._held is None:
            self._held = _held(self.connection)
        changed = self._kept | self._staged
        if not changed:
            return self._held.calendar
        return Calendar.of((self._held.years | changed).values(), hours=office_hours())


def calendar_of(connection: Connection) -> Calendar:
    """Return the calendar that a database holds, where no unit of work is asked."""
    return _held(connection).calendar


@cache
def office_hours() -> Hours:
    """Return the working hours that the environment names. Raises: ValueError."""
    return Hours.parse(Settings.from_env().working_hours)


# What was read last: while the versions in the database are these, it need not be read again.
_last: dict[tuple[Hours, _Versions], _Held] = {}


def _held(connection: Connection) -> _Held:
    hours = office_hours()
    versions = tuple(direct.rows(connection, _VERSIONS, {}))
    held = _last.get((hours, versions))
    if held is None:
        rows = direct.rows(connection, _ALL, {})
        years = {row[0]: _year(row) for row in rows}
        held = _Held(years, Calendar.of(years.values(), hours=hours))
        _last.clear()
        # By what these rows say: another transaction may have written since the first look.
        _last[hours, tuple((row[0], row[1]) for row in rows)] = held
    return held


def _year(row: tuple[Any, ...]) -> Year:
    year, _version, provisional, holidays, working_weekends = row
    return Year(
        year=year,
        provisional=provisional,
        holidays=tuple(holidays),
        working_weekends=tuple(working_weekends),
    )
