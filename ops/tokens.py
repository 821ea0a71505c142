"""HTTP tokens for departments, made in one go for a whole demo district."""

from collections.abc import Iterable

from chassis.data.engine import Database
from gateway import tokens
from gateway.repository import SqlSessions


def issue(database_url: str, codes: Iterable[str]) -> dict[str, str]:
    """Return a new token for each department."""
    database = Database(database_url, pool_size=1)
    try:
        repository = SqlSessions(database)
        return {code: tokens.issue(repository, code) for code in codes}
    finally:
        database.close()
