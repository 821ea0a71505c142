"""The processes of a cell: what each is started with, and the order of starting and stopping."""

import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops.cell import REPOSITORY, SERVICES, Cell
from ops.ports import LOOPBACK
from ops.program import MARK, Program
from ops.servers import Servers

SERVER_PROGRAMS = ("epmd", "rabbitmq", "postgres")
# What still takes work stops first; the servers last.
STOP_STAGES = (("gateway",), ("relay", *SERVICES), ("rabbitmq", "postgres"), ("epmd",))
_CLASSES = {service: f"services.{service}.service:{service.capitalize()}Service" for service in SERVICES}
_SENDING = "relay"
_SIGNING = frozenset({"intake", "governance"})
_KEEPING = "registry"
# What whoever starts a cell may set for all of its processes.
_PASSED_ON = ("QIAOTOU_WORKING_HOURS", "QIAOTOU_DUE_POLL_S", "QIAOTOU_ARGON2")


def _straight(_process: str, url: str) -> str:
    return url


@dataclass(frozen=True)
class Wiring:
    """By which way a process reaches a server's URL, and which module runs a service.

    Other ways than the straight one are for whoever breaks links, other modules than `chassis.run`
    for whoever breaks services, on purpose.
    """

    through: Callable[[str, str], str] = _straight
    modules: Mapping[str, str] = field(default_factory=dict)


PLAIN = Wiring()


def applications(cell: Cell, servers: Servers, *, mode: str, wiring: Wiring = PLAIN) -> list[Program]:
    """Return the programs of our own: five services, the relay, the gateway."""
    services = [_service(cell, servers, service, mode, wiring) for service in SERVICES]
    return [*services, _relay(cell, servers, mode, wiring), _gateway(cell, servers, mode, wiring)]


def environment(
    cell: Cell, servers: Servers, process: str, *, mode: str, wiring: Wiring = PLAIN
) -> dict[str, str]:
    """Return what every process of ours is told. The relay has the outboxes of all, no database."""
    told = {
        MARK: str(cell.folder),
        # What libraries put into a home (gunicorn its control socket) belongs into the cell.
        "HOME": str(cell.run),
        "PYTHONUNBUFFERED": "1",
        "QIAOTOU_AMQP_URI": wiring.through(process, servers.broker.url(process)),
        "QIAOTOU_METRICS_PORT": str(cell.ports[f"{process}-metrics"]),
        "QIAOTOU_MODE": mode,
    } | {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)}
    if process in _SIGNING:
        told["QIAOTOU_SIGNING_KEY"] = signing_key(cell)
    if process == _KEEPING:
        told |= {
            "QIAOTOU_SEALING_KEYS": sealing_keys(cell),
            "QIAOTOU_INDEX_KEY": _key(cell, "index key"),
            "QIAOTOU_CODES_FILE": str(cell.run / "codes.jsonl"),
        }
    if process == _SENDING:
        urls = {name: wiring.through(process, url) for name, url in servers.databases.relay_urls().items()}
        return told | {"QIAOTOU_DATABASES": ",".join(f"{name}={url}" for name, url in urls.items())}
    return told | {"QIAOTOU_DATABASE_URL": wiring.through(process, servers.databases.url(process))}


def signing_key(cell: Cell) -> str:
    """Return the seed (hex) of the key that signs what the cell publishes."""
    return _key(cell, "signing key")


def sealing_keys(cell: Cell) -> str:
    """Return the keys that persons are sealed under, `1:<hex>,2:<hex>`: each that the cell has had."""
    versions = range(1, cell.sealing_version + 1)
    return ",".join(f"{version}:{_key(cell, f'sealing key {version}')}" for version in versions)


def _key(cell: Cell, name: str) -> str:
    return hashlib.sha256(cell.secret(name).encode()).hexdigest()


def _service(cell: Cell, servers: Servers, service: str, mode: str, wiring: Wiring) -> Program:
    module = (wiring.modules.get(service, "chassis.run"), _CLASSES[service])
    return _program(service, module, environment(cell, servers, service, mode=mode, wiring=wiring))


def _relay(cell: Cell, servers: Servers, mode: str, wiring: Wiring) -> Program:
    told = environment(cell, servers, _SENDING, mode=mode, wiring=wiring)
    return _program(_SENDING, ("chassis.relay",), told)


def _gateway(cell: Cell, servers: Servers, mode: str, wiring: Wiring) -> Program:
    return _program(
        "gateway",
        ("gunicorn", "--no-control-socket", "--config", "gateway/gunicorn_conf.py", "gateway.wsgi:app"),
        environment(cell, servers, "gateway", mode=mode, wiring=wiring)
        | {
            "QIAOTOU_HTTP_BIND": f"{LOOPBACK}:{cell.ports['gateway']}",
            "QIAOTOU_MEDIA_DIR": str(cell.media),
            "QIAOTOU_FILE_KEY": cell.secret("file links"),
        },
    )


def _program(name: str, module: tuple[str, ...], told: dict[str, str]) -> Program:
    command = (sys.executable, "-W", "ignore::DeprecationWarning", "-m", *module)
    return Program(name=name, command=command, environment=told, directory=Path(REPOSITORY))
