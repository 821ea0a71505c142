"""One process of the toy, and waiting for what it does."""

import itertools
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from ops.cell import REPOSITORY, Cell
from ops.ports import pick
from ops.program import MARK, Program, Running

_NUMBERS = itertools.count(1)


def eventually(check: Callable[[], Any], *, within_s: float = 60.0, every_s: float = 0.02) -> Any:
    """Return the first true answer. Raises: AssertionError with the last one where none comes in time."""
    until = time.monotonic() + within_s
    while not (answer := check()):
        assert time.monotonic() < until, f"still {answer!r} after {within_s} s"
        time.sleep(every_s)
    return answer


class Process:
    """One process of the toy: `python -m chassis.run` or the relay."""

    def __init__(self, cell: Cell, name: str, command: tuple[str, ...], environment: dict[str, str]) -> None:
        self.metrics_port = pick()
        number = next(_NUMBERS)
        self.log = cell.logs / f"{name}-{number}.log"
        self._running = Running(
            Program(
                name=name,
                command=(sys.executable, "-W", "ignore", *command),
                environment={
                    MARK: str(cell.folder),
                    "PYTHONPATH": str(REPOSITORY),
                    "QIAOTOU_METRICS_PORT": str(self.metrics_port),
                    "QIAOTOU_MODE": "test",
                }
                | environment,
                directory=REPOSITORY,
            ),
            self.log,
        )
        self.pid = self._running.process.pid

    def wait_until_well(self, *, within_s: float = 60.0) -> "Process":
        eventually(lambda: self._alive() and self.health()[0] == 200, within_s=within_s)
        return self

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of `/health`; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/health", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, {}

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels."""
        return sum(self.series(name))

    def series(self, name: str) -> list[float]:
        """Return a metric for each of its labels; none where it was never told."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return [float(line.split()[-1]) for line in lines if line.split("{")[0].split(" ")[0] == name]

    def is_running(self) -> bool:
        return self._running.process.poll() is None

    def signal(self, number: int) -> None:
        self._running.process.send_signal(number)

    def wait(self, timeout_s: float = 15.0) -> int:
        """Return the exit code, negative for a signal."""
        return self._running.process.wait(timeout_s)

    def kill(self) -> None:
        self._running.process.kill()
        self.wait()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self._running.stop()
        return self.wait()

    def _alive(self) -> bool:
        assert self.is_running(), self.log.read_text()[-3000:]
        return True
