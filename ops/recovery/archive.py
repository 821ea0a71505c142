"""Folders as one file and back, and what it takes that they are on the disk for good."""

import os
import pwd
import shutil
import tarfile
from collections.abc import Collection
from pathlib import Path

from gateway.media.storage import files_below
from ops.errors import Unready

DIRECTORY_MODE, FILE_MODE = 0o700, 0o600


def pack(folder: Path, archive: Path, *, without: Collection[str] = ()) -> int:
    """Write the files of a folder into one; return how many. What goes away meanwhile is left out.

    Folders of the names in `without` are not even looked into.
    """
    number = 0
    with archive.open("xb") as file:
        with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for path in files_below(folder, without=without):
                number += _add(tar, path, str(path.relative_to(folder)))
        file.flush()
        os.fsync(file.fileno())
    return number


def _add(tar: tarfile.TarFile, path: Path, name: str) -> bool:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        facts = tarfile.TarInfo(name)
        facts.size, facts.mode = os.fstat(file.fileno()).st_size, FILE_MODE
        tar.addfile(facts, file)
    return True


def unpack(archive: Path, folder: Path, *, user: str | None) -> None:
    """Put an archive's files into a folder, for this user alone. Raises: Unready for a strange one."""
    owner = None if user is None else pwd.getpwnam(user)
    made: list[Path] = [folder]
    folder.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    root = folder.resolve()
    with tarfile.open(archive, mode="r|") as tar:
        for member in tar:
            path = root / member.name
            if not path.resolve().is_relative_to(root) or not (member.isfile() or member.isdir()):
                raise Unready(f"{archive.name} holds what no backup of ours has: {member.name}.")
            made += _missing(path if member.isdir() else path.parent, root)
            if member.isfile():
                _extract(tar, member, path)
                made.append(path)
    if owner is not None:
        for path in made:
            os.chown(path, owner.pw_uid, owner.pw_gid)


def _missing(folder: Path, root: Path) -> list[Path]:
    """Make a folder with those above it; return what was made."""
    made = []
    for each in (*reversed(folder.relative_to(root).parents), folder.relative_to(root)):
        path = root / each
        if not path.exists():
            path.mkdir(mode=DIRECTORY_MODE)
            made.append(path)
    return made


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    source = tar.extractfile(member)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        if source is not None:
            shutil.copyfileobj(source, file, 2**20)


def write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone; it is on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folders(folder: Path) -> None:
    """Make the names in a folder and below it durable."""
    for each in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(each)


def sync_folder(folder: Path) -> None:
    """Make the names in one folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
