"""Files on disk: names that we make, readable by the gateway's user alone, written for good."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, NamedTuple
from uuid import uuid4

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
# What is still arriving, or being worked on; nothing refers to it after a day.
INCOMING = "incoming"
_PIECE_BYTES = 256 * 1024


class Arrival(NamedTuple):
    """A file that has arrived and is not kept yet; `sha256` in hex."""

    path: Path
    size_bytes: int
    sha256: str


class Storage:
    """A folder of files. Paths given and taken are relative to it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def prepare(self) -> None:
        """Make the folder. Raises: OSError where it cannot be written."""
        self._root.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)

    @contextmanager
    def receiving(self, stream: IO[bytes]) -> Iterator[Arrival]:
        """Give what a stream brings as a file, which is gone afterwards unless it was kept."""
        path = self._fresh(INCOMING)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                shutil.copyfileobj(stream, file, _PIECE_BYTES)
            yield weighed(path)
        finally:
            path.unlink(missing_ok=True)

    def begin(self) -> str:
        """Return the path of a new, empty file that arrives in pieces."""
        path = self._fresh(INCOMING)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        _sync(path.parent, os.O_DIRECTORY)
        return str(path.relative_to(self._root))

    def write(self, path: str, piece: bytes, *, at: int) -> None:
        """Put a piece at its place in a file; it is on the disk when this returns."""
        descriptor = os.open(self.locate(path), os.O_WRONLY)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            file.seek(at)
            left = memoryview(piece)
            while left:
                left = left[file.write(left) :]
            os.fsync(descriptor)

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove what has been arriving or in work for longer than that; return how many files."""
        before = time.time() - older_than.total_seconds()
        swept = [path for path in files_below(self._root / INCOMING) if _is_stale(path, before)]
        for path in swept:
            path.unlink(missing_ok=True)
        return len(swept)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Give a folder to make variants in, which is gone afterwards."""
        parent = self._root / INCOMING
        parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def keep(self, file: Path, *, room: str) -> str:
        """Keep a file of this storage under a name that nobody can choose.

        Its bytes and its name are on the disk when this returns; the file given stays where it is.
        """
        kept = self._fresh(room)
        os.link(file, kept)
        kept.chmod(FILE_MODE)
        _sync(kept)
        _sync(kept.parent, os.O_DIRECTORY)
        return str(kept.relative_to(self._root))

    def locate(self, path: str) -> Path:
        """Return where a kept file lies. Raises: ValueError for a path that leaves the folder."""
        found = (self._root / path).resolve()
        if not found.is_relative_to(self._root):
            raise ValueError("a path outside of the media folder")
        return found

    def remove(self, path: str) -> None:
        """Forget a file that nothing refers to."""
        self.locate(path).unlink(missing_ok=True)

    def _fresh(self, room: str) -> Path:
        """Return a path where nothing is yet; its folder is there."""
        name = uuid4().hex
        folder = self._root / room / name[:2]
        folder.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        return folder / name


def files_below(folder: Path, *, without: Collection[str] = ()) -> Iterator[Path]:
    """Give the files below a folder, not those below a name in `without`, nor what goes away meanwhile.

    Raises: OSError where a folder is there and cannot be read.
    """
    for root, folders, names in os.walk(folder, onerror=_unless_gone):
        left_out = without if Path(root) == folder else ()
        folders[:] = sorted(name for name in folders if name not in left_out)
        yield from (path for name in sorted(names) if (path := Path(root, name)).is_file())


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _is_stale(path: Path, before: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < before
    except FileNotFoundError:
        # It has been taken in or given up since it was listed.
        return False


def weighed(path: Path) -> Arrival:
    """Return a file with its size and hash."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Arrival(path, file.tell(), digest.hexdigest())


def _sync(path: Path, flags: int = 0) -> None:
    """Make a file's bytes durable, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
