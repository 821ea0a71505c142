"""`./qiaotou backup`: the whole cluster at one point in time, then the media, the keys apart from both."""

import platform
import shutil
import subprocess
import tempfile
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from gateway.media.storage import INCOMING
from ops.cell import DATABASES, REPOSITORY, Cell
from ops.display import Display
from ops.errors import Unready
from ops.ports import LOOPBACK
from ops.postgres import SUPERUSER, PostgresServer
from ops.program import inherited
from ops.recovery import archive, keys, manifest
from ops.recovery.keys import Keys
from ops.recovery.manifest import Manifest
from ops.roster import Roster
from ops.servers import Servers

_EPOCH = "SELECT coalesce(max(epoch), 1) FROM source_epoch"
_REVISION = "SELECT version_num FROM alembic_version"
# From the first ballot until the box is emptied, the log tells who cast what (docs/decisions.md).
_SECRETS = (
    "SELECT count(*) FROM vote WHERE mode = 'secret' "
    "AND (state IN ('open', 'extended', 'closed', 'counting') OR NOT swept)"
)
_OPENED = (
    "SELECT count(*) FROM vote WHERE mode = 'secret' AND state NOT IN "
    "('draft', 'studied', 'rule_bound', 'roll_requested', 'roll_published', 'roll_frozen', 'noticed')"
)
_NOT_OURS = (
    "This cell's PostgreSQL is the one that DATABASE_URL names, and its own tools back it up: the whole "
    "cluster at one point in time, after it the folder {media}, and apart from both {secrets}. "
    "docs/operations.md says how to come back from there."
)


class Backup:
    """Backups of one running cell."""

    def __init__(self, cell: Cell, display: Display) -> None:
        self._cell = cell
        self._display = display
        self._servers = Servers(cell)
        if self._servers.postgres is None:
            raise Unready(_NOT_OURS.format(media=cell.media, secrets=cell.folder / "secrets.json"))
        self._postgres: PostgresServer = self._servers.postgres

    def make(self, out: Path, keys_file: Path, *, during_votes: bool = False) -> Manifest:
        """Write a backup that is there whole or not at all; return what it is. Raises: Unready."""
        out, keys_file = out.resolve(), keys_file.resolve()
        if out.exists():
            raise Unready(f"{out} is there already; a backup overwrites nothing.")
        if keys_file.is_relative_to(out):
            raise Unready("The keys belong apart from the data: name a file outside of the backup.")
        keys.check_place(keys.of_cell(self._cell), keys_file)
        opened = None if during_votes else self._votes_opened()
        out.parent.mkdir(parents=True, exist_ok=True)
        with self._cell.locked("backup"):
            folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
            try:
                made = self._fill(folder, keys_file, opened=opened)
                _finish(folder, out)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return made

    def _fill(self, folder: Path, keys_file: Path, *, opened: int | None) -> Manifest:
        stage = self._display.stage
        began_at = self._now()
        with stage("The cluster is copied, with the log that makes it whole"):
            self._base_backup(folder / manifest.CLUSTER)
        ended_at = self._now()
        # What is restored is the copy's end, and the log in it tells of all of its time.
        if opened is not None and self._votes_opened() != opened:
            raise Unready(
                "A secret vote was held while the cluster was copied: the copy is gone; make another."
            )
        # After the database: each row of an upload has its file then, and what came later is no harm.
        with stage("Media are copied"):
            archive.pack(self._cell.media, folder / manifest.MEDIA, without=[INCOMING])
        if Roster(self._cell).path.exists():
            archive.write(folder / manifest.ROSTER, Roster(self._cell).path.read_bytes())
        held = keys.of_cell(self._cell)
        with stage("Everything is hashed and sealed"):
            made = self._describe(folder, held, began_at, ended_at)
            archive.write(folder / manifest.NAME, made.encode())
        keys.write(held, keys_file)
        return made

    def _base_backup(self, folder: Path) -> None:
        address = make_conninfo(host=LOOPBACK, port=self._cell.ports["postgres"], user=SUPERUSER)
        done = subprocess.run(
            [
                self._postgres.tool("pg_basebackup"),
                f"--dbname={address}",
                f"--pgdata={folder}",
                "--format=tar",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--manifest-checksums=SHA256",
                "--no-password",
            ],
            capture_output=True,
            text=True,
            check=False,
            env=inherited() | {"PGPASSWORD": self._cell.secret("postgres")},
        )
        if done.returncode != 0:
            raise Unready(f"pg_basebackup failed: {done.stderr.strip()[-1500:]}")

    def _describe(self, folder: Path, held: Keys, began_at: datetime, ended_at: datetime) -> Manifest:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return Manifest(
            cell=self._cell.name,
            mode=self._cell.mode,
            began_at=began_at,
            ended_at=ended_at,
            version=software_version(),
            postgres=self._postgres.major(),
            machine=platform.machine(),
            epoch=int(self._ask("registry", _EPOCH)),
            schema={each: str(self._ask(each, _REVISION)) for each in DATABASES},
            sealing_version=held.sealing_version,
            ports=dict(self._cell.ports),
            files={str(path.relative_to(folder)): manifest.contents_of(path) for path in files},
        ).sealed(held.secrets[keys.SEAL])

    def _votes_opened(self) -> int:
        """Return how many secret votes have ever opened. Raises: Unready while one is under way."""
        # Counted first: what opens after this and is over before the next look has a number all the same.
        opened = int(self._ask("governance", _OPENED))
        if running := int(self._ask("governance", _SECRETS)):
            raise Unready(
                f"{running} secret votes are under way: whoever has the cell's files of now can join ballots "
                "to people. Wait until they are counted, or say --during-votes and destroy this backup "
                "when they are."
            )
        return opened

    def _now(self) -> datetime:
        now: datetime = self._ask("registry", "SELECT clock_timestamp()")
        return now

    def _ask(self, service: str, query: str) -> Any:
        try:
            with psycopg.connect(self._servers.databases.url(service), connect_timeout=10) as connection:
                row = connection.execute(query.encode()).fetchone()
        except psycopg.OperationalError as error:
            raise Unready("The cell's PostgreSQL does not answer; ./qiaotou up starts it.") from error
        return None if row is None else row[0]


def verify(folder: Path, *, keys_file: Path | None = None) -> Manifest:
    """Check every file of a backup, and with the keys also its seal; return what it is. Raises: Unready."""
    found = manifest.read(folder)
    if keys_file is not None:
        keys.read(keys_file).check(found)
    manifest.check_files(folder, found)
    return found


def software_version() -> str:
    """Return this software's version."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def _finish(folder: Path, out: Path) -> None:
    """Give a whole backup its name; nobody ever sees a part of one under it."""
    archive.sync_folders(folder)
    folder.rename(out)
    archive.sync_folder(out.parent)
