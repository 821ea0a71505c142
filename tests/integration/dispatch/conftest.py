from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.data.clock import set_offset
from chassis.data.engine import Database
from ops.databases import Databases

FILLED_BY_MIGRATION = {"alembic_version", "cell_clock"}
NEVER_EMPTIED = {"message_settled"}


@pytest.fixture(scope="session")
def dispatch_database(databases: Databases) -> Iterator[Database]:
    databases.migrate("dispatch")
    url = databases.copy(databases.name("dispatch"), "test_dispatch_store", owner="dispatch")
    made = Database(url, source="dispatch", pool_size=2)
    yield made
    made.close()
    databases.drop("test_dispatch_store")


@pytest.fixture
def database(dispatch_database: Database) -> Database:
    """Give dispatch's database, emptied: quicker than a copy for every test."""
    with dispatch_database.engine.begin() as connection:
        names = set(sa.inspect(connection).get_table_names()) - FILLED_BY_MIGRATION - NEVER_EMPTIED
        tables = ", ".join(f'"{name}"' for name in sorted(names))
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
        set_offset(connection, timedelta(0), mode="test")
    return dispatch_database
