"""Who is counted, read in one statement and so from one snapshot; and which rolls were answered."""

from datetime import date
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.data.store import Change, Store
from services.registry.roll.models import rolls
from services.registry.roll.roll import Adult, Roll, Share

_ROLLS = sa.text(
    "SELECT roll_id, vote_id, place, kind, as_of, count, area_hundredths_m2, root, answered_at "
    "FROM roll WHERE roll_id = ANY(:ids)"
)
_BELOW = """
WITH RECURSIVE below AS (
    SELECT code FROM place WHERE code = :place AND tier IN ('community', 'grid')
    UNION ALL SELECT p.code FROM place p JOIN below ON p.parent = below.code
)
"""
# PostgreSQL takes a day that the month has not as its last: who was born on 29 February is of age on 1 March.
_ADULTS = sa.text(f"""
{_BELOW} SELECT r.household, r.person_id
FROM below JOIN residence r ON r.household = below.code JOIN person p USING (person_id)
WHERE r.valid_from <= :as_of AND (r.valid_to IS NULL OR :as_of < r.valid_to)
AND p.birthday <= CAST(CAST(:as_of AS date) - interval '18 years' AS date)
""")  # noqa: S608 - nothing that is given is written into it
_SHARES = sa.text(f"""
{_BELOW} SELECT u.unit_id, u.area_hundredths_m2, o.owner_id, o.person_id
FROM below JOIN property_unit u ON u.place = below.code JOIN ownership o USING (unit_id)
WHERE u.use <> 'parking' AND u.valid_from <= :as_of AND (u.valid_to IS NULL OR :as_of < u.valid_to)
AND o.valid_from <= :as_of AND (o.valid_to IS NULL OR :as_of < o.valid_to)
ORDER BY u.unit_id, o.owner_id
""")  # noqa: S608


class RollStore(Store[UUID, Roll]):
    """The rolls that were answered, by id. None is answered twice."""

    def load_many(self, keys: list[UUID]) -> dict[UUID, Roll]:
        """Read rolls."""
        rows = self.connection.execute(_ROLLS, {"ids": keys}).mappings()
        return {row["roll_id"]: msgspec.convert(row, Roll) for row in rows}

    def save_many(self, changes: list[Change[UUID, Roll]]) -> None:
        """Write new rolls."""
        bulk.insert(self.connection, rolls, [msgspec.structs.asdict(change.new) for change in changes])


def adults(connection: Connection, place: str, *, as_of: date) -> list[Adult]:
    """Return who is of age and lived below a place on a day."""
    return [Adult(*row) for row in connection.execute(_ADULTS, {"place": place, "as_of": as_of})]


def shares(connection: Connection, place: str, *, as_of: date) -> list[Share]:
    """Return who owned what below a place on a day; parking spaces are left out."""
    return [Share(*row) for row in connection.execute(_SHARES, {"place": place, "as_of": as_of})]
