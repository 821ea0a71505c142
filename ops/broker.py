"""A broker that somebody else runs, told of a cell's definitions through its management API."""

import os
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, unquote, urlsplit

import requests

from contracts import topology
from ops import definitions
from ops.cell import Cell
from ops.errors import Unready

_TIMEOUT_S = 30


class ForeignBroker:
    """The broker that `AMQP_URI` names, with the URI's user as its administrator.

    Users and permissions cannot be made over AMQP: the management plugin must answer on the same host, on
    port 15672, or on 15671 by TLS where AMQP goes by TLS, unless `RABBITMQ_API` says where. One cell a
    broker: users know no virtual host.
    """

    def __init__(self, cell: Cell, departments: tuple[str, ...], uri: str) -> None:
        parts = urlsplit(uri)
        self._cell = cell
        self._departments = departments
        self._scheme = parts.scheme
        self._host = parts.netloc.rpartition("@")[2]
        self._login = (unquote(parts.username or "guest"), unquote(parts.password or "guest"))
        scheme, port = ("https", 15671) if self._scheme == "amqps" else ("http", 15672)
        self._api = os.environ.get("RABBITMQ_API", f"{scheme}://{parts.hostname}:{port}").rstrip("/")

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
        """Raises: Unready where a department's user lacks its topic permissions or has no limits."""
        rights = self._ask("GET", f"/api/vhosts/{_quoted(self._cell.name)}/topic-permissions").json()
        limits = {row["user"]: row["value"] for row in self._ask("GET", "/api/user-limits").json()}
        check_rights(self._departments, rights, limits)

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


def check_rights(
    departments: tuple[str, ...], rights: Sequence[Mapping[str, str]], limits: Mapping[str, Mapping[str, int]]
) -> None:
    """A user without its topic permissions may speak for anyone, one without limits take all of the broker.

    `rights` are the broker's topic permissions, `limits` those of each of its users that has any.
    Raises: Unready.
    """
    known = {(row["user"], row["exchange"], row["write"]) for row in rights}
    wanted = list(map(topology.department_user_rights, departments))
    mute = {user.name for user in wanted if {(user.name, *topic) for topic in user.topics} - known}
    if mute:
        raise Unready(f"The broker has no topic permissions for {_all(mute)}: do not let anyone connect.")
    boundless = {user.name for user in wanted if user.limits.items() - limits.get(user.name, {}).items()}
    if boundless:
        raise Unready(f"The broker has not the limits for {_all(boundless)}: do not let anyone connect.")


def _all(names: set[str]) -> str:
    return ", ".join(sorted(names))
