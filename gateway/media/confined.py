"""Programs that read what strangers have sent: told no secret, given little, ended in time."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gateway.settings import MIB

_CPU_S = 30
_MEMORY_BYTES = 1024 * MIB
# The shell sets the limits and becomes the program; -f counts in 512 bytes, -v in 1024 (POSIX).
_SHELL = 'ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; ulimit -f "$3"; shift 3; exec nice -n 10 "$@"'
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


class ProgramFailedError(Exception):
    """It ended with an error, was too greedy, or took too long."""


def run(command: Sequence[str], *, folder: Path, within_s: float, most_written_bytes: int) -> bytes:
    """Run a program in a folder and return what it printed. Raises: ProgramFailedError.

    No file that it writes may be larger than `most_written_bytes`, what it prints included.
    """
    limits = (str(_CPU_S), str(_MEMORY_BYTES // 1024), str(most_written_bytes // 512))
    with tempfile.TemporaryFile(dir=folder) as printed:
        try:
            subprocess.run(  # noqa: S603 - our own words and paths, nothing that a client has chosen
                ["/bin/sh", "-c", _SHELL, "sh", *limits, *command],
                check=True,
                cwd=folder,
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                timeout=within_s,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise ProgramFailedError from error
        printed.seek(0)
        return printed.read()
