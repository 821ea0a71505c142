"""Somebody without any rights on the machine, with a bare environment and two impatient hands."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cell import REPOSITORY
from ops.program import marked

# The machine's own servers, which nobody may touch.
OTHERS = ("/etc/rabbitmq", "/var/lib/rabbitmq", "/etc/postgresql", "/usr/sbin/policy-rc.d")
NOBODY = "nobody"
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


class Clone:
    """A copy of what is committed or about to be, used by somebody with a bare environment.

    Run by root, it is handed to `nobody`; whoever is not root is such a somebody already.
    """

    def __init__(self, parent: Path) -> None:
        self.home = parent / "home"
        self.folder = self.home / "qiaotou"
        self.folder.mkdir(parents=True)
        self._user = NOBODY if os.geteuid() == 0 else None
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            capture_output=True,
            check=True,
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (REPOSITORY / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, self.folder / name)
        if self._user is not None:
            subprocess.run(["chown", "-R", self._user, str(self.home)], check=True)

    @property
    def cell(self) -> Path:
        return self.folder / "var" / "cell"

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `./qiaotou` from somewhere else, as a person's shell would."""
        entry = None if self._user is None else pwd.getpwnam(self._user)
        return subprocess.Popen(
            # Whoever starts the tests in the background has them, and us, ignore Ctrl-C.
            ["env", "--default-signal=INT", str(self.folder / "qiaotou"), *arguments],
            cwd="/",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=entry and entry.pw_uid,
            group=entry and entry.pw_gid,
            extra_groups=entry and [],
        )

    def run(self, *arguments: str, expect: int = 0) -> str:
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=1800)
        assert process.returncode == expect, printed
        return printed

    def remove(self) -> None:
        if (self.folder / ".venv").exists():
            self.run("down")
        shutil.rmtree(self.home, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
        home = str(self.home) if self._user else os.environ.get("HOME", "/root")
        return kept | {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": home,
            "LANG": "C.UTF-8",
        }


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    parent = Path(tempfile.mkdtemp(prefix="qiaotou-fresh-"))
    parent.chmod(0o755)
    made = Clone(parent)
    yield made
    made.remove()
    shutil.rmtree(parent, ignore_errors=True)


def test_two_starts_at_once_make_one_cell_and_touch_nothing_of_others(clone: Clone) -> None:
    before = _untouched()
    both = [clone.start("up", "--detach") for _ in range(2)]
    printed = [process.communicate(timeout=1800)[0] for process in both]
    for process, text in zip(both, printed, strict=True):
        assert process.returncode == 0, text
    assert sorted("It is running already." in each for each in printed) == [False, True]
    assert _untouched() == before
    assert "✗" not in clone.run("doctor")


def test_nothing_is_left_in_the_home(clone: Clone) -> None:
    assert {path.name for path in clone.home.iterdir()} - {"qiaotou", ".cache"} == set()


def test_secrets_are_for_their_owner_alone(clone: Clone) -> None:
    for path in (clone.cell / "secrets.json", clone.cell / "departments" / "CGJ.env"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_it_comes_back_as_it_was_after_everything_was_killed(clone: Clone) -> None:
    before = _own_ports(clone)
    for pid in marked(clone.cell):
        os.kill(pid, signal.SIGKILL)
    clone.run("status", expect=1)
    assert "Everything is stopped" in clone.run("down")
    assert not marked(clone.cell)
    clone.run("up", "--detach")
    assert _own_ports(clone) == before
    clone.run("down")
    assert not marked(clone.cell)


def test_ctrl_c_stops_all_of_it(clone: Clone) -> None:
    clone.run("down")
    with clone.start("up") as process:
        assert process.stdout is not None
        printed = ""
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        assert len(marked(clone.cell)) > 9
        os.killpg(process.pid, signal.SIGINT)
        printed += process.communicate(timeout=300)[0]
    assert process.returncode == 0, printed
    assert not marked(clone.cell)


def _own_ports(clone: Clone) -> dict[str, int]:
    """Return the cell's ports but the gateway's: 8480 may be taken by another cell meanwhile."""
    known = json.loads((clone.cell / "ports.json").read_text())
    return {name: port for name, port in known.items() if name != "gateway"}


def _untouched() -> dict[str, float | None]:
    """Return when what belongs to others was changed last."""
    return {name: Path(name).stat().st_mtime if Path(name).exists() else None for name in OTHERS}
