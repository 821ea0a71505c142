from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from ops.databases import Databases
from services.registry import seed
from services.registry.accounts.passwords import passwords
from services.registry.people.keeping import keeping

FILLED_BY_MIGRATION = {"alembic_version", "cell_clock"}
NEVER_EMPTIED = {"message_settled"}
REFERENCE = {
    "place",
    "department",
    "category",
    "calendar_year",
    "community_body",
    "resident_group",
    "grouped_household",
}


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Let a hash cost next to nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QIAOTOU_ARGON2", "1,8,1")
        passwords.cache_clear()
        yield
    passwords.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def _keys() -> Iterator[None]:
    """Let this process seal persons, and take the numbers of a demonstration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QIAOTOU_SEALING_KEYS", f"1:{'1' * 64}")
        patch.setenv("QIAOTOU_INDEX_KEY", "a" * 64)
        patch.setenv("QIAOTOU_MODE", "test")
        keeping.cache_clear()
        yield
    keeping.cache_clear()


@pytest.fixture(scope="session")
def registry_database(databases: Databases) -> Iterator[Database]:
    yield from _copied(databases, "test_registry_store")


@pytest.fixture(scope="session")
def estate_database(databases: Databases) -> Iterator[Database]:
    for made in _copied(databases, "test_registry_estate"):
        seed.seed(made, mode="production", district="140303")
        yield made


@pytest.fixture
def database(registry_database: Database) -> Database:
    """Give registry's database, emptied: quicker than a copy for every test."""
    _empty(registry_database, but=FILLED_BY_MIGRATION)
    return registry_database


@pytest.fixture
def estate(estate_database: Database) -> Database:
    """Give a registry with the places of the district, in which nobody lives yet."""
    _empty(estate_database, but=FILLED_BY_MIGRATION | REFERENCE)
    return estate_database


def _copied(databases: Databases, name: str) -> Iterator[Database]:
    databases.migrate("registry")
    url = databases.copy(databases.name("registry"), name, owner="registry")
    made = Database(url, source="registry", pool_size=8)
    yield made
    made.close()
    databases.drop(name)


def _empty(database: Database, *, but: set[str]) -> None:
    with database.engine.begin() as connection:
        names = set(sa.inspect(connection).get_table_names()) - but - NEVER_EMPTIED
        tables = ", ".join(f'"{name}"' for name in sorted(names))
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
