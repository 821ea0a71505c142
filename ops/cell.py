"""A cell: one folder with its ports, its secrets and the data of its servers."""

import fcntl
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from ops import ports
from ops.errors import Unready

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_FOLDER = REPOSITORY / "var" / "cell"
TEST_FOLDER = REPOSITORY / "var" / "test"

SERVICES = ("registry", "intake", "dispatch", "governance", "notify")
DATABASES = (*SERVICES, "gateway")
OBSERVED = (*SERVICES, "relay", "gateway")
PORTS = (
    "gateway",
    "postgres",
    "amqp",
    "amqp-dist",
    "epmd",
    "rabbitmq-metrics",
    *(f"{process}-metrics" for process in OBSERVED),
)
PREFERRED_GATEWAY_PORT = 8480
_LONGEST_SOCKET_PATH = 100


class Cell:
    """Where everything of one cell stands. Made on first use, the same on every later one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        for each in (self.folder, self.run, self.logs, self.media, self.departments):
            each.mkdir(parents=True, exist_ok=True)
        for each in (self.run, self.logs, self.media, self.departments):
            each.chmod(0o700)

    @property
    def run(self) -> Path:
        """Sockets, locks, generated configuration."""
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.folder / "log"

    @property
    def media(self) -> Path:
        """What was uploaded."""
        return self.folder / "media"

    @property
    def departments(self) -> Path:
        """One file of settings for each department's software."""
        return self.folder / "departments"

    @property
    def digest(self) -> str:
        """A short name that no cell of another folder has."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """The name that its databases and its virtual host bear: `qiaotou` for the usual cell."""
        own = re.sub(r"\W+", "_", self.folder.name.lower())
        return "qiaotou" if own == DEFAULT_FOLDER.name else f"qiaotou_{own}"[:40]

    @cached_property
    def socket(self) -> Path:
        """The supervisor's socket; elsewhere where this folder's path is too long for one."""
        here = self.run / "supervisor.sock"
        if len(os.fsencode(here)) <= _LONGEST_SOCKET_PATH:
            return here
        folder = Path(tempfile.gettempdir()) / f"qiaotou-{os.geteuid()}-{self.digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.geteuid():
            raise Unready(f"{folder} belongs to somebody else; move this folder to a shorter path.")
        return folder / "supervisor.sock"

    @cached_property
    def ports(self) -> dict[str, int]:
        """The port of each listener, chosen once."""
        with self.locked("ports"):
            known = _read(self.folder / "ports.json")
            chosen = {name: int(str(known[name])) for name in PORTS if name in known}
            for name in PORTS:
                if name not in chosen:
                    chosen[name] = self._choose(name, chosen.values())
            _write(self.folder / "ports.json", chosen)
            return chosen

    def replace_taken_ports(self) -> list[str]:
        """Choose others for ports that somebody took while the cell was down; return their names."""
        taken = [name for name, port in self.ports.items() if not ports.is_free(port)]
        with self.locked("ports"):
            for name in taken:
                self.ports[name] = self._choose(name, self.ports.values())
            _write(self.folder / "ports.json", self.ports)
        return taken

    @property
    def mode(self) -> str:
        """What it was last started as; `production`, the strictest, where nobody has said."""
        path = self.run / "mode"
        return path.read_text(encoding="utf-8") if path.exists() else "production"

    def remember_mode(self, mode: str) -> None:
        """Keep what it is started as: later commands go by it."""
        (self.run / "mode").write_text(mode, encoding="utf-8")

    def secret(self, name: str) -> str:
        """Return the random secret of this name, made at the first call and kept, mode 0600."""
        known = _read(self._secrets)
        if name not in known:
            with self.locked("secrets"):
                known = _read(self._secrets)
                known.setdefault(name, secrets.token_urlsafe(24))
                _write(self._secrets, known)
        return str(known[name])

    @property
    def sealing_version(self) -> int:
        """The version of the key that persons are sealed under."""
        path = self.folder / "sealing-version"
        return int(path.read_text(encoding="utf-8")) if path.exists() else 1

    def raise_sealing_version(self) -> int:
        """Let the processes started from now on seal under a new key; the older ones stay, to open by."""
        with self.locked("sealing"):
            version = self.sealing_version + 1
            (self.folder / "sealing-version").write_text(str(version), encoding="utf-8")
        return version

    def secrets(self) -> dict[str, str]:
        """Return every secret that was made by now."""
        return {name: str(value) for name, value in _read(self._secrets).items()}

    def adopt(self, secrets: dict[str, str], *, sealing_version: int) -> None:
        """Take over the secrets of the cell whose data this one is given."""
        with self.locked("secrets"):
            _write(self._secrets, secrets)
        (self.folder / "sealing-version").write_text(str(sealing_version), encoding="utf-8")

    def adopt_ports(self, ports: dict[str, int]) -> None:
        """Listen where another cell did, as far as its ports are free here at the start."""
        with self.locked("ports"):
            _write(self.folder / "ports.json", ports)
        self.__dict__.pop("ports", None)

    def forget_everything(self) -> None:
        """Throw its secrets, ports and name of the day away; what its servers held has gone before."""
        for name in ("secrets.json", "sealing-version", "ports.json", "restoring"):
            (self.folder / name).unlink(missing_ok=True)

    def forget_secret(self, name: str) -> None:
        """Let the next call for this secret make another; whoever was given the old one keeps it."""
        with self.locked("secrets"):
            known = _read(self._secrets)
            known.pop(name, None)
            _write(self._secrets, known)

    @property
    def _secrets(self) -> Path:
        return self.folder / "secrets.json"

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the lock of this name; whoever else asks for it waits."""
        with (self.run / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _choose(self, name: str, taken: Iterable[int]) -> int:
        preferred = PREFERRED_GATEWAY_PORT
        # Only the cell that people start: tests must not be in its way.
        usual = name == "gateway" and self.folder == DEFAULT_FOLDER
        return (
            preferred if usual and preferred not in taken and ports.is_free(preferred) else ports.pick(taken)
        )


def _read(path: Path) -> dict[str, object]:
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _write(path: Path, values: Mapping[str, object]) -> None:
    """Replace the file as a whole, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(values, file, indent=2)
    fresh.replace(path)
