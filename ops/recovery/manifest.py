"""What a backup is: its parts with their hashes, and what a restore has to know before it begins."""

import hmac
import platform
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from ops.errors import Unready

FORMAT = "qiaotou-backup/1"
NAME = "manifest.json"
# The names that pg_basebackup gives, so that PostgreSQL's own tools can read the folder.
CLUSTER = "postgres"
BASE, WAL, CLUSTER_MANIFEST = f"{CLUSTER}/base.tar", f"{CLUSTER}/pg_wal.tar", f"{CLUSTER}/backup_manifest"
MEDIA, ROSTER = "media.tar", "departments.json"
NEEDED = frozenset({BASE, WAL, CLUSTER_MANIFEST, MEDIA})

_encoder = msgspec.json.Encoder(order="deterministic")


class Contents(msgspec.Struct, frozen=True):
    """One file of a backup; `sha256` in hex."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One backup. Its point in time lies between `began_at` and `ended_at`, by the database's own time.

    `epoch` is the one that the cell was in. `schema` is the newest migration of each database. `seal` is
    an HMAC-SHA256 (hex) over all of the rest under a secret of the cell: who has not the cell's keys can
    pass no other backup off for this one.
    """

    format: str = FORMAT
    cell: str
    mode: str
    began_at: datetime
    ended_at: datetime
    version: str
    postgres: int
    machine: str
    epoch: int
    schema: dict[str, str]
    sealing_version: int
    ports: dict[str, int]
    files: dict[str, Contents]
    seal: str = ""

    def sealed(self, secret: str) -> "Manifest":
        """Return it with its seal."""
        return msgspec.structs.replace(self, seal=self._seal(secret))

    def is_sealed_by(self, secret: str) -> bool:
        """Say whether it is what was sealed under this secret."""
        return hmac.compare_digest(self.seal, self._seal(secret))

    def encode(self) -> bytes:
        """Return it as it stands in its file."""
        return msgspec.json.format(_encoder.encode(self)) + b"\n"

    def _seal(self, secret: str) -> str:
        rest = msgspec.structs.replace(self, seal="")
        return hmac.digest(secret.encode(), _encoder.encode(rest), sha256).hex()


def read(folder: Path) -> Manifest:
    """Return the manifest of the backup in a folder. Raises: Unready."""
    path = folder / NAME
    if not path.is_file():
        raise Unready(f"{folder} is no backup: it has no {NAME}.")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise Unready(f"{path} cannot be read: {error}.") from error
    if manifest.format != FORMAT:
        raise Unready(f"{path} is of the format {manifest.format}; this software reads {FORMAT}.")
    if missing := NEEDED - manifest.files.keys():
        raise Unready(f"{path} does not speak of {', '.join(sorted(missing))}.")
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with what the manifest says of it. Raises: Unready."""
    for name, said in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise Unready(f"The backup is not whole: {name} is missing.")
        if contents_of(path) != said:
            raise Unready(f"The backup was changed or is broken: {name} is not what the manifest says.")


def check_fits(manifest: Manifest, *, postgres: int) -> None:
    """Check that this machine can take the data as they lie on the disk. Raises: Unready."""
    if (manifest.postgres, manifest.machine) != (postgres, platform.machine()):
        raise Unready(
            f"The backup is of PostgreSQL {manifest.postgres} on {manifest.machine}, here is PostgreSQL "
            f"{postgres} on {platform.machine()}: its files can be read by the same alone."
        )


def contents_of(path: Path) -> Contents:
    """Return a file's size and hash."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
        return Contents(file.tell(), digest.hexdigest())
