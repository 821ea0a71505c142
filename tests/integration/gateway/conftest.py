from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from chassis.data.engine import Database
from ops.databases import Databases


@pytest.fixture(scope="session")
def gateway_database(databases: Databases) -> Iterator[Database]:
    databases.migrate("gateway")
    url = databases.copy(databases.name("gateway"), "test_gateway_store", owner="gateway")
    made = Database(url, pool_size=4)
    yield made
    made.close()
    databases.drop("test_gateway_store")


@pytest.fixture
def database(gateway_database: Database) -> Database:
    """Give the gateway's database, emptied: quicker than a copy for every test."""
    with gateway_database.engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE sessions, uploads, saved_filters, transfers"))
    return gateway_database
