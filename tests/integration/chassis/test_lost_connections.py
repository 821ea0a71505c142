"""A connection that the driver finds dead: nobody else pays for it, and the pool is as large as before."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing

import pytest
from sqlalchemy import Connection

from chassis.context import Context
from chassis.data import direct
from chassis.data.engine import Database
from chassis.processing.faults import is_of_the_house

POOL = 2
Use = Callable[[Database], AbstractContextManager[Connection]]


@pytest.fixture
def small(database: Callable[[str], str]) -> Iterator[Database]:
    with closing(Database(database("chassis"), source="toy", pool_size=POOL, pool_wait_s=0.5)) as made:
        yield made


def end_itself(connection: Connection) -> None:
    direct.rows(connection, "SELECT pg_terminate_backend(pg_backend_pid())", {})


@pytest.mark.parametrize("use", [Database.reading, Database.autocommitting, Database.snapshot])
def test_a_lost_connection_costs_its_user_an_answer_and_the_pool_nothing(small: Database, use: Use) -> None:
    """Seen failing: with what is lost left for SQLAlchemy to find when it is given back."""
    for _ in range(POOL + 1):
        with pytest.raises(Exception) as lost, use(small) as connection:  # noqa: PT011 - what it is follows
            end_itself(connection)
        assert is_of_the_house(lost.value)
    with use(small) as connection:
        assert direct.rows(connection, "SELECT 1", {}) == [(1,)]
    assert small.engine.pool.checkedout() == 0


def test_a_lost_transaction_costs_the_pool_nothing(small: Database) -> None:
    for _ in range(POOL + 1):
        with pytest.raises(Exception) as lost, small.transaction(Context(correlation_id="")) as uow:  # noqa: PT011
            end_itself(uow.connection)
        assert is_of_the_house(lost.value)
    with small.reading() as connection:
        assert direct.rows(connection, "SELECT 1", {}) == [(1,)]


def test_what_is_lost_and_passed_over_in_silence_costs_the_pool_nothing(small: Database) -> None:
    for _ in range(POOL + 1):
        with small.reading() as connection, pytest.raises(Exception, match="terminat"):
            end_itself(connection)
    with small.reading() as connection:
        assert direct.rows(connection, "SELECT 1", {}) == [(1,)]
