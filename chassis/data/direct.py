"""Statements of the hot path, straight to psycopg on SQLAlchemy's connection and transaction.

A statement costs SQLAlchemy about a quarter of a millisecond of Python; a batch has ten.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection


def _driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    return cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)


def is_lost(connection: Connection) -> bool:
    """Return whether the driver has found its connection closed and SQLAlchemy does not know of it."""
    return not connection.closed and not connection.invalidated and _driver(connection).closed


def rows(
    connection: Connection, sql: str, given: Mapping[str, object], *, prepare: bool | None = None
) -> list[tuple[Any, ...]]:
    """Return every row of a query with `%(name)s` parameters. Raises: psycopg.Error.

    `prepare` False plans it anew, for exactly what is given; None keeps the plan of what is asked often.
    """
    return _driver(connection).execute(sql, given, prepare=prepare).fetchall()


Query = tuple[str, Mapping[str, object]]


def rows_of_each(connection: Connection, queries: Sequence[Query]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of several queries, sent at once: one round trip. Raises: psycopg.Error."""
    driver = _driver(connection)
    with driver.pipeline():
        cursors = [driver.execute(sql, given) for sql, given in queries]
        return [cursor.fetchall() for cursor in cursors]


def execute(connection: Connection, sql: str, given: Mapping[str, object]) -> None:
    """Run a statement whose result nobody reads. Raises: psycopg.Error, in a pipeline at its end."""
    _driver(connection).execute(sql, given)


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Send the statements within without waiting for each: one round trip for all of them."""
    with _driver(connection).pipeline():
        yield
