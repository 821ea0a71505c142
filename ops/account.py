"""The unprivileged user of PostgreSQL and RabbitMQ, and a folder that it can reach.

PostgreSQL refuses to run as root and RabbitMQ should not. No user is created for them: one that the
machine has is taken. Where it cannot pass through to the cell's folder (a clone under a
home of mode 0700), nobody's permissions are changed: the servers' data goes to a private
folder under /var/lib, named by the cell's path, and `elsewhere` in the cell's folder is a link to it.
"""

import os
import pwd
import subprocess
from pathlib import Path

from ops.cell import Cell
from ops.errors import Unready
from ops.program import as_user

_ELSEWHERE = Path("/var/lib/qiaotou")
_CANDIDATES = ("qiaotou", "postgres", "rabbitmq", "nobody")


def is_root() -> bool:
    """Say whether this process may become another user."""
    return os.geteuid() == 0


def unprivileged(*preferred: str) -> str | None:
    """Return the user that a server runs as, None where that is the caller."""
    if not is_root():
        return None
    for name in (*preferred, *_CANDIDATES):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Unready("Run this as a user other than root: there is no unprivileged user on this machine.")


def reaches(user: str | None, path: Path) -> bool:
    """Say whether this user may enter a folder, or run a file."""
    if user is None:
        return os.access(path, os.X_OK)
    asked = subprocess.run(["test", "-x", str(path)], check=False, **as_user(user))  # type: ignore[call-overload]
    return bool(asked.returncode == 0)


def server_folder(cell: Cell, user: str | None) -> Path:
    """Return the folder for the servers' data: the cell's own wherever the user can reach it."""
    link = cell.folder / "elsewhere"
    if link.is_symlink():
        return link.resolve()
    if reaches(user, cell.folder):
        return cell.folder
    folder = _ELSEWHERE / cell.digest
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    link.symlink_to(folder)
    return folder


def give(path: Path, user: str | None) -> None:
    """Make this folder, for this user alone."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
