"""Telling a fault of the house from a fault of the message."""

import psycopg.errors
import sqlalchemy.exc

_HOUSE = (
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    OSError,
)
_CONTENTION = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def is_contention(error: BaseException) -> bool:
    """Return whether the same transaction may well succeed at once when tried again."""
    return isinstance(getattr(error, "orig", None), _CONTENTION)


def is_of_the_house(error: BaseException) -> bool:
    """Return whether the database or the machine failed, whatever the message said."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, _HOUSE)
