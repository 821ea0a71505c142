"""One process of a cell: what is run, by whom, and how it is stopped."""

import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec

from ops.errors import Unready

# Every process bears it, so that those of one cell can be told from all others after a crash.
MARK = "QIAOTOU_CELL"
_ZOMBIE = "Z"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A command with its environment. `user` is given where it must not run as the caller."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    directory: Path
    user: str | None = None
    stop_signal: str = "TERM"
    stop_wait_s: int = 30


def inherited() -> dict[str, str]:
    """Return the part of this process's environment that a cell's processes are given."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8"} | {
        name: os.environ[name] for name in _KEPT if name in os.environ
    }


class Running:
    """A program that was started directly, without a supervisor."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                program.command,
                env=inherited() | program.environment,
                cwd=program.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(program.user),  # type: ignore[call-overload]
            )

    def check(self) -> None:
        """Raises: Unready where it has ended already."""
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise Unready(f"{self.program.name} ended with {self.process.returncode}:\n{tail}")

    def stop(self) -> None:
        """Stop it as it wants to be stopped, and by force when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.Signals[f"SIG{self.program.stop_signal}"])
        try:
            self.process.wait(self.program.stop_wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def as_user(name: str | None) -> dict[str, object]:
    """Return what `subprocess` needs to run something as this user."""
    if name is None:
        return {}
    return {"user": name, "group": _group_of(name), "extra_groups": []}


def _group_of(user: str) -> int:
    import pwd  # noqa: PLC0415 - there is none on systems where nobody changes user

    return pwd.getpwnam(user).pw_gid


def marked(folder: Path) -> dict[int, int]:
    """Return the processes that bear the mark of the cell in `folder`, as pid -> parent's pid."""
    wanted = f"{MARK}={folder}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                state, parent = _state(entry)
                if state != _ZOMBIE:
                    found[int(entry.name)] = parent
        except OSError:
            continue
    return found


def is_alive(pid: int) -> bool:
    """Say whether this process runs; one that has ended and that nobody has reaped does not."""
    try:
        return _state(Path("/proc") / str(pid))[0] != _ZOMBIE
    except OSError:
        return False


def _state(entry: Path) -> tuple[str, int]:
    """Return a process's state and its parent's pid."""
    status = (entry / "stat").read_text().rpartition(")")[2].split()
    return status[0], int(status[1])


def end_marked(folder: Path, *, patience_s: float = 20) -> list[int]:
    """End what a crash left of a cell: the eldest first and kindly, then all and by force."""
    left = marked(folder)
    for pid in (pid for pid, parent in left.items() if parent not in left):
        # PostgreSQL takes SIGTERM as "when everybody has gone"; SIGINT does not wait for them.
        _signal([pid], signal.SIGINT if _is_postgres(pid) else signal.SIGTERM)
    until = time.monotonic() + patience_s
    while (alive := marked(folder)) and time.monotonic() < until:
        time.sleep(0.1)
    _signal(list(alive), signal.SIGKILL)
    return sorted(left)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _is_postgres(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
    except OSError:
        return False
