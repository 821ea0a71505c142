"""What is on record of whom and what a file names: the SQL of importing. Writing is the stores'."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from services.registry.importing.units import Deed, Estate
from services.registry.people import repository as people
from services.registry.people.keeping import keeping
from services.registry.property.unit import Ownership, Unit

_ALONE = sa.text("SELECT pg_advisory_xact_lock(20120602)")
_HOMES = sa.text(
    "SELECT person_id, household FROM residence WHERE person_id = ANY(:ids) AND valid_to IS NULL"
)
_PLACES = sa.text(
    "SELECT code, place_above(code, 'community'), valid_from FROM place "
    "WHERE code = ANY(:codes) AND tier IN ('household', 'building')"
)
_UNITS = sa.text(
    "SELECT unit_id, code, place, use, area_hundredths_m2, valid_from, valid_to FROM property_unit "
    "WHERE code = ANY(:codes)"
)
_OWNERSHIPS = sa.text(
    "SELECT unit_id, person_id, organisation_id, valid_from, valid_to FROM ownership "
    "WHERE unit_id = ANY(:ids) AND valid_to IS NULL ORDER BY unit_id, owner_id"
)


class _Standing(NamedTuple):
    community: str
    began: date


def alone(connection: Connection) -> None:
    """Let one file at a time be taken, until the transaction ends."""
    connection.execute(_ALONE)


def homes(connection: Connection, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return where these persons live now."""
    return {row[0]: row[1] for row in connection.execute(_HOMES, {"ids": list(person_ids)})}


def property_of(connection: Connection, deeds: Sequence[Deed]) -> Estate:
    """Return what is on record of the units and owners that a file names."""
    rows = connection.execute(_PLACES, {"codes": _possible(each.place for each in deeds)})
    places = {row[0]: _Standing(row[1], row[2]) for row in rows}
    codes = _possible(each.code for each in deeds)
    found = [msgspec.convert(row, Unit) for row in connection.execute(_UNITS, {"codes": codes}).mappings()]
    owned: dict[UUID, list[Ownership]] = defaultdict(list)
    ids = {"ids": [each.unit_id for each in found]}
    for row in connection.execute(_OWNERSHIPS, ids).mappings():
        owned[row["unit_id"]].append(msgspec.convert(row, Ownership))
    return Estate(
        communities={code: standing.community for code, standing in places.items()},
        units={each.code: each for each in found},
        ownerships={each.unit_id: owned[each.unit_id] for each in found},
        persons=persons_of(connection, deeds),
        began={code: standing.began for code, standing in places.items()},
    )


def persons_of(connection: Connection, deeds: Sequence[Deed]) -> dict[str, UUID]:
    """Return who has these identity numbers."""
    vault = keeping().vault
    numbers = {owner.id_number for deed in deeds for owner in deed.owners if owner.id_number is not None}
    indexes = {vault.index(number, column="id_number"): number for number in numbers}
    return {
        indexes[index]: person_id
        for index, person_id in people.holders(connection, indexes.keys()).items()
        if index in indexes
    }


def _possible(codes: Iterable[str]) -> list[str]:
    """PostgreSQL takes no null character even to compare."""
    return sorted({code for code in codes if "\0" not in code})
