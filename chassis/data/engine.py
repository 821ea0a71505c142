"""One engine a process, and the two ways to use it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from chassis.context import Context
from chassis.data import direct
from chassis.data.patience import PATIENCE_S, connect
from chassis.data.unit_of_work import UnitOfWork

CONNECT_TIMEOUT_S = 4
POOL_WAIT_S = 5.0
# The server's own no comes before anybody loses patience with it.
STATEMENT_TIMEOUT_MS = 7_000
_SOONER = 7 / 8  # of the patience


class Database:
    """A service's own database. Connections commit durably.

    That one is lost is noticed by who uses it next: the statement fails, and all that were made before
    are thrown away. `source` is the name under which this service's events are emitted; `patience_s` is
    how long a statement may take before the link is taken for dead, `pool_wait_s` how long one waits
    for a connection that another has.
    """

    def __init__(
        self,
        url: str,
        *,
        source: str = "",
        pool_size: int = 8,
        patience_s: float = PATIENCE_S,
        pool_wait_s: float = POOL_WAIT_S,
    ) -> None:
        limit_ms = min(STATEMENT_TIMEOUT_MS, round(patience_s * 1000 * _SOONER))
        self.source = source
        self.engine: Engine = sa.create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_wait_s,
            pool_recycle=600,
            # Every use below ends its own transaction; the pool's extra rollback is a round trip.
            pool_reset_on_return=None,
            # What a statement was given may be anybody's text: no error carries it into a log.
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "options": f"-c statement_timeout={limit_ms} -c timezone=UTC",
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": 8000,
            },
        )
        sa.event.listen(self.engine, "do_connect", partial(connect, patience_s))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for queries, each its own snapshot. It is for reading; nothing enforces that."""
        with self._each_alone() as connection:
            yield connection

    @contextmanager
    def autocommitting(self) -> Iterator[Connection]:
        """Give a connection on which each statement is a transaction of its own, in one round trip."""
        with self._each_alone() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection in one transaction that sees one snapshot; commits at the end."""
        with self.engine.connect() as connection:
            isolated = connection.execution_options(isolation_level="REPEATABLE READ")
            with isolated.begin():
                yield isolated

    @contextmanager
    def transaction(self, context: Context, *, opening: Sequence[direct.Query] = ()) -> Iterator[UnitOfWork]:
        """Give a unit of work; the caller keeps, discards and flushes. Commits at the end."""
        with self.engine.connect() as connection:
            with connection.begin():
                uow = UnitOfWork(connection, source=self.source, context=context, opening=opening)
                yield uow
            uow.committed()

    @contextmanager
    def writing(self, context: Context) -> Iterator[UnitOfWork]:
        """Give a unit of work for one piece of work; kept, flushed and committed at the end."""
        with self.transaction(context) as uow:
            yield uow
            uow.keep()
            uow.flush()

    @contextmanager
    def _each_alone(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            try:
                # A server takes `read only` of a transaction that is begun, and here none is.
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
            finally:
                # SQLAlchemy does not see what is lost straight in psycopg: it would set back what it set on
                # a closed connection, and lose the pool's place for it.
                if direct.is_lost(connection):
                    connection.invalidate()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
