"""Persons, residences and reveals in PostgreSQL: the only SQL that changes them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Journal, Store
from chassis.sealing import version_of
from services.registry.people.keeping import keeping
from services.registry.people.models import persons, residences
from services.registry.people.person import Household, Person, Residence
from services.registry.people.sealed import SEALED, person_of, row_of

_PERSONS = sa.text(
    "SELECT person_id, name, birthday, id_number, phone, address FROM person "
    "WHERE person_id = ANY(:ids) ORDER BY person_id FOR UPDATE"
)
_LIVING = sa.text(
    "SELECT person_id, household, relation, valid_from, valid_to FROM residence "
    "WHERE person_id = ANY(:ids) AND valid_to IS NULL ORDER BY person_id FOR UPDATE"
)
_TAKEN = sa.text(
    "SELECT person_id, id_number_index, phone_index FROM person "
    "WHERE id_number_index = ANY(:indexes) OR phone_index = ANY(:indexes)"
)
_HEADS = sa.text(
    "SELECT household, person_id FROM residence "
    "WHERE household = ANY(:households) AND relation = 'head' AND valid_to IS NULL"
)
_HOUSEHOLDS = sa.text(
    "SELECT code, valid_from, valid_to, place_above(code, 'community') AS community FROM place "
    "WHERE code = ANY(:codes) AND tier = 'household'"
)
_LEFT = sa.text("SELECT max(valid_to) FROM residence WHERE person_id = :person_id")
_KNOWN = sa.text("SELECT count(*) FROM person WHERE person_id = ANY(:ids)")
_REVEAL = sa.text(
    "INSERT INTO reveal (person_id, revealed_to, fields, reason) "
    "VALUES (:person_id, :revealed_to, :fields, :reason)"
)
_OLDER = sa.text(
    "SELECT person_id, name, birthday, id_number, phone, address FROM person "
    "WHERE get_byte(name, 0) * 256 + get_byte(name, 1) <> :version LIMIT :limit FOR UPDATE"
)
_COLUMNS = ("birthday", *SEALED, "id_number_index", "phone_index")
_UPSERT = (
    f"ON CONFLICT (person_id) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in _COLUMNS)}"
)
_END = "ON CONFLICT (person_id, valid_from) DO UPDATE SET valid_to = EXCLUDED.valid_to"


class PersonStore(Store[UUID, Person]):
    """Persons by id."""

    flush_order: ClassVar[int] = 4

    def load_many(self, keys: list[UUID]) -> dict[UUID, Person]:
        """Read and lock persons."""
        rows = self.connection.execute(_PERSONS, {"ids": keys}).mappings()
        return {row["person_id"]: person_of(row, keeping().vault) for row in rows}

    def save_many(self, changes: list[Change[UUID, Person]]) -> None:
        """Write persons, sealed."""
        rows = [row_of(change.new, keeping().vault) for change in changes]
        bulk.insert(self.connection, persons, rows, on_conflict=_UPSERT)


class ResidenceStore(Store[UUID, Residence]):
    """Where each person lives now, by the person's id."""

    flush_order: ClassVar[int] = 6

    def load_many(self, keys: list[UUID]) -> dict[UUID, Residence]:
        """Read and lock the residences that have not ended."""
        rows = self.connection.execute(_LIVING, {"ids": keys}).mappings()
        return {row["person_id"]: msgspec.convert(row, Residence) for row in rows}

    def save_many(self, changes: list[Change[UUID, Residence]]) -> None:
        """Write residences; written after those that have ended."""
        _write(self.connection, [change.new for change in changes])


class EndedResidences(Journal[Residence]):
    """Residences that end."""

    flush_order: ClassVar[int] = 5

    def write_many(self, rows: list[Residence]) -> None:
        """Note their last days."""
        _write(self.connection, rows)


def _write(connection: Connection, values: Sequence[Residence]) -> None:
    rows = [msgspec.structs.asdict(value) for value in values]
    bulk.insert(connection, residences, rows, on_conflict=_END)


def households(connection: Connection, codes: Collection[str]) -> dict[str, Household]:
    """Return those of the codes that are households."""
    rows = connection.execute(_HOUSEHOLDS, {"codes": [code for code in codes if "\0" not in code]})
    return {row.code: Household(*row) for row in rows}


def holders(connection: Connection, indexes: Collection[bytes]) -> dict[bytes, UUID]:
    """Return who has these identity numbers and phones."""
    rows = connection.execute(_TAKEN, {"indexes": list(indexes)})
    return {bytes(index): row[0] for row in rows for index in row[1:] if index is not None}


def heads(connection: Connection, codes: Collection[str]) -> dict[str, UUID]:
    """Return who is the head of each of these households."""
    return {row[0]: row[1] for row in connection.execute(_HEADS, {"households": list(codes)})}


def left_on(connection: Connection, person_id: UUID) -> date | None:
    """Return when a person last moved away from anywhere, None where they never have."""
    found: date | None = connection.execute(_LEFT, {"person_id": person_id}).scalar_one()
    return found


def are_known(connection: Connection, person_ids: Collection[UUID]) -> bool:
    """Return whether all of these persons are on record."""
    found = connection.execute(_KNOWN, {"ids": list(person_ids)}).scalar_one()
    return int(found) == len(person_ids)


def note_reveal(
    connection: Connection, *, person_id: UUID, revealed_to: str, fields: Sequence[str], reason: str
) -> None:
    """Put on record that somebody was told."""
    given = {"person_id": person_id, "revealed_to": revealed_to, "fields": list(fields), "reason": reason}
    connection.execute(_REVEAL, given)


def reseal(connection: Connection, *, limit: int) -> int:
    """Seal up to so many persons under the key that seals now; return how many were under another."""
    vault = keeping().vault
    found = connection.execute(_OLDER, {"version": vault.version, "limit": limit}).mappings().all()
    rows = [row_of(person_of(row, vault), vault) for row in found]
    bulk.insert(connection, persons, rows, on_conflict=_UPSERT)
    assert all(version_of(row["name"]) == vault.version for row in rows)
    return len(rows)
