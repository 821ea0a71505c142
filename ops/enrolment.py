"""A department of a running cell: added, given other keys, removed; each may be asked again."""

import time

import msgspec

from gateway.sessions import BELIEVED_S
from ops import departments, reference, tokens
from ops.broker_access import Access
from ops.cell import SERVICES, Cell
from ops.definitions import department_codes
from ops.department_queues import DepartmentQueues
from ops.display import Display
from ops.errors import Unready
from ops.roster import Roster
from ops.servers import Servers
from ops.startup import seed, wait_until
from ops.supervision import Supervisor
from services.registry import reference_data

_REFERENCE_S = 30


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A department as `list` shows it; `waiting` is None where it has no queue."""

    code: str
    name_zh: str
    name_en: str
    state: str
    waiting: int | None
    consumers: int


class Enrolment:
    """The departments of one running cell."""

    def __init__(self, cell: Cell, display: Display) -> None:
        self._cell = cell
        self._display = display
        self._roster = Roster(cell)
        servers = Servers(cell)
        if servers.rabbitmq is not None and not Supervisor(cell).is_running():
            raise Unready("The cell is not running; ./qiaotou up starts it.")

    def all(self) -> list[Listed]:
        """Return every department that the cell has or had. Raises: Unready."""
        amended = self._roster.amendments()
        named = [*reference_data.read().departments, *amended.added]
        held = DepartmentQueues(Servers(self._cell).broker.url("operator")).look(
            [each.code for each in named]
        )
        return [
            Listed(
                code=each.code,
                name_zh=each.name_zh,
                name_en=each.name_en,
                state=_state(each.code, amended.removed),
                waiting=None if (queue := held[each.code]) is None else queue.messages,
                consumers=0 if queue is None else queue.consumers,
            )
            for each in named
        ]

    def add(self, code: str, *, zh: str | None, en: str | None) -> None:
        """Define a department everywhere and let its software in. Raises: Unready."""
        stage = self._display.stage
        with self._cell.locked("departments"):
            self._roster.admit(code, zh=zh, en=en)
            servers = Servers(self._cell)
            with stage("Its queue, its broker user and all of its rights"):
                Access(self._cell, servers.broker).give(code)
            with stage("Every service knows of it"):
                self._seed(servers)
            with stage("Its token and its settings"):
                departments.write_settings(self._cell, servers)

    def rotate(self, code: str) -> None:
        """Give a department another password and another token; the old ones are dead. Raises: Unready."""
        stage = self._display.stage
        with self._cell.locked("departments"):
            if code not in self._roster.codes():
                raise Unready(
                    f"There is no department {code}; ./qiaotou department list says which there are."
                )
            servers = Servers(self._cell)
            with stage("The broker takes another password, the old connections are closed"):
                Access(self._cell, servers.broker).renew(code)
            with stage("The old token is revoked, the settings are written"):
                tokens.revoke(servers.databases.url("gateway"), code)
                departments.write_settings(self._cell, servers, renewed=[code])
                time.sleep(BELIEVED_S)

    def remove(self, code: str, *, drop_queue: bool) -> int:
        """Let nobody of a department in any more; return how many messages its queue keeps.

        Raises: Unready.
        """
        stage = self._display.stage
        with self._cell.locked("departments"):
            self._roster.dismiss(code)
            servers = Servers(self._cell)
            with stage("Its broker user is gone, its connections are closed"):
                Access(self._cell, servers.broker).take(code)
            with stage("Its token and its people's sessions are revoked"):
                self._seed(servers)
                tokens.revoke_everybody(servers.databases.url("gateway"), code)
                departments.settings_path(self._cell, code).unlink(missing_ok=True)
                time.sleep(BELIEVED_S)
            with stage("Its queue is looked at"):
                return DepartmentQueues(servers.broker.url("operator")).remove(code, drop=drop_queue)

    def _seed(self, servers: Servers) -> None:
        seed(self._cell, servers, mode=self._cell.mode)
        urls = {service: servers.databases.url(service) for service in SERVICES}
        if not wait_until(lambda: not any(reference.missing(urls).values()), seconds=_REFERENCE_S):
            raise Unready(f"Some services have not heard of it yet: {reference.missing(urls)}")


def is_the_districts_own(code: str) -> bool:
    """Say whether the repository's data name this department."""
    return code in department_codes()


def _state(code: str, removed: tuple[str, ...]) -> str:
    if code in removed:
        return "removed"
    return "of the district" if is_the_districts_own(code) else "added"
