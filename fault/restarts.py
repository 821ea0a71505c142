"""Processes that are asked to stop and started again, and what has to be done again for it."""

import time
from collections import Counter

from fault.ground import Ground
from fault.traffic import Traffic
from ops.cell import SERVICES


class Restarts:
    """Counts from its making on: how often, how long a stop took at most, and what came twice.

    `delivered_again` is what the broker delivered a second time, by the process that was restarted.
    """

    def __init__(self, ground: Ground, traffic: Traffic) -> None:
        self._ground = ground
        self._traffic = traffic
        self._delivered_before = traffic.came_again()
        # A process counts from its own start.
        self._duplicates_before = {name: traffic.duplicates(name) for name in SERVICES}
        self._duplicates_of_the_ended = 0
        self.count = 0
        self.longest_stop_s = 0.0
        self.delivered_again: Counter[str] = Counter()

    def stop_and_start(self, name: str) -> None:
        """Stop one by SIGTERM and start it again; whoever asks waits until it is well."""
        if name in self._duplicates_before:
            self._duplicates_of_the_ended += self._duplicates_of(name)
            self._duplicates_before[name] = 0
        began = time.monotonic()
        self._ground.supervisor.stop([name])
        self.longest_stop_s = max(self.longest_stop_s, round(time.monotonic() - began, 3))
        self._ground.supervisor.launch([name])
        self.count += 1

    def is_well_again(self, name: str) -> None:
        """Note what came again because of this restart."""
        so_far = self._delivered_before + self.delivered_again.total()
        self.delivered_again[name] += self._traffic.came_again() - so_far

    def executed_twice(self) -> int:
        """Return how many messages came again to an inbox that had applied them."""
        return self._duplicates_of_the_ended + sum(map(self._duplicates_of, SERVICES))

    def _duplicates_of(self, name: str) -> int:
        now, before = self._traffic.duplicates(name), self._duplicates_before[name]
        # One that has died by itself meanwhile counts from nothing.
        return now - before if now >= before else now
