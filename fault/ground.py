"""What a fault may touch: the cell, its servers, its processes, the links between them."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from fault.links import Links
from ops.cell import Cell
from ops.errors import Unready
from ops.program import is_alive
from ops.servers import Servers
from ops.startup import wait_until
from ops.status import is_well
from ops.supervision import Supervisor

_WELL_S, _DEAD_S = 90.0, 40.0


@dataclass(frozen=True)
class Ground:
    """One running cell, and the randomness of the run.

    `frozen_until`: until when (monotonic seconds) a process stood still on purpose; infinity while it does.
    """

    cell: Cell
    servers: Servers
    supervisor: Supervisor
    random: Random
    links: Links
    frozen_until: dict[str, float] = field(default_factory=dict)

    def pid(self, process: str) -> int:
        """Return the pid of a process, 0 while it is down."""
        return self.supervisor.processes()[process].pid

    def running_pid(self, process: str) -> int:
        """Return the pid of a process, waiting until it has one. Raises: Unready."""
        found: list[int] = []

        def runs() -> bool:
            found[:] = [self.pid(process)]
            return found[0] != 0

        self.wait(runs, f"{process} has a pid")
        return found[0]

    def end(self, pid: int, number: signal.Signals) -> float:
        """Send a process a signal that ends it; return how many seconds it took. Raises: Unready."""
        began = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        self.wait(lambda: not is_alive(pid), f"process {pid} has ended", within_s=_DEAD_S)
        return time.monotonic() - began

    def wait_until_well(self, processes: Iterable[str]) -> float:
        """Wait until these processes of ours are well; return for how many seconds. Raises: Unready."""
        began = time.monotonic()
        for name in processes:
            self.wait(lambda name=name: is_well(self.cell, name), f"{name} is well")  # type: ignore[misc]
        return time.monotonic() - began

    def wait(self, condition: Callable[[], bool], about: str, *, within_s: float = _WELL_S) -> None:
        """Wait until it holds. Raises: Unready where it does not in time."""
        if not wait_until(condition, seconds=within_s):
            raise Unready(f"Not within {within_s:.0f} s: {about}.")
