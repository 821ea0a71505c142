"""What comes from Debian's packages, without any service of the machine being started by it."""

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.errors import Unready
from ops.rabbitmq import server_script

RABBITMQ, LIBMAGIC, PROMETHEUS, FFMPEG = "rabbitmq-server", "libmagic1", "prometheus", "ffmpeg"
FAKETIME = "faketime"
_POLICY = Path("/usr/sbin/policy-rc.d")
_REFUSE = "#!/bin/sh\n# Present only while ./qiaotou installs a package: start no service.\nexit 101\n"
_NO_RABBITMQ = (
    "RabbitMQ is not installed. Install Debian's package (sudo apt-get install rabbitmq-server), or run\n"
    "  docker run -d -p 5672:5672 -p 15672:15672 rabbitmq:3.10-management\n"
    "  docker exec <its name> rabbitmq-plugins enable rabbitmq_consistent_hash_exchange\n"
    "and set AMQP_URI=amqp://guest:guest@127.0.0.1:5672/ before ./qiaotou up."
)
_NO_LIBMAGIC = "libmagic, which tells uploads apart, is not installed: sudo apt-get install libmagic1"
_NO_PROMETHEUS = (
    "Prometheus, which the dashboard is tested with, is not installed: sudo apt-get install prometheus"
)
_NO_FAKETIME = (
    "faketime, by which a process's clock is wrong, is not installed: sudo apt-get install faketime"
)
_NO_FFMPEG = "ffmpeg, without which videos are refused, is not installed: sudo apt-get install ffmpeg"


def missing(*, broker: bool) -> dict[str, str]:
    """Return the packages that are absent, each with what a person can do about it."""
    absent = {}
    if broker and server_script() is None:
        absent[RABBITMQ] = _NO_RABBITMQ
    if ctypes.util.find_library("magic") is None:
        absent[LIBMAGIC] = _NO_LIBMAGIC
    return absent


def wanted() -> dict[str, str]:
    """Return the absent packages that a cell does without: it then takes less."""
    return {} if all(map(shutil.which, ("ffmpeg", "ffprobe"))) else {FFMPEG: _NO_FFMPEG}


def missing_for_tests() -> dict[str, str]:
    """Return what the tests of videos, of the dashboard, of the alerts and of wrong clocks need besides."""
    found = all(map(shutil.which, ("prometheus", "promtool")))
    absent = {} if found else {PROMETHEUS: _NO_PROMETHEUS}
    return wanted() | absent | ({} if shutil.which("faketime") else {FAKETIME: _NO_FAKETIME})


def ensure(*, broker: bool) -> None:
    """Install what a cell needs and is absent. Raises: Unready."""
    _install(lambda: missing(broker=broker))


def obtain_wanted() -> dict[str, str]:
    """Install what a cell can do without, where that may be done; return what is absent still."""
    with suppress(Unready):
        _install(wanted)
    return wanted()


def ensure_for_tests() -> None:
    """Install what the tests need besides. Raises: Unready."""
    _install(missing_for_tests)


def _install(look: Callable[[], dict[str, str]]) -> None:
    """Install what `look` finds absent, where that may be done. Raises: Unready."""
    if not (absent := look()):
        return
    root = _as_root()
    if root is None or shutil.which("apt-get") is None:
        raise Unready("\n".join(absent.values()))
    with _no_service_starts(root):
        _run([*root, "apt-get", "update", "-q"])
        _run([*root, "apt-get", "install", "-q", "-y", "--no-install-recommends", *absent])
    if still := look():
        raise Unready("\n".join(still.values()))


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    allowed = subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0
    return [sudo, "-n"] if allowed else None


@contextmanager
def _no_service_starts(root: list[str]) -> Iterator[None]:
    """Keep Debian from starting what it installs; a policy that the machine has is left as it is."""
    if _POLICY.exists():
        yield
        return
    _run([*root, "sh", "-c", f"printf '%s' \"$1\" > {_POLICY} && chmod 755 {_POLICY}", "sh", _REFUSE])
    try:
        yield
    finally:
        _run([*root, "rm", "-f", str(_POLICY)])


def _run(command: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-800:]
        raise Unready(f"{' '.join(command)} failed:\n{said}\n\n{_NO_RABBITMQ}")
