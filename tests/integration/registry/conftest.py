from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from ops.databases import Databases
from services.registry.accounts.passwords import passwords
from services.registry.people.keeping import keeping

FILLED_BY_MIGRATION = {"alembic_version", "cell_clock"}


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
    databases.migrate("registry")
    url = databases.copy(databases.name("registry"), "test_registry_store", owner="registry")
    made = Database(url, source="registry", pool_size=8)
    yield made
    made.close()
    databases.drop("test_registry_store")


@pytest.fixture
def database(registry_database: Database) -> Database:
    """Give registry's database, emptied: quicker than a copy for every test."""
    with registry_database.engine.begin() as connection:
        names = set(sa.inspect(connection).get_table_names()) - FILLED_BY_MIGRATION
        tables = ", ".join(f'"{name}"' for name in sorted(names))
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return registry_database
