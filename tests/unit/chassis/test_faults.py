"""Telling what keeps a message from what parks it."""

import psycopg.errors
import pytest
import sqlalchemy.exc

from chassis.processing.faults import is_conflict, is_contention, is_of_the_house, is_too_slow


def of(error: Exception, cls: type[sqlalchemy.exc.DBAPIError] = sqlalchemy.exc.OperationalError) -> Exception:
    return cls("SELECT 1", {}, error)


HOUSE = [
    of(psycopg.OperationalError("the server closed the connection")),
    of(psycopg.errors.AdminShutdown()),
    of(psycopg.errors.DiskFull()),
    of(psycopg.errors.DeadlockDetected()),
    of(psycopg.errors.QueryCanceled()),
    psycopg.OperationalError("the server closed the connection"),
    psycopg.errors.AdminShutdown(),
    psycopg.InterfaceError("the connection is closed"),
    sqlalchemy.exc.TimeoutError("the pool is empty"),
    ConnectionRefusedError(),
    sqlalchemy.exc.ProgrammingError("SELECT 1", {}, Exception(), connection_invalidated=True),
]
MESSAGE = [
    of(psycopg.errors.UniqueViolation(), sqlalchemy.exc.IntegrityError),
    of(psycopg.errors.CheckViolation(), sqlalchemy.exc.IntegrityError),
    of(psycopg.errors.NumericValueOutOfRange(), sqlalchemy.exc.DataError),
    # psycopg counts it among the operational ones, but a key that is too long stays too long.
    of(psycopg.errors.ProgramLimitExceeded()),
    psycopg.errors.ProgramLimitExceeded(),
    psycopg.errors.UniqueViolation(),
    psycopg.errors.UntranslatableCharacter(),
    ValueError(),
    KeyError(),
    ZeroDivisionError(),
]


@pytest.mark.parametrize("error", HOUSE, ids=repr)
def test_a_fault_of_the_house_is_told_from_one_of_the_message(error: Exception) -> None:
    assert is_of_the_house(error)


@pytest.mark.parametrize("error", MESSAGE, ids=repr)
def test_a_fault_of_the_message_is_not_laid_on_the_house(error: Exception) -> None:
    assert not is_of_the_house(error)


def test_contention_is_what_may_well_succeed_at_once() -> None:
    assert is_contention(of(psycopg.errors.DeadlockDetected()))
    assert is_contention(psycopg.errors.SerializationFailure())
    assert not is_contention(of(psycopg.errors.AdminShutdown()))
    assert not is_contention(ValueError())


def test_a_conflict_is_what_a_fresh_look_may_explain() -> None:
    assert is_conflict(of(psycopg.errors.UniqueViolation(), sqlalchemy.exc.IntegrityError))
    assert is_conflict(psycopg.errors.UniqueViolation())
    assert not is_conflict(psycopg.errors.UntranslatableCharacter())


def test_too_slow_is_what_the_server_ends_and_not_a_server_that_says_nothing() -> None:
    assert is_too_slow(of(psycopg.errors.QueryCanceled()))
    assert is_too_slow(psycopg.errors.QueryCanceled())
    assert not is_too_slow(psycopg.OperationalError("the database did not answer in time"))
    assert not is_too_slow(ValueError())
