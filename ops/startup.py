"""`./qiaotou up`: from a folder to a cell that takes reports."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ops import debian, departments, reference
from ops.cell import DATABASES, REPOSITORY, SERVICES, Cell
from ops.department_queues import retire_shared_replies
from ops.display import Display
from ops.errors import Unready
from ops.processes import PLAIN, SERVER_PROGRAMS, STOP_STAGES, Wiring, applications, environment
from ops.program import end_marked, inherited
from ops.roster import Roster
from ops.servers import Servers, remember
from ops.status import is_well
from ops.supervision import Supervisor

_WELL_S, _REFERENCE_S = 60, 60
_DATA = ("postgres", "rabbitmq", "media", "departments", "elsewhere")


class Startup:
    """Starts one cell, stage by stage."""

    def __init__(self, cell: Cell, display: Display, *, mode: str, wiring: Wiring = PLAIN) -> None:
        self._cell = cell
        self._display = display
        self._mode = mode
        self._wiring = wiring
        self._supervisor = Supervisor(cell)

    def run(self) -> None:
        """Do everything. Raises: Unready; what was started by then is left to `down`."""
        stage = self._display.stage
        refuse_half_restored(self._cell)
        self._clear()
        self._cell.remember_mode(self._mode)
        given = remember(self._cell)
        if debian.missing(broker="AMQP_URI" not in given):
            with stage("Debian's packages are installed"):
                debian.ensure(broker="AMQP_URI" not in given)
        if debian.wanted():
            with stage("ffmpeg, for videos, is looked for"):
                absent = debian.obtain_wanted()
            for advice in absent.values():
                self._display.say(f"[yellow]![/yellow] {advice}")
        servers = Servers(self._cell)
        with stage("Servers are set up"):
            ours = applications(self._cell, servers, mode=self._mode, wiring=self._wiring)
            programs = [*servers.programs(), *ours]
            self._supervisor.start(programs)
            started = [program.name for program in programs if program.name in SERVER_PROGRAMS]
            self._supervisor.launch(started)
        self._databases(servers)
        self._broker(servers)
        self._processes()
        with stage("Reference data has reached every service"):
            self._wait_for_reference_data(servers)

    def _clear(self) -> None:
        """End what a crash left, and choose other ports for those that were taken meanwhile."""
        if left := end_marked(self._cell.folder):
            self._display.say(f"[yellow]![/yellow] Ended {len(left)} processes that a crash had left.")
        if taken := self._cell.replace_taken_ports():
            self._display.say(f"[yellow]![/yellow] Other ports for {', '.join(taken)}: theirs were taken.")

    def _databases(self, servers: Servers) -> None:
        stage = self._display.stage
        with stage("PostgreSQL takes queries"):
            if servers.postgres is not None:
                servers.postgres.wait(lambda: self._still_alive("postgres"))
            servers.databases.create()
        with stage(f"{len(DATABASES)} databases are migrated"):
            for service in DATABASES:
                servers.databases.migrate(service)
        with stage("The district is seeded, departments have their tokens"):
            seed(self._cell, servers, mode=self._mode)
            departments.write_settings(self._cell, servers)

    def _broker(self, servers: Servers) -> None:
        def check() -> None:
            if servers.rabbitmq is not None:
                self._still_alive("rabbitmq")

        with self._display.stage("RabbitMQ takes messages, each user has its rights"):
            servers.broker.wait(check)
            servers.broker.check_departments()
            retire_shared_replies(servers.broker.url("operator"))

    def _processes(self) -> None:
        for title, names in (
            ("Services are well", SERVICES),
            ("The relay is well", ("relay",)),
            ("The gateway is well", ("gateway",)),
        ):
            with self._display.stage(title):
                self._supervisor.launch(names)
                self._wait_until_well(names)

    def _wait_until_well(self, names: Sequence[str]) -> None:
        def well() -> bool:
            for name in names:
                self._still_alive(name)
            return all(is_well(self._cell, name) for name in names)

        if not wait_until(well, seconds=_WELL_S):
            sick = [name for name in names if not is_well(self._cell, name)]
            raise Unready(f"Not well after {_WELL_S} s: {', '.join(sick)}.\n{self._tail(sick[0])}")

    def _wait_for_reference_data(self, servers: Servers) -> None:
        urls = {service: servers.databases.url(service) for service in SERVICES}
        if not wait_until(lambda: not any(reference.missing(urls).values()), seconds=_REFERENCE_S):
            raise Unready(f"Reference data is still on its way: {reference.missing(urls)}")

    def _still_alive(self, name: str) -> None:
        process = self._supervisor.processes().get(name)
        if process is None or process.statename in ("BACKOFF", "FATAL", "EXITED"):
            raise Unready(f"{name} does not stay up.\n{self._tail(name)}")

    def _tail(self, name: str) -> str:
        path = self._cell.logs / f"{name}.log"
        lines = path.read_text(errors="replace").splitlines()[-25:] if path.exists() else []
        return "\n".join([*lines, f"(from {path})"])


def data_of(cell: Cell) -> list[Path]:
    """Return the folders that `empty` takes away; some may not be there, one may be a link."""
    return [cell.folder / name for name in _DATA]


def empty(cell: Cell) -> None:
    """Stop a cell and take its data away; make a new `Cell` of the folder afterwards."""
    Supervisor(cell).shut_down(STOP_STAGES)
    for path in data_of(cell):
        if path.is_symlink():
            shutil.rmtree(path.resolve(), ignore_errors=True)
            path.unlink()
        shutil.rmtree(path, ignore_errors=True)
    Roster(cell).path.unlink(missing_ok=True)


def restoring_mark(cell: Cell) -> Path:
    """Return the file that is there while a backup is being restored."""
    return cell.folder / "restoring"


def refuse_half_restored(cell: Cell) -> None:
    """Raises: Unready where a restore was broken off: its databases would speak of what nobody is sent."""
    if restoring_mark(cell).exists():
        raise Unready(
            "A restore into this cell was broken off. Do it again, with --replace: ./qiaotou restore OUT "
            "--keys FILE --replace; where DATABASE_URL was restored, ./qiaotou restore --after-database."
        )


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until it holds; return whether it did in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def seed(cell: Cell, servers: Servers, *, mode: str) -> None:
    """Define the district in registry's database, as this cell has amended it. Raises: Unready."""
    told = environment(cell, servers, "registry", mode=mode)
    module = ("services.registry.seed", "--amendments", str(Roster(cell).path))
    run_module(module, told, cell.logs / "seed.log")


def run_module(module: Sequence[str], told: dict[str, str], log: Path) -> None:
    """Run one of our modules to its end. Raises: Unready with the end of what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *module],
        check=False,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=inherited() | told,
        stdin=subprocess.DEVNULL,
    )
    log.write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        raise Unready(f"{module[0]} failed:\n{(done.stderr or done.stdout)[-2000:]}")
