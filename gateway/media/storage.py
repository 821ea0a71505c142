"""Files on disk: names that we make, readable by the gateway's user alone, written for good."""

import os
from pathlib import Path
from uuid import uuid4

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


class Storage:
    """A folder of files. Paths given and taken are relative to it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def prepare(self) -> None:
        """Make the folder. Raises: OSError where it cannot be written."""
        self._root.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)

    def write(self, content: bytes, *, room: str) -> str:
        """Keep bytes under a name that nobody can choose; they are on the disk when this returns."""
        name = uuid4().hex
        folder = self._root / room / name[:2]
        folder.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync(folder)
        return f"{room}/{name[:2]}/{name}"

    def locate(self, path: str) -> Path:
        """Return where a kept file lies. Raises: ValueError for a path that leaves the folder."""
        found = (self._root / path).resolve()
        if not found.is_relative_to(self._root):
            raise ValueError("a path outside of the media folder")
        return found

    def remove(self, path: str) -> None:
        """Forget a file that nothing refers to."""
        self.locate(path).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the file's name durable too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
