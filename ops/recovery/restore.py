"""`./qiaotou restore`: an empty cell becomes what another was at a point in time, and goes on from there."""

import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import psycopg

from chassis.data.migrate import revisions
from ops.cell import DATABASES, Cell
from ops.databases import migrations_of
from ops.display import Display
from ops.errors import Unready
from ops.postgres import PostgresServer
from ops.processes import environment
from ops.program import Running, end_marked, inherited
from ops.recovery import archive, keys, manifest
from ops.recovery.keys import Keys
from ops.recovery.manifest import Manifest
from ops.recovery.rollback import RolledBack, roll_forward
from ops.roster import Roster
from ops.servers import Servers, named, remember, remembered
from ops.startup import refuse_half_restored, restoring_mark, run_module
from ops.supervision import Supervisor

# Recovery reads every file once to make it durable.
_START_S = 1800
_FILES = "SELECT original_path, shown_path, poster_path FROM uploads"


class Restored(NamedTuple):
    """What has come back; `without_file` counts uploads whose file the backup does not have."""

    manifest: Manifest
    rolled_back: RolledBack
    without_file: int


class Restore:
    """The return of one backup into one empty cell."""

    def __init__(self, cell: Cell, display: Display) -> None:
        self._cell = cell
        self._display = display

    def run(self, folder: Path, keys_file: Path) -> Restored:
        """Do everything; the cell is stopped afterwards.

        Raises: Unready, before anything was changed where backup, keys, software and cell do not fit.
        """
        refuse_what_is_there(self._cell)
        stage = self._display.stage
        with stage("Every file of the backup is what it was, and fits"):
            found, held = refuse_what_does_not_fit(self._cell, folder, keys_file)
        postgres = PostgresServer(self._cell)
        remember(self._cell)
        restoring_mark(self._cell).touch()
        keys.give(held, self._cell)
        self._cell.adopt_ports(found.ports)
        self._cell.remember_mode(found.mode)
        if manifest.ROSTER in found.files:
            archive.write(Roster(self._cell).path, (folder / manifest.ROSTER).read_bytes())
        with stage("The databases are where they were"):
            self._put_cluster(folder, postgres)
        with stage("The media are where they were"):
            archive.unpack(folder / manifest.MEDIA, self._cell.media, user=None)
        self._cell.replace_taken_ports()
        restored = self._go_on(found, postgres)
        os.sync()
        restoring_mark(self._cell).unlink()
        return restored

    def _put_cluster(self, folder: Path, postgres: PostgresServer) -> None:
        postgres.make_home()
        archive.unpack(folder / manifest.BASE, postgres.data, user=postgres.user)
        archive.unpack(folder / manifest.WAL, postgres.data / "pg_wal", user=postgres.user)
        checked = subprocess.run(
            [
                postgres.tool("pg_verifybackup"),
                f"--manifest-path={(folder / manifest.CLUSTER_MANIFEST).resolve()}",
                str(postgres.data),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=inherited(),
        )
        if checked.returncode != 0:
            raise Unready(f"pg_verifybackup: {checked.stderr.strip()[-1500:]}")

    def _go_on(self, found: Manifest, postgres: PostgresServer) -> Restored:
        """Start the databases alone, and let them go on from where they are."""
        stage = self._display.stage
        running = Running(postgres.prepare(), self._cell.logs / "postgres.log")
        try:
            with stage("PostgreSQL has come to the point in time"):
                postgres.wait(running.check, within_s=_START_S)
            servers = Servers(self._cell)
            servers.databases.rename(found.cell)
            rolled_back = go_on(
                self._cell, servers, self._display, mode=found.mode, known_until=found.began_at
            )
            return Restored(found, rolled_back, self._without_file(servers))
        finally:
            running.stop()

    def _without_file(self, servers: Servers) -> int:
        with psycopg.connect(servers.databases.url("gateway")) as connection:
            rows = connection.execute(_FILES).fetchall()
        return sum(any(path and not (self._cell.media / path).is_file() for path in row) for row in rows)


def go_on(
    cell: Cell, servers: Servers, display: Display, *, mode: str, known_until: datetime | None = None
) -> RolledBack:
    """Let databases that went back in time go on, with a broker that is empty.

    Departments are told until when everything is known, where that is. Raises: Unready.
    """
    told = [] if known_until is None else ["--known-until", known_until.isoformat()]
    with display.stage("The databases are of this software's form"):
        servers.databases.create()
        for service in DATABASES:
            servers.databases.migrate(service)
    with display.stage("What the broker held is sent again"):
        rolled_back = roll_forward({service: servers.databases.url(service) for service in DATABASES})
        module = ("services.dispatch.restored", *told, *Roster(cell).codes())
        run_module(module, environment(cell, servers, "dispatch", mode=mode), cell.logs / "restore.log")
    return rolled_back


def after_database(cell: Cell, display: Display) -> RolledBack:
    """Do what is left where a database of one's own was restored by its own tools. Raises: Unready."""
    if Supervisor(cell).is_running():
        raise Unready("The cell is running; ./qiaotou down stops it.")
    if "DATABASE_URL" not in named():
        raise Unready(
            "DATABASE_URL names no PostgreSQL of your own here; what a cell has of its own is restored "
            "whole: ./qiaotou restore OUT --keys FILE."
        )
    remember(cell)
    servers = Servers(cell)
    restoring_mark(cell).touch()
    if servers.rabbitmq is not None:
        with display.stage("The broker is emptied: what it held is of before"):
            end_marked(cell.folder)
            servers.rabbitmq.empty()
    done = go_on(cell, servers, display, mode=cell.mode)
    restoring_mark(cell).unlink()
    return done


def refuse_what_does_not_fit(cell: Cell, folder: Path, keys_file: Path) -> tuple[Manifest, Keys]:
    """Return what a backup is and its keys, where this cell could become what it was; nothing is changed.

    Raises: Unready.
    """
    found, held = manifest.read(folder), keys.read(keys_file)
    held.check(found)
    _refuse_a_newer_schema(found)
    if "DATABASE_URL" in named() | remembered(cell):
        raise Unready(
            "DATABASE_URL, of this shell or of the cell's last start, names a PostgreSQL of your own: "
            "restore it by its own tools, then the media and the secrets; the rest is ./qiaotou restore "
            "--after-database. docs/operations.md says how."
        )
    manifest.check_fits(found, postgres=PostgresServer(cell).major())
    manifest.check_files(folder, found)
    return found, held


def refuse_what_is_there(cell: Cell) -> None:
    """Check that nobody's data would be lost. Raises: Unready."""
    refuse_half_restored(cell)
    if Supervisor(cell).is_running():
        raise Unready("The cell is running; a backup is restored into an empty one.")
    if (cell.folder / "secrets.json").exists() or any(cell.media.iterdir()):
        raise Unready(
            f"{cell.folder} is not empty. Name another folder with --cell, or say --replace: "
            "then everything that this cell holds now is lost."
        )


def _refuse_a_newer_schema(found: Manifest) -> None:
    for database, revision in found.schema.items():
        if revision not in revisions(migrations_of(database)):
            raise Unready(
                f"The backup is of a newer software ({found.version}): {database} is at {revision}, "
                "which this one does not know."
            )
