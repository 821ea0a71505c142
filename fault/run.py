"""One fault run, phase by phase: calm, storm, rolling restarts, a backlog, settling."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fault.deliveries import Deliveries
from fault.faults.fault import Facts, Fault
from fault.figures import NEVER
from fault.ground import Ground
from fault.history import FAULTS, Log, Struck, heard
from fault.leftovers import LeftOver, left_over
from fault.load.loops import REST, Loops, Pace
from fault.restarts import Restarts
from fault.scale import Scale
from fault.showing import Line
from fault.traffic import Traffic, percentile
from ops.cell import OBSERVED
from ops.draining import watching
from ops.errors import Unready
from ops.startup import wait_until
from ops.status import OK, components

_WELL_S, _DELIVERED_S, _BACKLOG_S, _DRAINED_S = 90.0, 60.0, 300.0, 180.0
_LOADED_S, _STUCK_S, _LOOK_S, _BEHIND_S = 1800.0, 120.0, 5.0, 60.0
# What faults tell of themselves: the second has to be as many as the first.
_ALIKE = (
    ("poison", "parked"),
    ("bystanders", "applied"),
    ("held", "again"),
    ("asked", "again"),
    ("flooded", "answered"),
    ("tried", "refused"),
)
# Nobody doubts: that orders do not come is what is wanted.
_EVERYBODY = Pace(10_000.0, 1_000_000, doubts=False)


@dataclass
class Found:
    """What the phases have measured."""

    faults: list[Struck] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    outbox_lag_p99_s: float = NEVER
    backlog: int = 0
    drained_s: float = NEVER
    restarts: int = 0
    longest_stop_s: float = 0.0
    executed_twice: int = -1
    delivered_again: dict[str, int] = field(default_factory=dict)
    left_over: LeftOver | None = None


class Run:
    """One run on one ground."""

    def __init__(
        self, ground: Ground, loops: Loops, deliveries: Deliveries, *, scale: Scale, line: Line, folder: Path
    ) -> None:
        self.ground = ground
        self._loops = loops
        self._deliveries = deliveries
        self._scale = scale
        self._line = line
        self._folder = folder
        self._log = Log(folder / FAULTS)
        self._traffic = Traffic(ground.cell, ground.servers)
        self.found = Found()

    def calm(self) -> None:
        """Let the load run undisturbed, and see how late messages are sent."""
        self._line.phase("calm 平静")
        self._loops.at(self._scale.calm)
        time.sleep(3.0)
        since = time.time()
        time.sleep(self._scale.calm_s)
        until = time.time()
        wait_until(lambda: self._traffic.unsent() == 0, seconds=10)
        lags = self._traffic.lags(since, until)
        self.found.outbox_lag_p99_s = percentile(lags, 0.99)
        took = f"p99 {self.found.outbox_lag_p99_s:.3f} s of {len(lags):,} messages"
        self._line.done("outbox lag 发件延迟", took)

    def storm(self, faults: list[Fault]) -> None:
        """Strike with one fault after the other."""
        self._line.phase("storm 风暴")
        self._loops.at(self._scale.storm)
        for number, fault in enumerate(faults, start=1):
            self._line.doing(f"fault 故障 {number}/{len(faults)} {fault.name}")
            struck = self._strike(fault)
            self.found.faults.append(struck)
            self._log.write(struck)
            self._line.struck(number, len(faults), struck)
            time.sleep(self._scale.pause_s)

    def _strike(self, fault: Fault) -> Struck:
        injected_at, pids, was_injected = time.time(), self._pids(), False
        try:
            fault.inject(self.ground)
            was_injected = True
            time.sleep(fault.stands_s)
        except Exception as error:  # noqa: BLE001 - one fault that fails must not end the run; it is told
            self._trouble(f"{fault.name} could not be injected: {error!r}")
        healed_at = time.time()
        self._deliveries.count_from_now()
        facts, first_s = self._heal(fault)
        self._wait_until_well(fault.name)
        for name in died_by_themselves(pids, self._pids(), fault, facts):
            self._trouble(f"{fault.name}: {name} is another process than before, which nobody has asked for")
        return Struck(
            name=fault.name,
            component=fault.component,
            injected_at=injected_at,
            healed_at=healed_at,
            first_delivery_s=first_s,
            was_injected=was_injected,
            facts=dict(facts),
        )

    def _heal(self, fault: Fault) -> tuple[Facts, float]:
        """End a fault; return what it tells, and how many seconds the first delivery took."""
        facts: Facts = {}
        try:
            facts = fault.heal(self.ground)
        except Exception as error:  # noqa: BLE001 - as above
            self._trouble(f"{fault.name} could not be healed: {error!r}")
        for words in short_of(facts):
            self._trouble(f"{fault.name}: {words}")
        first_s = self._deliveries.first_s(within_s=_DELIVERED_S)
        if first_s is None:
            self._trouble(f"{fault.name}: nothing was delivered within {_DELIVERED_S:.0f} s")
        return facts, NEVER if first_s is None else round(first_s, 3)

    def rolling(self) -> None:
        """Restart every process of ours by SIGTERM, round after round, under load."""
        self._line.phase("rolling restarts 滚动重启")
        # What the last fault had sent a second time is not the restarts' doing.
        self._loops.at(REST)
        with self._loops.holding_back():
            time.sleep(2.0)
            self._drain()
        self._loops.at(self._scale.storm)
        restarts = Restarts(self.ground, self._traffic)
        names = [name for _ in range(self._scale.rounds) for name in OBSERVED]
        for number, name in enumerate(names, start=1):
            self._line.doing(f"{number}/{len(names)} {name}")
            restarts.stop_and_start(name)
            self._wait_until_well(f"SIGTERM {name}")
            restarts.is_well_again(name)
        self.found.restarts, self.found.longest_stop_s = restarts.count, restarts.longest_stop_s
        self.found.executed_twice = restarts.executed_twice()
        self.found.delivered_again = {
            name: count for name, count in restarts.delivered_again.items() if count
        }
        again = ", ".join(f"{count} to {name}" for name, count in self.found.delivered_again.items())
        took = f"longest stop {restarts.longest_stop_s} s, delivered again: {again or 'nothing'}"
        self._line.done(f"{restarts.count} restarts", took)

    def top_up(self) -> None:
        """Go on until enough has been accepted."""
        wanted = self._scale.accepted - self._scale.backlog // 3
        if len(self._loops.tally.accepted) < wanted:
            self._line.phase("load 负载")
            self._loops.at(self._scale.storm)
            self._wait(lambda: len(self._loops.tally.accepted) >= wanted, _LOADED_S, "enough accepted")

    def backlog(self) -> None:
        """Let messages pile up while the relay is away, then see how long sending them takes."""
        self._line.phase("backlog 积压")
        supervisor, loops = self.ground.supervisor, self._loops
        supervisor.stop(["relay"])
        loops.at(_EVERYBODY)
        enough = self._scale.backlog
        self._wait(lambda: self._traffic.unsent() >= enough, _BACKLOG_S, f"{enough:,} unsent")
        loops.at(REST)
        with loops.holding_back():
            time.sleep(2.0)
            self.found.backlog, last = self._traffic.unsent(), self._traffic.last()
            self._line.doing(f"{self.found.backlog:,} unsent")
            began = time.monotonic()
            supervisor.launch(["relay"])
            self._wait(lambda: not self._traffic.unsent_up_to(last), _DRAINED_S, "the backlog is sent")
            sent_s = time.monotonic() - began
            self._drain()
            self.found.drained_s = round(time.monotonic() - began, 3)
        took = f"sent after {sent_s:.1f} s, all queues empty after {self.found.drained_s:.1f} s"
        self._line.done(f"{self.found.backlog:,} messages", took)

    def _drain(self) -> None:
        """Wait until nothing is under way. Whoever looks for long at once is forgotten by the broker."""
        servers, until = self.ground.servers, time.monotonic() + _DRAINED_S
        while True:
            try:
                with watching(servers.databases, servers.broker) as looking:
                    looking.drain(within_s=_LOOK_S)
            except Unready as error:
                if time.monotonic() > until:
                    self._trouble(str(error))
                    return
            else:
                return

    def settle(self) -> None:
        """Let every loop that was begun come to its end."""
        self._line.phase("settling 收尾")
        self._loops.at(REST)
        tally = self._loops.tally
        ended, since = 0, time.monotonic()
        while tally.alive > 0 and time.monotonic() - since < _STUCK_S:
            if len(tally.archived) > ended:
                ended, since = len(tally.archived), time.monotonic()
            time.sleep(0.1)
        if tally.alive > 0:
            self._trouble(f"{tally.alive} loops have not ended, and none has for {_STUCK_S:.0f} s.")
        self._line.done(f"{len(tally.accepted):,} accepted, {len(tally.archived):,} archived")
        for words, times in self._loops.refusals().items():
            self._trouble(f"refused {times} times: {words}")
        for words, times in self._loops.surprises.items():
            self._trouble(f"answered {times} times: {words}")

    def look_behind(self, departments: Iterable[str]) -> None:
        """Wait until every service has made of what it was told what it has to, and see that it has."""
        self._line.phase("looking behind 查库")
        url, until = self.ground.servers.databases.url, time.monotonic() + _BEHIND_S
        noted = {each.event_id for each in heard(self._folder)}
        while True:
            found = left_over(url, heard=noted, departments=departments)
            if not any(found) or time.monotonic() > until:
                break
            time.sleep(2.0)
        self.found.left_over = found
        self._line.done("left over 遗留", ", ".join(f"{name} {n}" for name, n in found._asdict().items()))

    def _pids(self) -> dict[str, int]:
        known = self.ground.supervisor.processes()
        return {name: known[name].pid for name in OBSERVED}

    def _wait_until_well(self, after: str) -> None:
        def well() -> bool:
            return all(each.state == OK for each in components(self.ground.cell))

        self._wait(well, _WELL_S, f"all is well after {after}")

    def _wait(self, condition: Callable[[], bool], seconds: float, about: str) -> None:
        if not wait_until(condition, seconds=seconds):
            self._trouble(f"Not within {seconds:.0f} s: {about}.")

    def _trouble(self, words: str) -> None:
        self.found.troubles.append(words[:300])
        self._line.trouble(words[:300])


def died_by_themselves(
    before: Mapping[str, int], after: Mapping[str, int], fault: Fault, facts: Facts
) -> list[str]:
    """Return the processes of ours that have another pid, though the fault was not to end them."""
    ended = {fault.component, fault.name.rpartition(" ")[2]}
    if facts.get("allowed_exits"):
        ended.add(str(facts["service"]))
    return [name for name, pid in after.items() if pid != before[name] and name not in ended]


def short_of(facts: Facts) -> list[str]:
    """Return in words what a fault found less of than there had to be."""
    return [
        f"of {facts[wanted]} {wanted} {facts.get(found, 0)} {found}"
        for wanted, found in _ALIKE
        if wanted in facts and facts[wanted] != facts.get(found)
    ]
