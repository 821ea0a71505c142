"""A broker that somebody else runs, told of a cell's definitions through its management API."""

import os
from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

import requests

from contracts import topology
from ops import definitions
from ops.cell import Cell
from ops.errors import Unready

_TIMEOUT_S = 30


class ForeignBroker:
    """The broker that `AMQP_URI` names, with the URI's user as its administrator.

    Users and permissions cannot be made over AMQP: the management plugin must answer, on port
    15672 of the same host unless `RABBITMQ_API` says where. One cell a broker: users know no virtual host.
    """

    def __init__(self, cell: Cell, departments: tuple[str, ...], uri: str) -> None:
        parts = urlsplit(uri)
        self._cell = cell
        self._departments = departments
        self._scheme = parts.scheme
        self._host = parts.netloc.rpartition("@")[2]
        self._login = (unquote(parts.username or "guest"), unquote(parts.password or "guest"))
        self._api = os.environ.get("RABBITMQ_API", f"http://{parts.hostname}:15672").rstrip("/")

    def url(self, user: str) -> str:
        """Return the URL of one of the cell's broker users."""
        return f"{self._scheme}://{user}:{self._password(user)}@{self._host}/{self._cell.name}"

    def wait(self, check: Callable[[], None]) -> None:
        """Give it the cell's definitions. Raises: Unready."""
        check()
        self.learn()

    def learn(self) -> None:
        """Tell it what the cell's definitions have become. Raises: Unready."""
        content = definitions.of_cell(self._cell, self._departments)
        self._ask("POST", "/api/definitions", content)
        definitions.replace_shared(content)

    def forget_user(self, user: str) -> None:
        """Let nobody in by this name any more."""
        self._ask("DELETE", f"/api/users/{_quoted(user)}", or_absent=True)

    def close_connections(self, user: str) -> None:
        """Close a user's connections; each call is one attempt."""
        self._ask("DELETE", f"/api/connections/username/{_quoted(user)}", or_absent=True)

    def has_connections(self, user: str) -> bool:
        """Say whether any connection of a user is left; the plugin hears of new ones within seconds."""
        return user in {row.get("user") for row in self._ask("GET", "/api/connections").json()}

    def check_departments(self) -> None:
        """Raises: Unready where a department's user lacks its topic permissions."""
        rows = self._ask("GET", f"/api/vhosts/{_quoted(self._cell.name)}/topic-permissions").json()
        missing_topic_rights(
            self._departments, {(row["user"], row["exchange"], row["write"]) for row in rows}
        )

    def _password(self, user: str) -> str:
        return self._cell.secret(f"broker:{user}")

    def _ask(
        self, method: str, path: str, content: definitions.Entry | None = None, *, or_absent: bool = False
    ) -> requests.Response:
        try:
            answer = requests.request(
                method, self._api + path, json=content, auth=self._login, timeout=_TIMEOUT_S
            )
            if not (or_absent and answer.status_code == requests.codes.not_found):
                answer.raise_for_status()
        except requests.RequestException as error:
            raise Unready(
                f"The management API of the broker that AMQP_URI names did not do as the cell asked "
                f"({type(error).__name__} at {self._api}). Enable rabbitmq_management and "
                "rabbitmq_consistent_hash_exchange there, use an administrator's name, or set RABBITMQ_API."
            ) from error
        return answer


def _quoted(name: str) -> str:
    return quote(name, safe="")


def missing_topic_rights(departments: tuple[str, ...], known: set[tuple[str, str, str]]) -> None:
    """A department's user without its topic permissions may speak for anyone. Raises: Unready."""
    wanted = {
        (user.name, exchange, pattern)
        for user in map(topology.department_user_rights, departments)
        for exchange, pattern in user.topics
    }
    if missing := wanted - known:
        names = ", ".join(sorted({user for user, *_ in missing}))
        raise Unready(f"The broker has no topic permissions for {names}: do not let anyone connect.")
