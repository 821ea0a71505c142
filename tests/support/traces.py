"""Where the ballots of a secret vote can be found: in tables, in files, in whatever was said."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from qiaotou_verifier.bundle import hashes_of

_FILES = """
SELECT pg_relation_filepath(part) FROM unnest(%s::text[]) AS asked(name), LATERAL (
    SELECT asked.name::regclass AS part
    UNION SELECT reltoastrelid FROM pg_class WHERE oid = asked.name::regclass AND reltoastrelid <> 0
    UNION SELECT indexrelid FROM pg_index WHERE indrelid = asked.name::regclass) AS parts
"""


class Trace(NamedTuple):
    """A ballot as its voter has kept it."""

    leaf: dict[str, Any]

    @property
    def receipt(self) -> str:
        return hashes_of([self.leaf])[0].hex()

    def stands_in(self, said: bytes) -> bool:
        """Whether its id, nonce or receipt is there: as text, in hex, or as PostgreSQL stores an id."""
        texts = [str(self.leaf["ballot_id"]), str(self.leaf["nonce"]), self.receipt]
        forms = [text.encode() for text in texts]
        raw = bytes.fromhex(texts[0].replace("-", ""))
        return any(form in said for form in (*forms, *(each.hex().encode() for each in forms), raw))


def any_in(said: bytes, ballots: Iterable[Trace]) -> bool:
    return any(each.stands_in(said) for each in ballots)


def tables_with(url: str, ballots: list[Trace]) -> set[str]:
    """The tables of a database in which one of the ballots stands."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {table for (table,) in tables if any_in(_dumped(connection, table), ballots)}


def files_with(folder: Path, ballots: list[Trace], *, but: Iterable[str] = ()) -> list[Path]:
    """The files under a folder in which one stands, but the tables' own and the log of writes."""
    found = [
        file for file in folder.rglob("*") if "pg_wal" not in file.parts and any_in(_content(file), ballots)
    ]
    return [file for file in found if not any(str(file).endswith(each) for each in but)]


def files_of(url: str, *tables: str) -> set[str]:
    """Where tables lie on the disk, with their indexes and what is too long for a row."""
    with psycopg.connect(url) as connection:
        return {str(row[0]) for row in connection.execute(_FILES, (list(tables),))}


def _content(file: Path) -> bytes:
    """What is in a file that the server may remove at any moment."""
    try:
        return file.read_bytes() if file.is_file() else b""
    except FileNotFoundError:
        return b""


def _dumped(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(map(bytes, copy))
