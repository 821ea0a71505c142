"""The only SQL of the archive's log. A leaf is a seal that has an index; heads are only ever added."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import bulk
from chassis.merkle import Frontier
from services.intake.archive.log import Head, Leaf
from services.intake.archive.models import heads
from services.intake.case.models import seals

# One process at a time adds leaves; another one finds nothing to do.
_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('archive log'))")
_LAST = sa.text("SELECT size, peaks FROM archive_head ORDER BY size DESC LIMIT 1")
_WAITING = sa.text(
    "SELECT case_id, seal FROM case_seal WHERE log_index IS NULL ORDER BY sealed_at, case_id LIMIT :limit"
)
_HEAD = sa.text("SELECT district, size, root, time, signature FROM archive_head ORDER BY size DESC LIMIT 1")


def lock(connection: Connection) -> bool:
    """Return whether this transaction alone may add leaves."""
    return bool(connection.scalar(_LOCK))


def frontier(connection: Connection) -> Frontier:
    """Return what the log grows from."""
    row = connection.execute(_LAST).one_or_none()
    return Frontier() if row is None else Frontier(row[0], tuple(map(bytes.fromhex, row[1])))


def waiting(connection: Connection, *, limit: int) -> list[tuple[UUID, str]]:
    """Return seals that the log does not hold yet, oldest first."""
    return [(row[0], row[1]) for row in connection.execute(_WAITING, {"limit": limit})]


def add(connection: Connection, leaves: tuple[Leaf, ...], head: Head, grown: Frontier) -> None:
    """Write the leaves' places and the new head."""
    placed = [{"case_id": leaf.case_id, "log_index": leaf.index} for leaf in leaves]
    bulk.update(connection, seals, placed, key=("case_id",))
    row = {name: getattr(head, name) for name in head.__struct_fields__}
    bulk.insert(connection, heads, [row | {"peaks": [peak.hex() for peak in grown.peaks]}])


def head(connection: Connection) -> Head | None:
    """Return the newest head, None where nothing was archived yet."""
    row = connection.execute(_HEAD).one_or_none()
    return None if row is None else Head(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
