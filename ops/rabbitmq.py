"""A private RabbitMQ node from the installed package: own name, own ports, own folders, own epmd."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import amqp

from contracts import topology
from ops import account, definitions
from ops.broker import check_rights
from ops.cell import Cell
from ops.errors import Unready
from ops.ports import LOOPBACK, answers
from ops.program import MARK, Program, as_user, inherited

_SCRIPTS = Path("/usr/lib/rabbitmq/bin")
_START_S = 90
_MIB = 2**20
# With more than this in use the broker takes nothing new from anybody who publishes.
MEMORY_BYTES = 1024 * _MIB
_CONFIGURATION = """
# Written by ./qiaotou at every start.
listeners.tcp.1 = {host}:{port}
prometheus.tcp.ip = {host}
prometheus.tcp.port = {metrics}
load_definitions = {definitions}
vm_memory_high_watermark.absolute = {memory}
disk_free_limit.absolute = {disk}
raft.wal_max_size_bytes = {wal}
channel_max = {channels}
max_message_size = {largest}
heartbeat = 10
log.console = true
log.console.level = info
log.file = false
"""
_PLUGINS = ("rabbitmq_consistent_hash_exchange", "rabbitmq_prometheus")


def server_script() -> Path | None:
    """Return the server's start script, None where the package is absent.

    Debian's /usr/sbin/rabbitmq-server is a wrapper that refuses everybody but root and rabbitmq.
    """
    script = _SCRIPTS / "rabbitmq-server"
    if script.exists():
        return script
    found = shutil.which("rabbitmq-server")
    return Path(found).resolve() if found else None


class RabbitNode:
    """The broker of one cell."""

    def __init__(self, cell: Cell, departments: tuple[str, ...], *, plugins: tuple[str, ...] = ()) -> None:
        script = server_script()
        if script is None:
            raise Unready("RabbitMQ is not installed.")
        self._script = script
        self._cell = cell
        self._departments = departments
        self._plugins = (*_PLUGINS, *plugins)
        self._user = account.unprivileged("rabbitmq")
        self._home = account.server_folder(cell, self._user) / "rabbitmq"
        self.name = f"qiaotou-{cell.digest}@localhost"

    def url(self, user: str) -> str:
        """Return the URL of one of the cell's broker users."""
        password, port = self._cell.secret(f"broker:{user}"), self._cell.ports["amqp"]
        return f"amqp://{user}:{password}@{LOOPBACK}:{port}/{self._cell.name}"

    def prepare(self) -> tuple[Program, Program]:
        """Write the node's files; return its epmd and the node itself, to be run in this order."""
        account.give(self._home, self._user)
        self._write(".erlang.cookie", self._cell.secret("erlang cookie"), mode=0o400)
        self._write("enabled_plugins", f"[{','.join(self._plugins)}].\n")
        self._write("rabbitmq-env.conf", "")
        self._write_definitions()
        self._write("rabbitmq.conf", self._configuration())
        return self._epmd(), self._program("rabbitmq", str(self._script))

    def empty(self) -> None:
        """Throw away what a node that does not run holds; it reads its definitions at its next start."""
        shutil.rmtree(self._home / "mnesia", ignore_errors=True)

    def wait(self, check: Callable[[], None]) -> None:
        """Wait until it takes clients; `check` raises where waiting has no more sense."""
        until = time.monotonic() + _START_S
        while not self._takes_clients():
            check()
            if time.monotonic() > until:
                raise Unready(f"RabbitMQ did not start within {_START_S} s; see its log.")
            time.sleep(0.1)

    def ctl(self, *arguments: str, timeout_s: float = 60) -> str:
        """Run rabbitmqctl against this node and return what it prints. Raises: Unready."""
        done = subprocess.run(
            [self._script.parent / "rabbitmqctl", "-q", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
            cwd=self._home,
            env=inherited() | self._environment(),
            **as_user(self._user),  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise Unready(f"rabbitmqctl {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return str(done.stdout)

    def learn(self) -> None:
        """Tell the running node what the cell's definitions have become, also for its next start."""
        self._write_definitions()
        self.ctl("import_definitions", str(self._home / "definitions.json"))

    def forget_user(self, user: str) -> None:
        """Let nobody in by this name any more."""
        if user in self._users():
            self.ctl("delete_user", user)

    def close_connections(self, user: str) -> None:
        """Close a user's connections; each call is one attempt."""
        self.ctl("close_all_user_connections", user, "its access has changed")

    def has_connections(self, user: str) -> bool:
        """Say whether any connection of a user is left, also one that is being closed."""
        listed = self.ctl("list_connections", "user", "--formatter=json")
        return user in {row["user"] for row in json.loads(listed)}

    def check_departments(self) -> None:
        """A department's user without its topic permissions may speak for anyone. Raises: Unready."""
        known = json.loads(self.ctl("export_definitions", "-"))
        rights = [row for row in known["topic_permissions"] if row["vhost"] == self._cell.name]
        limits = {row["name"]: row.get("limits", {}) for row in known["users"]}
        check_rights(self._departments, rights, limits)

    def _users(self) -> set[str]:
        return {row["user"] for row in json.loads(self.ctl("list_users", "--formatter=json"))}

    def _write_definitions(self) -> None:
        content = definitions.of_cell(self._cell, self._departments)
        self._write("definitions.json", definitions.text(content))

    def _takes_clients(self) -> bool:
        if not answers(self._cell.ports["amqp"]):
            return False
        connection = amqp.Connection(
            f"{LOOPBACK}:{self._cell.ports['amqp']}",
            userid="operator",
            password=self._cell.secret("broker:operator"),
            virtual_host=self._cell.name,
            connect_timeout=2,
            read_timeout=5,
            write_timeout=5,
        )
        try:
            connection.connect()
            # The last queue to be declared: definitions are read before clients are let in.
            connection.channel().queue_declare(topology.queues(self._departments)[-1].name, passive=True)
            connection.close()
        except (OSError, amqp.AMQPError):
            connection.collect()
            return False
        return True

    def _configuration(self) -> str:
        return _CONFIGURATION.format(
            host=LOOPBACK,
            port=self._cell.ports["amqp"],
            metrics=self._cell.ports["rabbitmq-metrics"],
            definitions=self._home / "definitions.json",
            memory=MEMORY_BYTES,
            disk=200 * _MIB,
            wal=64 * _MIB,
            channels=topology.CHANNELS_PER_CONNECTION,
            largest=topology.LARGEST_MESSAGE_BYTES,
        )

    def _epmd(self) -> Program:
        found = shutil.which("epmd") or next(
            iter(map(str, Path("/usr/lib/erlang").glob("erts-*/bin/epmd"))), ""
        )
        return self._program("epmd", found, "-address", LOOPBACK, "-port", str(self._cell.ports["epmd"]))

    def _program(self, name: str, *command: str) -> Program:
        return Program(
            name=name,
            command=command,
            environment=self._environment(),
            directory=self._home,
            user=self._user,
        )

    def _environment(self) -> dict[str, str]:
        home = str(self._home)
        return {
            MARK: str(self._cell.folder),
            "HOME": home,
            "ERL_EPMD_PORT": str(self._cell.ports["epmd"]),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._cell.ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self._cell.ports["amqp-dist"]),
            # Idle schedulers sleep instead of spinning: on a small machine they would spin away a core.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} "
            "+sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_CONF_ENV_FILE": f"{home}/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/config",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": f"{home}/pid",
        }

    def _write(self, name: str, content: str, *, mode: int = 0o600) -> None:
        path = self._home / name
        path.unlink(missing_ok=True)
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
        if self._user is not None:
            shutil.chown(path, self._user)
