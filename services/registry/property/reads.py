"""Reading units for views: the SQL of the queries. Nothing is locked."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

_PAGE = sa.text("""
WITH RECURSIVE below AS (
    SELECT code FROM place WHERE code = :place
    UNION ALL SELECT p.code FROM place p JOIN below ON p.parent = below.code
)
SELECT u.unit_id, u.code, u.place, u.use, u.area_hundredths_m2
FROM property_unit u JOIN below ON below.code = u.place
WHERE u.valid_to IS NULL AND u.code > :after ORDER BY u.code LIMIT :limit
""")
_OWNERS = sa.text("""
SELECT o.unit_id, o.owner_id, o.valid_from, g.name AS organisation, p.name AS person
FROM ownership o LEFT JOIN organisation_owner g USING (organisation_id) LEFT JOIN person p USING (person_id)
WHERE o.unit_id = ANY(:ids) AND o.valid_to IS NULL ORDER BY o.unit_id, o.owner_id
""")


def page(connection: Connection, place: str, *, after: str, limit: int) -> Sequence[sa.RowMapping]:
    """Return the units below a place, after a code, in the order of their codes."""
    return connection.execute(_PAGE, {"place": place, "after": after, "limit": limit}).mappings().all()


def owners(connection: Connection, unit_ids: Collection[UUID]) -> Sequence[sa.RowMapping]:
    """Return who owns these units now; a person's name is sealed."""
    return connection.execute(_OWNERS, {"ids": list(unit_ids)}).mappings().all()
