"""A cell's secrets in one file of their own: a backup without it opens no sealed person and signs nothing."""

import os
from pathlib import Path

import msgspec

from ops.cell import Cell
from ops.errors import Unready
from ops.recovery.manifest import Manifest

FORMAT = "qiaotou-keys/1"
SEAL = "backup seal"


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Every secret of a cell, and each department's settings with the token that nobody can tell again."""

    format: str = FORMAT
    cell: str
    sealing_version: int
    secrets: dict[str, str]
    departments: dict[str, str]

    def check(self, manifest: Manifest) -> None:
        """Check that these are the keys of a backup. Raises: Unready."""
        if not manifest.is_sealed_by(self.secrets.get(SEAL, "")):
            raise Unready(
                "These keys are not this backup's, or its manifest was changed: the seal does not hold."
            )
        if self.sealing_version < manifest.sealing_version:
            raise Unready(
                f"Persons are sealed under key {manifest.sealing_version} there, and these keys end with "
                f"{self.sealing_version}: take the file that was written with the backup, or a later one."
            )


def of_cell(cell: Cell) -> Keys:
    """Return the keys of a cell as they are now."""
    cell.secret(SEAL)
    settings = {path.stem: path.read_text(encoding="utf-8") for path in cell.departments.glob("*.env")}
    return Keys(
        cell=cell.name,
        sealing_version=cell.sealing_version,
        secrets=cell.secrets(),
        departments=dict(sorted(settings.items())),
    )


def read(path: Path) -> Keys:
    """Return the keys in a file. Raises: Unready."""
    if not path.is_file():
        raise Unready(f"There is no file {path}: without the cell's keys nothing can be restored.")
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Keys)
    except msgspec.MsgspecError as error:
        # What was read is a secret: the error would quote it.
        raise Unready(f"{path} does not hold a cell's keys.") from error
    if found.format != FORMAT:
        raise Unready(f"{path} is of the format {found.format}; this software reads {FORMAT}.")
    return found


def check_place(keys: Keys, path: Path) -> None:
    """Check that the keys may be written into this file, or stand in it: no key is ever overwritten.

    Raises: Unready.
    """
    if path.exists():
        if read(path) != keys:
            raise Unready(f"{path} is there and holds other keys than the cell has now; name another file.")
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        raise Unready(
            f"The keys cannot be written to {path}: {path.parent} is no folder that you may write in."
        )


def write(keys: Keys, path: Path) -> bool:
    """Write the keys for their owner alone; return False where the file holds just these already.

    Raises: Unready where it holds something else.
    """
    check_place(keys, path)
    if path.exists():
        return False
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(keys)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def give(keys: Keys, cell: Cell) -> None:
    """Let an empty cell have these keys and its departments' settings."""
    cell.adopt(keys.secrets, sealing_version=keys.sealing_version)
    for name, text in keys.departments.items():
        path = cell.departments / f"{Path(name).name}.env"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
