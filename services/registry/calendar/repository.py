"""The calendar in PostgreSQL: read and locked by year, written by upsert."""

from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from chassis.working_calendar import Year
from services.registry.calendar.models import years

_REPLACE = (
    "ON CONFLICT (year) DO UPDATE SET version = EXCLUDED.version, provisional = EXCLUDED.provisional, "
    "holidays = EXCLUDED.holidays, working_weekends = EXCLUDED.working_weekends, emitted = EXCLUDED.emitted"
)


class KnownYear(NamedTuple):
    """A year as it was last published, and how many events have told of it."""

    value: Year
    emitted: int


class YearStore(Store[int, KnownYear]):
    """The calendar by year."""

    def load_many(self, keys: list[int]) -> dict[int, KnownYear]:
        """Read and lock the years that were published."""
        rows = self.connection.execute(
            sa.select(years)
            .where(years.c.year == sa.any_(sa.cast(keys, sa.ARRAY(sa.Integer))))
            .order_by(years.c.year)
            .with_for_update()
        )
        return {row["year"]: KnownYear(_year(row), row["emitted"]) for row in rows.mappings()}

    def save_many(self, changes: list[Change[int, KnownYear]]) -> None:
        """Write what was published."""
        rows = [
            msgspec.structs.asdict(each.new.value)
            | {"version": each.new.value.version, "emitted": each.new.emitted}
            for each in changes
        ]
        bulk.insert(self.connection, years, rows, on_conflict=_REPLACE)


def find_year(connection: Connection, year: int) -> Year | None:
    """Return a year as it was last published."""
    row = connection.execute(sa.select(years).where(years.c.year == year)).mappings().first()
    return None if row is None else _year(row)


def all_years(connection: Connection) -> list[Year]:
    """Return every year that was published, the first first."""
    return [_year(row) for row in connection.execute(sa.select(years).order_by(years.c.year)).mappings()]


def _year(row: sa.RowMapping) -> Year:
    return msgspec.convert(row, Year)
