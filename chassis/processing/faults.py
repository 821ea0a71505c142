"""Telling a fault of the house from a fault of the message."""

import psycopg.errors
import sqlalchemy.exc

_HOUSE = (
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    OSError,
)
# psycopg counts them among the operational ones, but what is too large stays too large.
_MESSAGE = (psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex)
_CONTENTION = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def is_contention(error: BaseException) -> bool:
    """Return whether the same transaction may well succeed at once when tried again."""
    return isinstance(_cause(error), _CONTENTION)


def is_of_the_house(error: BaseException) -> bool:
    """Return whether the database or the machine failed, whatever the message said."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, _HOUSE) and not isinstance(_cause(error), _MESSAGE)


def is_too_slow(error: BaseException) -> bool:
    """Return whether the server ended a statement that took too long: of the house, or one of too much."""
    return isinstance(_cause(error), psycopg.errors.QueryCanceled)


def is_conflict(error: BaseException) -> bool:
    """Return whether somebody else has written the same meanwhile: a fresh look will tell."""
    return isinstance(_cause(error), psycopg.errors.IntegrityError)


def _cause(error: BaseException) -> object:
    """The driver's own error, where SQLAlchemy has wrapped it."""
    return getattr(error, "orig", None) or error
