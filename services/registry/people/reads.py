"""Reading persons for views: the SQL of the queries. Nothing is locked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.people import RevealView

_PERSON = """
SELECT p.person_id, p.name, p.birthday, p.id_number, p.phone, p.address,
       r.household, r.relation, r.valid_from AS since
FROM person p LEFT JOIN residence r ON r.person_id = p.person_id AND r.valid_to IS NULL
"""
_BELOW = """
WITH RECURSIVE below AS (
    SELECT code FROM place WHERE code = :place
    UNION ALL SELECT p.code FROM place p JOIN below ON p.parent = below.code
)
"""
_ONE = sa.text(f"{_PERSON} WHERE p.person_id = :person_id")
_PAGE = sa.text(
    f"{_BELOW} {_PERSON} JOIN below ON below.code = r.household "
    "WHERE (r.household, p.person_id) > (:household, :person_id) "
    "ORDER BY r.household, p.person_id LIMIT :limit"
)
# Where somebody belongs: where they live, else where they own, else where they lived last.
_COMMUNITY = sa.text("""
SELECT place_above(place, 'community') FROM (
    SELECT 1 AS rank, household AS place, valid_from FROM residence
    WHERE person_id = :person_id AND valid_to IS NULL
    UNION ALL SELECT 2, u.place, o.valid_from FROM ownership o JOIN property_unit u USING (unit_id)
    WHERE o.person_id = :person_id AND o.valid_to IS NULL
    UNION ALL SELECT 3, household, valid_from FROM residence
    WHERE person_id = :person_id AND valid_to IS NOT NULL
) AS places ORDER BY rank, valid_from DESC LIMIT 1
""")
_COMMUNITY_OF_PLACE = sa.text("SELECT place_above(:code, 'community')")
_REVEALS = sa.text(
    "SELECT at, person_id, revealed_to, fields, reason FROM reveal WHERE person_id = :person_id "
    "ORDER BY position DESC LIMIT :limit"
)


def person(connection: Connection, person_id: UUID) -> Any | None:
    """Return a person's row with where they live."""
    return connection.execute(_ONE, {"person_id": person_id}).mappings().one_or_none()


def page(
    connection: Connection, place: str, *, after: tuple[str, UUID], limit: int
) -> Sequence[sa.RowMapping]:
    """Return the persons who live below a place, after one, in the order of their households."""
    given = {"place": place, "household": after[0], "person_id": after[1], "limit": limit}
    return connection.execute(_PAGE, given).mappings().all()


def community_of(connection: Connection, person_id: UUID) -> str | None:
    """Return the community that a person belongs to."""
    found: str | None = connection.execute(_COMMUNITY, {"person_id": person_id}).scalar_one_or_none()
    return found


def community_of_place(connection: Connection, code: str) -> str | None:
    """Return the community that a place lies in; None for the district, and where there is no such place."""
    found: str | None = connection.execute(_COMMUNITY_OF_PLACE, {"code": code}).scalar_one_or_none()
    return found


def reveals(connection: Connection, person_id: UUID, *, limit: int) -> tuple[RevealView, ...]:
    """Return who was told what of a person, newest first."""
    rows = connection.execute(_REVEALS, {"person_id": person_id, "limit": limit}).mappings()
    return tuple(msgspec.convert(row, RevealView) for row in rows)
