"""Changes of a large table while services work on it, for migrations: no step holds up anybody for long.

Expand, fill, then require: a column is added that old code need not know, filled in batches, and only then
made to be always given. Each step commits by itself and may be begun anew after a failure.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic.operations import Operations

_VALID = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


def add_column(op: Operations, table: str, column: str, kind: str, *, default: str | None = None) -> None:
    """Add a column that may be NULL; `default` (SQL) is for rows that come from now on.

    Old code that knows nothing of the column goes on, and what it inserts has the default.
    """
    with _step_by_step(op) as connection:
        connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} {kind}"))
        if default is not None:
            connection.execute(sa.text(f"ALTER TABLE {table} ALTER {column} SET DEFAULT {default}"))


def fill(op: Operations, statement: str) -> int:
    """Run an UPDATE of a limited number of rows until it finds none; return how many there were.

    It takes its rows in the order of their keys, as the services lock them, e.g. `WHERE id IN (SELECT id FROM
    cases WHERE origin IS NULL ORDER BY id LIMIT 500 FOR UPDATE)`.
    """
    filled = 0
    with _step_by_step(op) as connection:
        while rows := connection.execute(sa.text(statement)).rowcount:
            filled += rows
    return filled


def build_index(op: Operations, name: str, on: str) -> None:
    """Build an index, e.g. `on="cases (origin)"`, beside those who write."""
    with _step_by_step(op) as connection:
        if connection.scalar(_VALID, {"name": name}):
            return
        # It waits for those who are looking at the table, and nobody waits for it.
        connection.execute(sa.text("SET lock_timeout = 0"))
        # What an attempt has left that was broken off is written to and never read.
        connection.execute(sa.text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
        connection.execute(sa.text(f"CREATE INDEX CONCURRENTLY {name} ON {on}"))
        connection.execute(sa.text("RESET lock_timeout"))


def require(op: Operations, table: str, column: str) -> None:
    """Have a column never be NULL; the table is read through while everybody may write."""
    check = f"{table}_{column}_given"
    with _step_by_step(op) as connection:
        connection.execute(
            sa.text(
                f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}, "
                f"ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID"
            )
        )
        connection.execute(sa.text(f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}"))
        # PostgreSQL believes the check and does not look again under the strong lock.
        connection.execute(sa.text(f"ALTER TABLE {table} ALTER {column} SET NOT NULL"))
        connection.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {check}"))


@contextmanager
def _step_by_step(op: Operations) -> Iterator[sa.Connection]:
    with op.get_context().autocommit_block():
        yield op.get_bind()
