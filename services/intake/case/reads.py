"""The SQL of the queries: nothing here locks or writes."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from contracts.commands.case_views import SealView
from services.intake.case import rows
from services.intake.case.case import Case, Entry
from services.intake.case.views import Around

_CASE = sa.text(f"SELECT {rows.CASE_COLUMNS} FROM cases WHERE case_id = :case_id")  # noqa: S608
_VERSION = sa.text("SELECT version FROM cases WHERE case_id = :case_id")
_LIFE = sa.text(
    f"SELECT {rows.ENTRY_COLUMNS} FROM case_timeline WHERE case_id = :case_id ORDER BY position"  # noqa: S608
)
_SEAL = sa.text(
    "SELECT case_id, number, sealed_at, commitments, seal FROM case_seal WHERE case_id = :case_id"
)
_OPEN = sa.text(
    "SELECT state, community, count(*) FROM cases WHERE closed_at IS NULL AND aside_at IS NULL "
    "GROUP BY state, community"
)
_AROUND = sa.text(
    "SELECT (SELECT count(*) FROM case_supporter WHERE case_id = :case_id), case_wait.* "  # noqa: S608
    f"FROM (VALUES (true)) AS always LEFT JOIN (SELECT {rows.WAIT_COLUMNS} FROM case_wait) AS case_wait "
    "ON case_wait.case_id = :case_id"
)
_SUPPORTERS = sa.text(
    "SELECT count(*), min(since), coalesce(bool_or(account_id = :account_id), false) "
    "FROM case_supporter WHERE case_id = :case_id"
)


class Support(NamedTuple):
    """How many support a case, since when, and whether the caller is one of them."""

    number: int
    since: datetime | None
    own: bool


def case_of(connection: Connection, case_id: UUID) -> Case | None:
    """Return a case as it stands."""
    row = connection.execute(_CASE, {"case_id": case_id}).one_or_none()
    return None if row is None else rows.to_case(row)


def version_of(connection: Connection, case_id: UUID) -> int | None:
    """Return how far a case has come."""
    version: int | None = connection.scalar(_VERSION, {"case_id": case_id})
    return version


def around(connection: Connection, case_id: UUID) -> Around:
    """Return what limits the state that a case is in, and how many support it."""
    supporters, *wait = connection.execute(_AROUND, {"case_id": case_id}).one()
    return Around(wait=None if wait[0] is None else rows.to_wait(wait), supporters=supporters)


def support_of(connection: Connection, case_id: UUID, account_id: UUID | None) -> Support:
    """Return how many support a case."""
    return Support(*connection.execute(_SUPPORTERS, {"case_id": case_id, "account_id": account_id}).one())


def life_of(connection: Connection, case_id: UUID) -> tuple[Entry, ...]:
    """Return a case's timeline, oldest first."""
    return tuple(map(rows.to_entry, connection.execute(_LIFE, {"case_id": case_id})))


def seal_of(connection: Connection, case_id: UUID) -> SealView | None:
    """Return the seal of an archived case, None where it is not archived."""
    row = connection.execute(_SEAL, {"case_id": case_id}).one_or_none()
    if row is None:
        return None
    return SealView(case_id=row[0], number=row[1], sealed_at=row[2], commitments=tuple(row[3]), seal=row[4])


def open_by_state(connection: Connection) -> list[tuple[str, str, int]]:
    """Return how many cases are open, by state and community."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_OPEN)]
