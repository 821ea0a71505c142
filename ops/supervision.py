"""supervisor: starts a cell's processes, restarts what dies, stops them by pid."""

import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
from supervisor.xmlrpc import SupervisorTransport

from ops.cell import Cell
from ops.errors import Unready
from ops.program import MARK, Program, end_marked, inherited, marked

_START_S, _STOP_S = 15, 60
_LOG_BYTES, _LOG_BACKUPS = 10 * 2**20, 3
_ENDED = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")
_WITHOUT_WAITING = False
_DAEMON = """\
[unix_http_server]
file={socket}
chmod=0700

[supervisord]
logfile={logs}/supervisor.log
logfile_maxbytes=10MB
logfile_backups=1
pidfile={run}/supervisor.pid
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """
[program:{name}]
command={command}
directory={directory}
environment={environment}
{user}autostart=false
autorestart=true
startsecs=1
startretries=1000
stopsignal={signal}
stopwaitsecs={wait}
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes={log_bytes}
stdout_logfile_backups={log_backups}
"""


class ProcessInfo(msgspec.Struct, frozen=True):
    """What supervisor says of one process; `start` in epoch seconds."""

    name: str
    statename: str
    pid: int
    start: int
    description: str = ""


class Supervisor:
    """The supervisor of one cell."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def is_running(self) -> bool:
        """Say whether it answers; a socket left by a crash does not."""
        try:
            self._ask("getState")
        except (OSError, xmlrpc.client.Error, xmlrpc.client.ProtocolError):
            return False
        return True

    def start(self, programs: Sequence[Program]) -> None:
        """Start it with these programs, none of them running yet. Raises: Unready."""
        path = self._write(programs)
        # It puts itself into the background, as nobody's child.
        started = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(path)],
            env=inherited() | {MARK: str(self._cell.folder)},
            cwd=self._cell.run,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        until = time.monotonic() + _START_S
        while not self.is_running():
            if started.returncode != 0 or time.monotonic() > until:
                said = (started.stderr or started.stdout).strip()
                raise Unready(f"supervisor did not start: {said}; see {self._cell.logs / 'supervisor.log'}.")
            time.sleep(0.05)

    def launch(self, names: Iterable[str]) -> None:
        """Have these processes started; what they need to be ready is asked elsewhere."""
        for name in names:
            try:
                self._ask("startProcess", name, _WITHOUT_WAITING)
            except xmlrpc.client.Fault as fault:
                if "ALREADY_STARTED" not in fault.faultString:
                    raise Unready(f"{name} cannot be started: {fault.faultString}") from fault

    def processes(self) -> dict[str, ProcessInfo]:
        """Return every process by its name; none where supervisor does not run."""
        try:
            rows = cast("list[dict[str, Any]]", self._ask("getAllProcessInfo"))
        except (OSError, xmlrpc.client.Error, xmlrpc.client.ProtocolError):
            return {}
        return {row["name"]: msgspec.convert(row, ProcessInfo) for row in rows}

    def stop(self, names: Sequence[str]) -> None:
        """Stop these processes, all at once, and wait until they have ended."""
        for name in names:
            try:
                self._ask("stopProcess", name, _WITHOUT_WAITING)
            except xmlrpc.client.Fault as fault:
                if "NOT_RUNNING" not in fault.faultString and "BAD_NAME" not in fault.faultString:
                    raise
        until = time.monotonic() + _STOP_S
        while self._unfinished(names) and time.monotonic() < until:
            time.sleep(0.05)

    def restart(self, name: str) -> None:
        """Stop one process and start it again."""
        self.stop([name])
        self.launch([name])

    def shut_down(self, stages: Sequence[Sequence[str]]) -> list[int]:
        """Stop everything, stage by stage, then supervisor; return the pids that a crash had left."""
        if self.is_running():
            for names in stages:
                self.stop(names)
            own = self._ask("getPID")
            self._ask("shutdown")
            self._wait_until_gone(own)
        left = end_marked(self._cell.folder)
        self._cell.socket.unlink(missing_ok=True)
        (self._cell.run / "supervisor.pid").unlink(missing_ok=True)
        return left

    def _unfinished(self, names: Sequence[str]) -> bool:
        known = self.processes()
        return any(known[name].statename not in _ENDED for name in names if name in known)

    def _wait_until_gone(self, own: int) -> None:
        until = time.monotonic() + _STOP_S
        while own in marked(self._cell.folder) and time.monotonic() < until:
            time.sleep(0.05)

    def _ask(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._cell.socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)

    def _write(self, programs: Sequence[Program]) -> Path:
        """Write the configuration, which holds secrets, readable by its owner alone."""
        path = self._cell.run / "supervisor.conf"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(configuration(self._cell, programs))
        return path


def configuration(cell: Cell, programs: Sequence[Program]) -> str:
    """Return supervisor's configuration for these programs. Raises: Unready."""
    logs = ini_value(cell.logs)
    head = _DAEMON.format(
        socket=ini_value(cell.socket),
        logs=logs,
        run=ini_value(cell.run),
        user="user=root\n" if os.geteuid() == 0 else "",
    )
    return head + "".join(_section(program, logs) for program in programs)


def _section(program: Program, logs: str) -> str:
    told = sorted(program.environment.items())
    return _PROGRAM.format(
        name=program.name,
        command=ini_value(shlex.join(program.command)),
        directory=ini_value(program.directory),
        environment=",".join(f'{name}="{ini_value(value)}"' for name, value in told),
        user=f"user={program.user}\n" if program.user else "",
        signal=program.stop_signal,
        wait=program.stop_wait_s,
        logs=logs,
        log_bytes=_LOG_BYTES,
        log_backups=_LOG_BACKUPS,
    )


def ini_value(value: object) -> str:
    """Return a value as supervisor's ini file takes it. Raises: Unready for what it cannot hold."""
    text = str(value)
    if any(sign in text for sign in ('"', "\\", "\n", " ;")):
        raise Unready(f"This cannot stand in a supervisor's configuration: {text!r}. Move to a plainer path.")
    return text.replace("%", "%%")
