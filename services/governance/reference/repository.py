"""The mirrored departments, grids and categories in PostgreSQL."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

import sqlalchemy as sa

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.governance.reference.models import category, department, grid

# China has one zone and has kept no summer time since 1992.
_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_DEPARTMENTS = sa.text("SELECT code, name_zh, name_en FROM department WHERE code = ANY(:keys)")
_GRIDS = sa.text("SELECT code, valid_from, valid_to, community FROM grid WHERE code = ANY(:keys)")
_CATEGORIES = sa.text("SELECT code, valid_from FROM category WHERE code = ANY(:keys)")
_COUNTS = sa.text(
    "SELECT (SELECT count(*) FROM department), (SELECT count(*) FROM grid), (SELECT count(*) FROM category)"
)


class Department(NamedTuple):
    """A department as governance knows it."""

    code: str
    name_zh: str
    name_en: str


class Grid(NamedTuple):
    """A grid 网格, when it exists, and the community that it lies in."""

    code: str
    valid_from: date
    valid_to: date | None
    community: str | None = None

    def exists(self, at: datetime) -> bool:
        """Return whether it exists on the day of `at`."""
        day = at.astimezone(_SHANGHAI).date()
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Category(NamedTuple):
    """A second-level category and its first day."""

    code: str
    valid_from: date

    def in_force(self, at: datetime) -> bool:
        """Return whether it is in force on the day of `at`."""
        return self.valid_from <= at.astimezone(_SHANGHAI).date()


class Departments(Store[str, Department]):
    """The departments, by code."""

    def load_many(self, keys: list[str]) -> dict[str, Department]:
        """Read the departments that exist."""
        rows = self.connection.execute(_DEPARTMENTS, {"keys": _possible(keys)})
        return {row[0]: Department(*row) for row in rows}

    def save_many(self, changes: list[Change[str, Department]]) -> None:
        """Write the departments."""
        _upsert(self.connection, department, [change.new for change in changes])


class Grids(Store[str, Grid]):
    """The grids, by code."""

    def load_many(self, keys: list[str]) -> dict[str, Grid]:
        """Read the grids that are known."""
        rows = self.connection.execute(_GRIDS, {"keys": _possible(keys)})
        return {row[0]: Grid(*row) for row in rows}

    def save_many(self, changes: list[Change[str, Grid]]) -> None:
        """Write the grids."""
        _upsert(self.connection, grid, [change.new for change in changes])


class Categories(Store[str, Category]):
    """The categories, by code."""

    def load_many(self, keys: list[str]) -> dict[str, Category]:
        """Read the categories that are known."""
        rows = self.connection.execute(_CATEGORIES, {"keys": _possible(keys)})
        return {row[0]: Category(*row) for row in rows}

    def save_many(self, changes: list[Change[str, Category]]) -> None:
        """Write the categories."""
        _upsert(self.connection, category, [change.new for change in changes])


def counts(connection: sa.Connection) -> tuple[int, int, int]:
    """Return how many departments, grids and categories are mirrored."""
    found = connection.execute(_COUNTS).one()
    return (int(found[0]), int(found[1]), int(found[2]))


def _possible(keys: Iterable[str]) -> list[str]:
    """A code comes from a caller; PostgreSQL takes no null character even to compare."""
    return [key for key in keys if "\0" not in key]


def _upsert(connection: sa.Connection, table: sa.Table, values: list[Any]) -> None:
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in values[0]._fields[1:])
    rows = [value._asdict() for value in values]
    bulk.insert(connection, table, rows, on_conflict=f"ON CONFLICT (code) DO UPDATE SET {sets}")
