"""Processes of ours that are killed, asked to stop, or stand still."""

import math
import os
import signal
import time
from dataclasses import dataclass, field

from fault.faults.fault import Facts, Fault
from fault.ground import Ground
from fault.traffic import told
from ops.cell import SERVICES
from ops.ports import pick
from ops.processes import applications
from ops.program import Running, is_alive, marked

RELAY, GATEWAY = "relay", "gateway"
_LEADS = "qiaotou_relay_leader"
_WORKER_S, _LEADS_S = 30.0, 15.0
# Longer than anybody may wait for it.
_FROZEN_S = 15.0


def component_of(process: str) -> str:
    """Return what of the fault matrix a process of ours is."""
    return process if process in (RELAY, GATEWAY) else "service"


@dataclass
class Ended:
    """A process is ended by a signal; supervisor starts another."""

    process: str
    by: signal.Signals
    stands_s: float = 2.0
    _took_s: float = field(default=0.0, init=False)

    @property
    def name(self) -> str:
        """E.g. `kill -9 intake`."""
        return f"{'kill -9' if self.by == signal.SIGKILL else 'SIGTERM'} {self.process}"

    @property
    def component(self) -> str:
        """What it strikes."""
        return component_of(self.process)

    def inject(self, ground: Ground) -> None:
        """End it."""
        self._took_s = ground.end(ground.running_pid(self.process), self.by)

    def heal(self, ground: Ground) -> Facts:
        """Wait until the next one is well; `stopped_s` is what ending took."""
        well_s = ground.wait_until_well([self.process])
        return {"stopped_s": round(self._took_s, 3), "well_s": round(well_s, 3)}


@dataclass
class WorkerKilled:
    """One of the gateway's workers is killed; its master starts another."""

    name: str = "kill -9 of one gateway worker"
    component: str = GATEWAY
    stands_s: float = 2.0
    _before: int = field(default=0, init=False)

    def inject(self, ground: Ground) -> None:
        """Kill one of them, whichever."""
        workers = _workers(ground)
        self._before = len(workers)
        ground.end(ground.random.choice(workers), signal.SIGKILL)

    def heal(self, ground: Ground) -> Facts:
        """Wait until there are as many as before."""
        ground.wait(
            lambda: len(_workers(ground)) >= self._before, "the gateway has its workers", within_s=_WORKER_S
        )
        return {"well_s": round(ground.wait_until_well([GATEWAY]), 3)}


@dataclass
class Frozen:
    """A process stands still and holds on to everything that it has, as one that swaps does."""

    process: str
    stands_s: float
    _pid: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """E.g. `SIGSTOP intake`."""
        return f"SIGSTOP {self.process}"

    @property
    def component(self) -> str:
        """What it strikes."""
        return component_of(self.process)

    def inject(self, ground: Ground) -> None:
        """Stop it where it is. Nobody is to blame it that it does not answer meanwhile."""
        self._pid = ground.running_pid(self.process)
        ground.frozen_until[self.process] = math.inf
        os.kill(self._pid, signal.SIGSTOP)

    def heal(self, ground: Ground) -> Facts:
        """Let it go on."""
        if is_alive(self._pid):
            os.kill(self._pid, signal.SIGCONT)
        well_s = ground.wait_until_well([self.process])
        ground.frozen_until[self.process] = time.monotonic()
        return {"well_s": round(well_s, 3)}


@dataclass
class TwoRelays:
    """A second relay runs beside the first, which is killed while it leads."""

    name: str = "two relays, the first killed"
    component: str = RELAY
    stands_s: float = 6.0
    _second: Running | None = field(default=None, init=False)
    _port: int = field(default=0, init=False)

    def inject(self, ground: Ground) -> None:
        """Start the second, then kill the first: one of the two leads."""
        programs = applications(ground.cell, ground.servers, mode=ground.cell.mode)
        program = next(each for each in programs if each.name == RELAY)
        self._port = pick()
        program.environment["QIAOTOU_METRICS_PORT"] = str(self._port)
        self._second = Running(program, ground.cell.logs / "relay-second.log")
        time.sleep(2.0)
        self._second.check()
        ground.end(ground.running_pid(RELAY), signal.SIGKILL)
        ground.wait(self._leads, "one of two relays leads", within_s=_LEADS_S)

    def heal(self, ground: Ground) -> Facts:
        """Stop the second; the first leads again."""
        well_s = ground.wait_until_well([RELAY])
        if self._second is not None:
            self._second.stop()
        return {"well_s": round(well_s, 3)}

    def _leads(self) -> bool:
        """Whether the second leads, for any database."""
        try:
            return told(self._port, _LEADS) > 0
        except OSError:
            # It has not begun to listen.
            return False


def gateway_kinds() -> list[Fault]:
    """Return each fault of the gateway once."""
    return [Ended(GATEWAY, signal.SIGKILL), WorkerKilled()]


def relay_kinds() -> list[Fault]:
    """Return each fault of the relay once."""
    return [Ended(RELAY, signal.SIGKILL), TwoRelays()]


def service_kinds() -> list[Fault]:
    """Return each fault of each service once."""
    ended = [Ended(service, by) for service in SERVICES for by in (signal.SIGKILL, signal.SIGTERM)]
    return [*ended, *(Frozen(service, _FROZEN_S) for service in SERVICES)]


def _workers(ground: Ground) -> list[int]:
    master = ground.running_pid(GATEWAY)
    return sorted(pid for pid, parent in marked(ground.cell.folder).items() if parent == master)
