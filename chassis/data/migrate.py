"""Run a service's alembic migrations without an ini file, beside a service that is at work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import cast

import psycopg.errors
import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory

# Everybody else queues behind a migration that waits for a table: it gives up soon, and tries again.
LOCK_WAIT_S = 1.0
PATIENCE_S = 120.0
_LONGEST_PAUSE_S = 8.0
_ALONE = sa.text("SELECT pg_try_advisory_lock(:key)")
_LOCK = 0x51_71_A0


class Blocked(Exception):  # noqa: N818 - named for what it is, not for a fault of ours
    """Somebody holds what a migration needs, and has not let go of it in time."""


def migrate(url: str, package: str, *, to: str = "head", patience_s: float = PATIENCE_S) -> None:
    """Bring the database at `url` to a revision of `package`, e.g. `services.x.migrations`.

    Each migration is a transaction of its own; one that does not get its lock within a second is undone
    and tried again. Raises: Blocked after `patience_s`; what was migrated by then stays.
    """
    config = _config(package)
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    until, pause_s = time.monotonic() + patience_s, LOCK_WAIT_S
    while True:
        try:
            command.upgrade(config, to)
        except sa.exc.OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            if time.monotonic() > until:
                raise Blocked(f"{package}: somebody holds a table that it changes") from error
        else:
            return
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def revisions(package: str) -> set[str]:
    """Return every revision that `package` can start from."""
    return {each.revision for each in ScriptDirectory.from_config(_config(package)).walk_revisions()}


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files(package)))
    return config


def run() -> None:
    """The body of every `migrations/env.py`: one migrator at a time, none that waits long for a lock."""
    options = f"-c lock_timeout={int(LOCK_WAIT_S * 1000)}"
    engine = sa.create_engine(
        cast("str", context.config.attributes["url"]),
        poolclass=sa.NullPool,
        connect_args={"options": options},
    )
    with _alone(engine), engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    """Hold other migrators off, by a session that is in no transaction.

    A statement that waited for the lock would hold a snapshot, and an index that is built concurrently
    waits for every snapshot that is older: each would wait for the other.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until = time.monotonic() + PATIENCE_S
        while not connection.scalar(_ALONE, {"key": _LOCK}):
            if time.monotonic() > until:
                raise Blocked("another migrator has not come to its end")
            time.sleep(0.2)
        yield
