"""The files of a folder are listed while others come and go."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.media.storage import INCOMING, Storage, files_below

Vanishing = Callable[[Path], None]


@pytest.fixture
def vanishing(monkeypatch: pytest.MonkeyPatch) -> Vanishing:
    """Call it with an empty folder that goes away after it was seen, before it is looked into."""
    gone: list[Path] = []
    scan = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path) in gone:
            Path(path).rmdir()
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return gone.append


def test_a_folder_that_goes_away_takes_no_other_file_with_it(tmp_path: Path, vanishing: Vanishing) -> None:
    """Seen failing: with `rglob`: FileNotFoundError."""
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "kept").touch()
    (tmp_path / "c" / "kept").touch()
    vanishing(tmp_path / "b")
    assert list(files_below(tmp_path)) == [tmp_path / "a" / "kept", tmp_path / "c" / "kept"]
    assert list(files_below(tmp_path / "b")) == []


def test_a_folder_that_cannot_be_read_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing: with what `os.walk` does by itself: a backup without these files."""

    def scandir(path: Any = ".") -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError):
        list(files_below(tmp_path))


def test_what_is_left_out_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing: with folders listed first and chosen afterwards."""
    looked: list[Path] = []
    scan = os.scandir

    def scandir(path: Any = ".") -> Any:
        looked.append(Path(path))
        return scan(path)

    for name in (f"{INCOMING}/tmp", f"originals/{INCOMING}"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    monkeypatch.setattr(os, "scandir", scandir)
    assert list(files_below(tmp_path, without=[INCOMING])) == [tmp_path / "originals" / INCOMING / "file"]
    assert tmp_path / INCOMING not in looked


def test_a_sweep_goes_on_where_an_upload_ends_meanwhile(tmp_path: Path, vanishing: Vanishing) -> None:
    """Seen failing: with `rglob`: FileNotFoundError, and nothing is swept."""
    incoming = tmp_path / INCOMING
    for name in ("ab", "tmpwork"):
        (incoming / name).mkdir(parents=True)
    stale = incoming / "ab" / "stale"
    stale.touch()
    os.utime(stale, (0, 0))
    vanishing(incoming / "tmpwork")
    assert Storage(tmp_path).sweep(older_than=timedelta(days=1)) == 1
    assert not stale.exists()
