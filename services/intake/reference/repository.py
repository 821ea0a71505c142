"""The mirror's only SQL: read by code, written by upsert."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from contracts.events.registry import Tier
from contracts.vocabulary import Kind, Urgency
from services.intake.reference.models import categories, departments, places
from services.intake.reference.values import Category, Department, Place

_PLACES = sa.text(
    "SELECT place.code, place.tier, place.parent, place.valid_from, place.valid_to, above.parent "
    "FROM places AS place LEFT JOIN places AS above ON above.code = place.parent "
    "WHERE place.code = ANY(:codes)"
)
_CATEGORIES = sa.text(
    "SELECT code, kind, department, urgency, valid_from, small FROM categories WHERE code = ANY(:codes)"
)
_DEPARTMENTS = sa.text("SELECT code FROM departments WHERE code = ANY(:codes)")
_COUNTS = sa.text(
    "SELECT (SELECT count(*) FROM places), (SELECT count(*) FROM categories), "
    "(SELECT count(*) FROM departments), (SELECT count(*) FROM working_year)"
)


class PlaceStore(Store[str, Place]):
    """The district's tree by code."""

    def load_many(self, keys: list[str]) -> dict[str, Place]:
        """Read places, each with what stands above its parent."""
        rows = self.connection.execute(_PLACES, {"codes": keys})
        return {row[0]: _place(row) for row in rows}

    def save_many(self, changes: list[Change[str, Place]]) -> None:
        """Write places as registry last defined them."""
        columns = ("code", "tier", "parent", "valid_from", "valid_to")
        _upsert(self.connection, places, columns, [change.new for change in changes])


class CategoryStore(Store[str, Category]):
    """The second-level categories by code."""

    def load_many(self, keys: list[str]) -> dict[str, Category]:
        """Read categories."""
        rows = self.connection.execute(_CATEGORIES, {"codes": keys})
        return {row[0]: _category(row) for row in rows}

    def save_many(self, changes: list[Change[str, Category]]) -> None:
        """Write categories as registry last defined them."""
        _upsert(
            self.connection,
            categories,
            ("code", "kind", "department", "urgency", "valid_from", "small"),
            [change.new for change in changes],
        )


class DepartmentStore(Store[str, Department]):
    """The departments by code."""

    def load_many(self, keys: list[str]) -> dict[str, Department]:
        """Read departments."""
        rows = self.connection.execute(_DEPARTMENTS, {"codes": keys})
        return {row[0]: Department(code=row[0]) for row in rows}

    def save_many(self, changes: list[Change[str, Department]]) -> None:
        """Write departments."""
        _upsert(self.connection, departments, ("code",), [each.new for each in changes])


def counts(connection: Connection) -> tuple[int, int, int, int]:
    """Return how many places, categories, departments and years are mirrored."""
    found = connection.execute(_COUNTS).one()
    return (int(found[0]), int(found[1]), int(found[2]), int(found[3]))


def _place(row: Sequence[Any]) -> Place:
    return Place(
        code=row[0], tier=Tier(row[1]), parent=row[2], valid_from=row[3], valid_to=row[4], above=row[5]
    )


def _category(row: Sequence[Any]) -> Category:
    return Category(
        code=row[0],
        kind=Kind(row[1]),
        department=row[2],
        urgency=Urgency(row[3]),
        valid_from=row[4],
        small=row[5],
    )


def _upsert(connection: Connection, table: sa.Table, columns: tuple[str, ...], values: list[Any]) -> None:
    rows = [{name: getattr(value, name) for name in columns} for value in values]
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns)
    bulk.insert(connection, table, rows, on_conflict=f"ON CONFLICT (code) DO UPDATE SET {sets}")
