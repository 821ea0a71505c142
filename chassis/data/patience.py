"""A connection that gives up on a server from which nothing comes any more."""

from typing import Any

import psycopg
from psycopg import errors
from psycopg.abc import RV, PQGen

# Whoever asks over HTTP waits no longer than 10 s.
PATIENCE_S = 8.0
_LOOK_S = 0.1


class ImpatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """Waits so long for each answer, then is closed.

    A half-dead link may go on to acknowledge what is sent, and so may a proxy: no keep-alive and no
    time-out of TCP ends such a wait.
    """

    patience_s = PATIENCE_S

    def wait(self, gen: PQGen[RV], interval: float = _LOOK_S, timeout: float | None = None) -> RV:
        """Wait for an answer. Raises: psycopg.OperationalError where none comes in time."""
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except errors._WaitTimeout as late:  # noqa: SLF001 - it has no other name
            if timeout is not None:
                raise
            # In the middle of an answer: nobody could tell the next one from its rest.
            self.pgconn.finish()
            raise psycopg.OperationalError("the database did not answer in time") from late


def connect(
    patience_s: float, _dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]
) -> ImpatientConnection:
    """Connect, in SQLAlchemy's place. Raises: psycopg.OperationalError."""
    connection = ImpatientConnection.connect(*arguments, **named)
    connection.patience_s = patience_s
    return connection
