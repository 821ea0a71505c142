"""Where a cell's databases and its bus are: private ones, or those that the environment names."""

import json
import os
from collections.abc import Callable
from typing import Protocol

from ops.broker import ForeignBroker
from ops.cell import Cell
from ops.databases import Databases
from ops.postgres import PostgresServer
from ops.program import Program
from ops.rabbitmq import RabbitNode
from ops.roster import Roster


class Broker(Protocol):
    """A broker that knows this cell's definitions."""

    def url(self, user: str) -> str:
        """Return the URL of one of the cell's broker users."""

    def wait(self, check: Callable[[], None]) -> None:
        """Wait until it takes clients."""

    def check_departments(self) -> None:
        """Raises: Unready where a department's user lacks its topic permissions or has no limits."""

    def learn(self) -> None:
        """Take over what the cell's definitions have become, also for its next start."""

    def forget_user(self, user: str) -> None:
        """Let nobody in by this name any more."""

    def close_connections(self, user: str) -> None:
        """Close a user's connections; each call is one attempt."""

    def has_connections(self, user: str) -> bool:
        """Say whether any connection of a user is left."""


class Servers:
    """The servers of one cell. `postgres` and `rabbitmq` are None where they are somebody else's."""

    def __init__(self, cell: Cell) -> None:
        given = remembered(cell)
        departments = Roster(cell).codes()
        database_url, amqp_uri = given.get("DATABASE_URL", ""), given.get("AMQP_URI", "")
        self.postgres = None if database_url else PostgresServer(cell)
        self.rabbitmq = None if amqp_uri else RabbitNode(cell, departments)
        self.broker: Broker = self.rabbitmq or ForeignBroker(cell, departments, amqp_uri)
        self.databases = Databases(cell, self.postgres.url if self.postgres else database_url)

    def programs(self) -> list[Program]:
        """Prepare the private servers; return what to run for them."""
        programs: list[Program] = []
        if self.rabbitmq is not None:
            programs.extend(self.rabbitmq.prepare())
        if self.postgres is not None:
            programs.append(self.postgres.prepare())
        return programs


def named() -> dict[str, str]:
    """Return the servers that the environment names."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "AMQP_URI") if os.environ.get(name)}


def remember(cell: Cell) -> dict[str, str]:
    """Keep and return the servers that the environment names: later commands speak to the same."""
    given = named()
    path = cell.run / "servers.json"  # in a folder that only its owner enters
    path.write_text(json.dumps(given))
    return given


def remembered(cell: Cell) -> dict[str, str]:
    """Return the servers that the environment named when the cell was started."""
    path = cell.run / "servers.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}
