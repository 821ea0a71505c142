from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from ops.databases import Databases

FILLED_BY_MIGRATION = {"alembic_version", "cell_clock"}
NEVER_EMPTIED = {"message_settled"}


@pytest.fixture(scope="session")
def notify_database(databases: Databases) -> Iterator[Database]:
    databases.migrate("notify")
    url = databases.copy(databases.name("notify"), "test_notify_store", owner="notify")
    made = Database(url, source="notify", pool_size=2)
    yield made
    made.close()
    databases.drop("test_notify_store")


@pytest.fixture
def database(notify_database: Database) -> Database:
    """Give notify's database, emptied: quicker than a copy for every test."""
    with notify_database.engine.begin() as connection:
        names = set(sa.inspect(connection).get_table_names()) - FILLED_BY_MIGRATION - NEVER_EMPTIED
        tables = ", ".join(f'"{name}"' for name in sorted(names))
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return notify_database
