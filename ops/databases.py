"""One database and one role for each service; a role for the relay on the outboxes alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from chassis.data.migrate import Blocked, migrate
from ops.cell import DATABASES, SERVICES, Cell
from ops.errors import Unready

_RELAY = "relay"


class Databases:
    """The databases of one cell on the server that `admin_url` leads to."""

    def __init__(self, cell: Cell, admin_url: str) -> None:
        self._cell = cell
        self._admin_url = admin_url

    def name(self, service: str) -> str:
        """Return the name of a service's database; its role has the same."""
        return f"{self._cell.name}_{service}"

    def url(self, service: str) -> str:
        """Return the URL by which a service reaches its own database."""
        return self._url(service, service)

    def relay_urls(self) -> dict[str, str]:
        """Return the URLs by which the relay reaches the services' databases."""
        return {service: self._url(service, _RELAY) for service in SERVICES}

    def create(self) -> None:
        """Make what is missing: roles, databases, and that nobody enters another's."""
        with self._connected() as connection:
            for role in (*DATABASES, _RELAY):
                self._ensure_role(connection, role)
            for service in DATABASES:
                self._ensure_database(connection, service)

    def migrate(self, service: str) -> None:
        """Bring a database to its newest revision, and let the relay at its outbox. Raises: Unready."""
        try:
            migrate(self.url(service), migrations_of(service))
        except Blocked as error:
            raise Unready(f"{error}; pg_stat_activity says who. Ask again when they have ended.") from error
        if service in SERVICES:
            self.grant_outbox(self.name(service))

    def rename(self, cell: str) -> None:
        """Let what bears another cell's name bear this one's: its databases and their roles."""
        if cell == self._cell.name:
            return
        with self._connected() as connection:
            for kind, named in (("DATABASE", DATABASES), ("ROLE", (*DATABASES, _RELAY))):
                for each in named:
                    connection.execute(
                        sql.SQL("ALTER {} {} RENAME TO {}").format(
                            sql.SQL(kind), _id(f"{cell}_{each}"), _id(self.name(each))
                        )
                    )

    def grant_outbox(self, database: str) -> None:
        """Give the relay what it needs of one database and nothing more."""
        relay = sql.Identifier(self.name(_RELAY))
        with self._connected(database) as connection:
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(_id(database), relay))
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(relay))
            connection.execute(sql.SQL("GRANT SELECT, UPDATE (sent_at) ON outbox TO {}").format(relay))

    def copy(self, template: str, name: str, *, owner: str) -> str:
        """Make a database as a copy of another; return its owner's URL."""
        # By files and not through the log: a third less work for a small one.
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
        with self._connected() as connection:
            connection.execute(create.format(_id(name), _id(template), _id(self.name(owner))))
            connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(_id(name)))
        return self._address(name, owner)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_id(name)))

    def _url(self, service: str, role: str) -> str:
        return self._address(self.name(service), role)

    def _address(self, database: str, role: str) -> str:
        host = _host(self._admin_url)
        password = quote(self._cell.secret(f"database:{role}"), safe="")
        return f"postgresql://{self.name(role)}:{password}@{host}/{database}"

    @contextmanager
    def _connected(self, database: str | None = None) -> Iterator[psycopg.Connection]:
        url = self._admin_url
        if database is not None:
            url = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
        try:
            connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except psycopg.OperationalError as error:
            raise Unready(f"PostgreSQL at {_host(url)} does not let us in: {error}") from error
        with connection:
            yield connection

    def _ensure_role(self, connection: psycopg.Connection, role: str) -> None:
        name = self.name(role)
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        password = sql.Literal(self._cell.secret(f"database:{role}"))
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                verb, _id(name), password
            )
        )

    def _ensure_database(self, connection: psycopg.Connection, service: str) -> None:
        name = self.name(service)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if not known:
            # Whoever owns a database must be a role that its maker may act as.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(_id(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    _id(name), _id(name)
                )
            )
        connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(_id(name)))


def migrations_of(service: str) -> str:
    """Return the package with a database's migrations."""
    return "gateway.migrations" if service == "gateway" else f"services.{service}.migrations"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)
