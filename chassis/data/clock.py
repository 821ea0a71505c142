"""The cell clock: the one time that business rules ask for."""

from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.data import direct

NOW: direct.Query = ("SELECT cell_now()", {})
MOVABLE_MODES = ("demo", "test")


class ClockIsFixedError(RuntimeError):
    """A production cell's clock was moved, or found moved."""


def cell_now(connection: Connection) -> datetime:
    """Return the database's time plus the cell's offset; aware, UTC."""
    return cast("datetime", direct.rows(connection, *NOW)[0][0])


def offset(connection: Connection) -> timedelta:
    """Return how far the cell clock stands from real time."""
    return cast("timedelta", connection.scalar(sa.text("SELECT ahead FROM cell_clock")))


def set_offset(connection: Connection, ahead: timedelta, *, mode: str) -> None:
    """Move this database's cell clock; every database of a drained cell is moved alike.

    Raises: ClockIsFixedError outside of demo and test cells.
    """
    if mode not in MOVABLE_MODES:
        raise ClockIsFixedError("only demo and test cells have a movable clock")
    connection.execute(sa.text("UPDATE cell_clock SET ahead = :ahead"), {"ahead": ahead})


def refuse_moved_clock(connection: Connection, *, mode: str) -> None:
    """Check at start that a production cell runs on real time. Raises: ClockIsFixedError."""
    if mode not in MOVABLE_MODES and offset(connection) != timedelta(0):
        raise ClockIsFixedError("this production cell's clock was moved; it refuses to start")
