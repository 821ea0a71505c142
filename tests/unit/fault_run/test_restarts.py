"""What came twice because processes were restarted is counted over processes that have ended, too."""

from types import SimpleNamespace
from typing import Any, cast

from fault.ground import Ground
from fault.restarts import Restarts
from fault.traffic import Traffic
from ops.cell import SERVICES


class Counting:
    """The counters of a cell: each process's own begins at nothing when it is started."""

    def __init__(self) -> None:
        self.by_service = dict.fromkeys(SERVICES, 0)
        self.delivered = 7
        self.started: list[str] = []

    def duplicates(self, service: str) -> int:
        return self.by_service[service]

    def came_again(self) -> int:
        return self.delivered

    def stop(self, _names: list[str]) -> None:
        """Stop at once."""

    def launch(self, names: list[str]) -> None:
        self.started += names
        self.by_service.update(dict.fromkeys(set(names) & self.by_service.keys(), 0))


def counted() -> tuple[Restarts, Counting]:
    counting = Counting()
    counting.by_service["notify"] = 40
    ground: Any = SimpleNamespace(supervisor=counting)
    return Restarts(cast("Ground", ground), cast("Traffic", counting)), counting


def test_what_came_twice_before_the_first_restart_does_not_count() -> None:
    restarts, _ = counted()
    restarts.stop_and_start("notify")
    assert restarts.executed_twice() == 0


def test_what_comes_twice_counts_before_and_after_a_restart() -> None:
    restarts, counting = counted()
    counting.by_service["notify"] += 2
    restarts.stop_and_start("notify")
    counting.by_service["notify"] += 3
    counting.by_service["intake"] += 4
    restarts.stop_and_start("notify")
    restarts.stop_and_start("relay")
    assert restarts.executed_twice() == 2 + 3 + 4
    assert (restarts.count, counting.started) == (3, ["notify", "notify", "relay"])


def test_a_process_that_dies_by_itself_takes_nothing_off_the_count() -> None:
    restarts, counting = counted()
    counting.by_service["notify"] = 0
    assert restarts.executed_twice() == 0
    counting.by_service["notify"] = 5
    assert restarts.executed_twice() == 5


def test_what_is_delivered_again_is_told_by_restart() -> None:
    restarts, counting = counted()
    for name, more in (("intake", 0), ("notify", 5), ("intake", 2), ("notify", 1)):
        restarts.stop_and_start(name)
        counting.delivered += more
        restarts.is_well_again(name)
    assert dict(restarts.delivered_again) == {"intake": 2, "notify": 6}
