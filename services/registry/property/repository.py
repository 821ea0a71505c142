"""Units and ownership in PostgreSQL."""

from collections.abc import Collection
from typing import ClassVar
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from services.registry.property.models import organisations, ownerships, units
from services.registry.property.unit import Ownership, Unit

_UNITS = sa.text(
    "SELECT unit_id, code, place, use, area_hundredths_m2, valid_from, valid_to FROM property_unit "
    "WHERE unit_id = ANY(:ids) ORDER BY unit_id FOR UPDATE"
)
_ORGANISATIONS = sa.text(
    "SELECT organisation_id, name FROM organisation_owner WHERE organisation_id = ANY(:ids)"
)
_PLACES = sa.text(
    "SELECT code, place_above(code, 'community') AS community FROM place "
    "WHERE code = ANY(:codes) AND tier IN ('household', 'building')"
)
_UPSERT = (
    "ON CONFLICT (unit_id) DO UPDATE SET place = EXCLUDED.place, use = EXCLUDED.use, "
    "area_hundredths_m2 = EXCLUDED.area_hundredths_m2, valid_to = EXCLUDED.valid_to"
)
_END = "ON CONFLICT (unit_id, owner_id, valid_from) DO UPDATE SET valid_to = EXCLUDED.valid_to"


class OrganisationStore(Store[UUID, str]):
    """Names of the organisations that own something, by id."""

    flush_order: ClassVar[int] = 6

    def load_many(self, keys: list[UUID]) -> dict[UUID, str]:
        """Read names."""
        return {row[0]: row[1] for row in self.connection.execute(_ORGANISATIONS, {"ids": keys})}

    def save_many(self, changes: list[Change[UUID, str]]) -> None:
        """Write names that are new."""
        rows = [{"organisation_id": change.key, "name": change.new} for change in changes]
        bulk.insert(self.connection, organisations, rows, on_conflict="ON CONFLICT DO NOTHING")


class UnitStore(Store[UUID, Unit]):
    """Units by id."""

    flush_order: ClassVar[int] = 7

    def load_many(self, keys: list[UUID]) -> dict[UUID, Unit]:
        """Read and lock units."""
        rows = self.connection.execute(_UNITS, {"ids": keys}).mappings()
        return {row["unit_id"]: msgspec.convert(row, Unit) for row in rows}

    def save_many(self, changes: list[Change[UUID, Unit]]) -> None:
        """Write units."""
        rows = [msgspec.structs.asdict(change.new) for change in changes]
        bulk.insert(self.connection, units, rows, on_conflict=_UPSERT)


class Ownerships(Journal[Ownership]):
    """Ownerships that begin or end; those that end come first."""

    flush_order: ClassVar[int] = 8

    def write_many(self, rows: list[Ownership]) -> None:
        """Write them."""
        ordered = sorted(rows, key=lambda each: each.valid_to is None)
        given = [{**msgspec.structs.asdict(each), "owner_id": each.owner_id} for each in ordered]
        bulk.insert(self.connection, ownerships, given, on_conflict=_END)


def places_of_units(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """Return the community of each of the codes that a unit can stand at."""
    rows = connection.execute(_PLACES, {"codes": [code for code in codes if "\0" not in code]})
    return {row.code: row.community for row in rows}
