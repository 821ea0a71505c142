"""How each component of a cell is, asked of the component itself."""

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg

from ops.cell import OBSERVED, Cell
from ops.ports import LOOPBACK, answers
from ops.servers import Servers
from ops.supervision import ProcessInfo, Supervisor

OK, STARTING, FAILING, STOPPED = "ok", "starting", "failing", "stopped"
_PATIENCE_S = 5
_AMQP_PORT = 5672
_ALARMS = {
    "rabbitmq_alarms_memory_used_watermark": "memory alarm",
    "rabbitmq_alarms_free_disk_space_watermark": "disk alarm",
    "rabbitmq_alarms_file_descriptor_limit": "no file descriptors left",
}


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the health table; `since` in epoch seconds."""

    name: str
    state: str
    address: str
    pid: int | None = None
    since: float | None = None
    detail: str = ""


def components(cell: Cell) -> list[Component]:
    """Return every component of a cell, the servers first."""
    servers = Servers(cell)
    known = Supervisor(cell).processes()
    return [
        _component("postgres", known, _database_address(cell, servers), lambda: _ask_database(servers)),
        _component("rabbitmq", known, _broker_address(cell, servers), lambda: _ask_broker(cell, servers)),
        *(_component(name, known, _address(cell, name), _health_of(cell, name)) for name in OBSERVED),
    ]


def health(port: int) -> tuple[bool, str]:
    """Ask a process of ours whether all is well; else say which of its checks fail."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/health")
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False, "no answer"
    finally:
        connection.close()
    failing = [name for name, well in answer.get("checks", {}).items() if not well]
    return answer.get("status") == "ok", ", ".join(failing)


def alarms(port: int) -> tuple[bool, str]:
    """Ask a broker's metrics whether it takes messages; else say which of its alarms keep it from that.

    A broker that stands still accepts connections, and does not answer.
    """
    try:
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)) as connection:
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
    except (OSError, http.client.HTTPException):
        return False, "no answer"
    ringing = [name for metric, name in _ALARMS.items() if f"{metric} 1" in lines]
    return not ringing, f"takes no messages: {', '.join(ringing)}" if ringing else ""


def is_well(cell: Cell, name: str) -> bool:
    """Say whether a process of ours answers that all is well."""
    return health(_health_port(cell, name))[0]


def _component(
    name: str, known: dict[str, ProcessInfo], address: str, ask: Callable[[], tuple[bool, str]]
) -> Component:
    process = known.get(name)
    if known and process is None:
        # Somebody else's server.
        well, detail = ask()
        return Component(name=name, state=OK if well else FAILING, address=address, detail=detail)
    if process is None or not process.pid:
        described = process.description if process else ""
        return Component(name=name, state=STOPPED, address=address, detail=described)
    well, detail = ask()
    state = OK if well else STARTING if process.statename == "STARTING" else FAILING
    return Component(
        name=name, state=state, address=address, pid=process.pid, since=process.start, detail=detail
    )


def _ask_database(servers: Servers) -> tuple[bool, str]:
    try:
        psycopg.connect(servers.databases.url("intake"), connect_timeout=_PATIENCE_S).close()
    except psycopg.OperationalError as error:
        return False, str(error).strip().splitlines()[-1]
    return True, ""


def _ask_broker(cell: Cell, servers: Servers) -> tuple[bool, str]:
    where = urlsplit(servers.broker.url("operator"))
    if not answers(where.port or _AMQP_PORT, host=where.hostname or LOOPBACK):
        return False, "no answer"
    return alarms(cell.ports["rabbitmq-metrics"]) if servers.rabbitmq else (True, "")


def _health_of(cell: Cell, name: str) -> Callable[[], tuple[bool, str]]:
    return lambda: health(_health_port(cell, name))


def _health_port(cell: Cell, name: str) -> int:
    return cell.ports[f"{name}-metrics"]


def _address(cell: Cell, name: str) -> str:
    return f"http://{LOOPBACK}:{cell.ports['gateway' if name == 'gateway' else f'{name}-metrics']}"


def _database_address(cell: Cell, servers: Servers) -> str:
    return f"{LOOPBACK}:{cell.ports['postgres']}" if servers.postgres else "DATABASE_URL"


def _broker_address(cell: Cell, servers: Servers) -> str:
    return f"{LOOPBACK}:{cell.ports['amqp']}" if servers.rabbitmq else "AMQP_URI"
