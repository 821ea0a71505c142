"""Many rows in one statement, by `unnest`: about a tenth of the cost of executemany."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from chassis.data import direct

Row = Mapping[str, object]
_DIALECT: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row], *, on_conflict: str = "") -> None:
    """Insert `rows`, which all have the same columns; `on_conflict` is appended as it stands."""
    if rows:
        columns = tuple(rows[0])
        sql = _insert_sql(table, columns)
        direct.execute(connection, f"{sql} {on_conflict}", _arrays(table, columns, rows))


def update(connection: Connection, table: sa.Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Set every column of `rows` other than `key` in the rows that `key` names."""
    if rows:
        columns = tuple(rows[0])
        direct.execute(connection, _update_sql(table, columns, key), _arrays(table, columns, rows))


def _arrays(table: sa.Table, columns: tuple[str, ...], rows: Sequence[Row]) -> dict[str, Any]:
    return {name: _column(table, name, rows) for name in columns}


def _column(table: sa.Table, name: str, rows: Sequence[Row]) -> list[object]:
    values = [row[name] for row in rows]
    if isinstance(table.c[name].type, postgresql.JSONB):
        return [None if value is None else msgspec.json.encode(value).decode() for value in values]
    return values


@lru_cache(maxsize=256)
def _source(table: sa.Table, columns: tuple[str, ...]) -> str:
    types = (table.c[name].type.compile(_DIALECT) for name in columns)
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in zip(columns, types, strict=True))
    names = ", ".join(f'"{name}"' for name in columns)
    return f"unnest({arrays}) AS given({names})"


@lru_cache(maxsize=256)
def _insert_sql(table: sa.Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {_source(table, columns)}"  # noqa: S608


@lru_cache(maxsize=256)
def _update_sql(table: sa.Table, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{name}" = given."{name}"' for name in columns if name not in key)
    where = " AND ".join(f'kept."{name}" = given."{name}"' for name in key)
    return f"UPDATE {table.name} AS kept SET {sets} FROM {_source(table, columns)} WHERE {where}"  # noqa: S608
