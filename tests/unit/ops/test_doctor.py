"""What `./qiaotou doctor` says of the disk."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ops import doctor
from ops.cell import Cell

GIB = 2**30


class Usage(NamedTuple):
    """What the disk of a folder has, in bytes."""

    free: int


def test_the_disk_is_that_of_the_cell_and_of_its_servers_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with the disk of the folder that the command was given in."""
    cell, behind = Cell(tmp_path / "cell"), tmp_path / "behind"
    behind.mkdir()
    free = {cell.folder: 3 * GIB, behind: GIB}

    def usage(path: Any) -> Usage:
        return Usage(free.get(Path(path), 100 * GIB))

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert doctor.disk(cell) == doctor.Finding(doctor.GOOD, "disk", f"3.0 GiB free at {cell.folder}")
    (cell.folder / "elsewhere").symlink_to(behind)
    found = doctor.disk(cell)
    assert found.verdict == doctor.BAD
    assert f"1.0 GiB free at {behind}" in found.text
