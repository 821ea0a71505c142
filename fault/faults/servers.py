"""The broker and the database: killed, stopped, frozen, starved."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from fault.faults.fault import Facts, Fault
from fault.ground import Ground
from ops.cell import OBSERVED, SERVICES
from ops.errors import Unready
from ops.program import is_alive, marked
from ops.rabbitmq import MEMORY_BYTES, RabbitNode
from ops.status import alarms

BROKER, POSTGRES = "broker", "postgres"
_PROGRAMS = {BROKER: "rabbitmq", POSTGRES: "postgres"}
_NONE_LEFT_S, _RINGS_S = 20.0, 15.0
_MOST_HOGGED = 400


def back(ground: Ground, server: str) -> float:
    """Wait until a server takes clients and everybody has found it; return for how long, in seconds.

    Raises: Unready.
    """
    began = time.monotonic()
    if server == BROKER:
        ground.servers.broker.wait(_never)
    elif ground.servers.postgres is not None:
        ground.servers.postgres.wait(_never)
    ground.wait_until_well(OBSERVED)
    return time.monotonic() - began


def _never() -> None:
    """Supervisor starts a server again as often as it must: there is no reason to give up early."""


@dataclass
class ServerEnded:
    """A server is ended by a signal to all of its processes or to the first; supervisor starts another."""

    name: str
    component: str
    by: signal.Signals
    whole_group: bool
    stands_s: float = 2.0

    def inject(self, ground: Ground) -> None:
        """End it, and see that it has."""
        pid = ground.running_pid(_PROGRAMS[self.component])
        # The node is a child of the script that starts it: the script alone would leave it running.
        members = _group(ground, pid) if self.whole_group else [pid]
        for each in members:
            with suppress(ProcessLookupError):
                os.kill(each, self.by)
        ground.wait(
            lambda: not any(map(is_alive, members)), f"{self.component} has ended", within_s=_NONE_LEFT_S
        )

    def heal(self, ground: Ground) -> Facts:
        """Wait until it is back."""
        return {"back_s": round(back(ground, self.component), 3)}


@dataclass
class ServerStopped:
    """A server is stopped in good order and stays away."""

    name: str
    component: str
    stands_s: float

    def inject(self, ground: Ground) -> None:
        """Stop it."""
        ground.supervisor.stop([_PROGRAMS[self.component]])

    def heal(self, ground: Ground) -> Facts:
        """Start it again."""
        ground.supervisor.launch([_PROGRAMS[self.component]])
        return {"back_s": round(back(ground, self.component), 3)}


@dataclass
class BrokerFrozen:
    """The broker stands still with every connection open."""

    name: str = "SIGSTOP broker"
    component: str = BROKER
    stands_s: float = 15.0
    _members: list[int] = field(default_factory=list, init=False)

    def inject(self, ground: Ground) -> None:
        """Stop all of its processes where they are."""
        self._members = _group(ground, ground.running_pid(_PROGRAMS[BROKER]))
        _signal_all(self._members, signal.SIGSTOP)

    def heal(self, ground: Ground) -> Facts:
        """Let them go on."""
        _signal_all(self._members, signal.SIGCONT)
        return {"back_s": round(back(ground, BROKER), 3)}


@dataclass
class MemoryAlarm:
    """The broker has no memory left: it takes nothing from anybody who publishes."""

    name: str = "memory alarm"
    component: str = BROKER
    stands_s: float = 12.0

    def inject(self, ground: Ground) -> None:
        """Let it have less than it uses."""
        _node(ground).ctl("set_vm_memory_high_watermark", "absolute", "1MiB")
        port = ground.cell.ports["rabbitmq-metrics"]
        ground.wait(lambda: not alarms(port)[0], "the alarm rings", within_s=_RINGS_S)

    def heal(self, ground: Ground) -> Facts:
        """Give it what it had."""
        _node(ground).ctl("set_vm_memory_high_watermark", "absolute", str(MEMORY_BYTES))
        return {"back_s": round(back(ground, BROKER), 3)}


@dataclass
class BackendEnded:
    """One service loses a connection at the server: kindly, or by kill -9, which takes all others too."""

    kindly: bool
    component: str = POSTGRES
    stands_s: float = 1.0

    @property
    def name(self) -> str:
        """E.g. `kill -9 of one backend`."""
        return "one backend terminated" if self.kindly else "kill -9 of one backend"

    def inject(self, ground: Ground) -> None:
        """End one, whichever."""
        with _superuser(ground) as connection:
            pid = ground.random.choice(_backends(connection, ground, SERVICES))
            if self.kindly:
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
            else:
                os.kill(pid, signal.SIGKILL)

    def heal(self, ground: Ground) -> Facts:
        """Wait until everybody is well."""
        return {"back_s": round(back(ground, POSTGRES), 3)}


@dataclass
class ConnectionsExhausted:
    """Somebody takes every slot that the server has, also those that one service had."""

    name: str = "connections exhausted"
    component: str = POSTGRES
    stands_s: float = 5.0
    _taken: list[psycopg.Connection] = field(default_factory=list, init=False)

    def inject(self, ground: Ground) -> None:
        """Take what is free, then what one service loses."""
        self._take_all(ground)
        service = ground.random.choice(SERVICES)
        for pid in _backends(self._taken[0], ground, [service]):
            self._taken[0].execute("SELECT pg_terminate_backend(%s)", (pid,))
        self._take_all(ground)

    def heal(self, ground: Ground) -> Facts:
        """Give them all back."""
        taken = len(self._taken)
        for connection in self._taken:
            connection.close()
        self._taken.clear()
        return {"taken": taken, "back_s": round(back(ground, POSTGRES), 3)}

    def _take_all(self, ground: Ground) -> None:
        """Take what is left until the server has no more. Raises: Unready where there is no end of them."""
        while len(self._taken) < _MOST_HOGGED:
            try:
                self._taken.append(_superuser(ground))
            except psycopg.OperationalError as error:
                if "too many clients" in str(error):
                    return
                raise
        raise Unready(f"{_MOST_HOGGED} connections are not all that the database has.")


def _superuser(ground: Ground) -> psycopg.Connection:
    assert ground.servers.postgres is not None
    return psycopg.connect(ground.servers.postgres.url, autocommit=True, connect_timeout=5)


def _backends(connection: psycopg.Connection, ground: Ground, services: Sequence[str]) -> list[int]:
    names = [ground.servers.databases.name(service) for service in services]
    query = "SELECT pid FROM pg_stat_activity WHERE usename = ANY(%s) AND datname = ANY(%s)"
    return [row[0] for row in connection.execute(query, (names, names))]


def _node(ground: Ground) -> RabbitNode:
    assert ground.servers.rabbitmq is not None
    return ground.servers.rabbitmq


def _group(ground: Ground, pid: int) -> list[int]:
    """Return every process of the group that supervisor made for a program."""
    return [each for each in marked(ground.cell.folder) if _group_of(each) == pid]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def broker_kinds() -> list[Fault]:
    """Return each fault of the broker once, the long absence left out."""
    return [
        ServerEnded("kill -9 broker", BROKER, signal.SIGKILL, whole_group=True),
        ServerStopped("broker stopped", BROKER, stands_s=10.0),
        MemoryAlarm(),
        BrokerFrozen(),
    ]


def postgres_kinds() -> list[Fault]:
    """Return each fault of the database once."""
    return [
        ServerEnded("postgres stopped at once", POSTGRES, signal.SIGQUIT, whole_group=False),
        ServerEnded("kill -9 postgres", POSTGRES, signal.SIGKILL, whole_group=False),
        ServerStopped("postgres restarted", POSTGRES, stands_s=0.5),
        BackendEnded(kindly=False),
        BackendEnded(kindly=True),
        ConnectionsExhausted(),
    ]
