"""Run a service's alembic migrations without an ini file."""

from importlib import resources
from typing import cast

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config

_LOCK = 0x51_71_A0


def migrate(url: str, package: str, *, to: str = "head") -> None:
    """Bring the database at `url` to a revision of `package`, e.g. `services.x.migrations`."""
    config = Config()
    config.set_main_option("script_location", str(resources.files(package)))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, to)


def run() -> None:
    """The body of every `migrations/env.py`: one transaction, one migrator at a time."""
    engine = sa.create_engine(cast("str", context.config.attributes["url"]), poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            context.run_migrations()
