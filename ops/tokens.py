"""HTTP tokens of departments, made in one go for a whole demo district, and ended."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from chassis.data.engine import Database
from gateway import tokens
from gateway.repository import SqlSessions


def issue(database_url: str, codes: Iterable[str]) -> dict[str, str]:
    """Return a new token for each department."""
    with _sessions(database_url) as sessions:
        return {code: tokens.issue(sessions, code) for code in codes}


def revoke(database_url: str, code: str) -> None:
    """End every token of a department."""
    with _sessions(database_url) as sessions:
        tokens.revoke(sessions, code)


def revoke_everybody(database_url: str, code: str) -> None:
    """End every token of a department, and the sessions of its people."""
    with _sessions(database_url) as sessions:
        sessions.revoke_at(code)


@contextmanager
def _sessions(database_url: str) -> Iterator[SqlSessions]:
    database = Database(database_url, pool_size=1)
    try:
        yield SqlSessions(database)
    finally:
        database.close()
