"""What anyone may ask about the archive's log."""

import sqlalchemy as sa

from chassis.data.engine import Database
from chassis.refusal import Invalid, NotFound
from chassis.signing import SigningKey
from contracts.commands.figures import LogHead, LogLeaf, LogLeaves
from services.intake.archive import repository

MOST_LEAVES = 1_000
_LEAVES = sa.text(
    "SELECT log_index, case_id, seal FROM case_seal WHERE log_index >= :since ORDER BY log_index LIMIT :limit"
)


def log_head(database: Database, key: SigningKey) -> LogHead:
    """Return the newest signed head. Raises: NotFound before anything was archived."""
    with database.reading() as connection:
        head = repository.head(connection)
    if head is None:
        raise NotFound
    return LogHead(
        district=head.district,
        size=head.size,
        root=head.root,
        time=head.time,
        key=key.public,
        signature=head.signature,
    )


def log_leaves(database: Database, *, since: int = 0, limit: int = 100) -> LogLeaves:
    """Return leaves from index `since` on. Raises: Invalid."""
    if since < 0:
        raise Invalid(field="since")
    if not 1 <= limit <= MOST_LEAVES:
        raise Invalid(field="limit")
    with database.reading() as connection:
        rows = connection.execute(_LEAVES, {"since": since, "limit": limit + 1}).all()
    items = tuple(LogLeaf(index=row[0], case_id=row[1], seal=row[2]) for row in rows[:limit])
    return LogLeaves(items=items, next_index=rows[limit][0] if len(rows) > limit else None)
