"""Many rows in one statement, as one JSON parameter.

About a tenth of the cost of executemany, and a fifth less CPU in the service than arrays for
`unnest`: msgspec writes the JSON in C, psycopg's arrays are written in Python.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from chassis.data import direct

Row = Mapping[str, object]
_DIALECT: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
_encoder = msgspec.json.Encoder()


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row], *, on_conflict: str = "") -> None:
    """Insert `rows`, which all have the same columns; `on_conflict` is appended as it stands."""
    if rows:
        sql = _insert_sql(table, tuple(rows[0]))
        direct.execute(connection, f"{sql} {on_conflict}", _given(rows))


def update(connection: Connection, table: sa.Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Set every column of `rows` other than `key` in the rows that `key` names."""
    if rows:
        direct.execute(connection, _update_sql(table, tuple(rows[0]), key), _given(rows))


def _given(rows: Sequence[Row]) -> dict[str, str]:
    return {"rows": _encoder.encode(rows).decode()}


def _is_binary(table: sa.Table, name: str) -> bool:
    return isinstance(table.c[name].type, sa.LargeBinary | postgresql.BYTEA)


def _value(table: sa.Table, name: str) -> str:
    """The column as it is read from JSON, where bytes are base64."""
    return f"decode(given.\"{name}\", 'base64')" if _is_binary(table, name) else f'given."{name}"'


@lru_cache(maxsize=256)
def _source(table: sa.Table, columns: tuple[str, ...]) -> str:
    types = ("text" if _is_binary(table, name) else table.c[name].type.compile(_DIALECT) for name in columns)
    typed = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, types, strict=True))
    return f"json_to_recordset(%(rows)s::json) AS given({typed})"


@lru_cache(maxsize=256)
def _insert_sql(table: sa.Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(_value(table, name) for name in columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {_source(table, columns)}"  # noqa: S608


@lru_cache(maxsize=256)
def _update_sql(table: sa.Table, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{name}" = {_value(table, name)}' for name in columns if name not in key)
    where = " AND ".join(f'kept."{name}" = given."{name}"' for name in key)
    return f"UPDATE {table.name} AS kept SET {sets} FROM {_source(table, columns)} WHERE {where}"  # noqa: S608
