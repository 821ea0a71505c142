"""Links between a process and a server that break in every way that links do."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from fault.faults.fault import Facts, Fault
from fault.ground import Ground
from fault.links import SERVERS, Link
from ops.cell import OBSERVED

LINK = "link"
# A second each way.
_ONE_WAY_S = 1.0
# Longer than any heartbeat allows: whoever would hang would hang then.
_SILENT_S, _SLOW_S, _BROKEN_S = 15.0, 10.0, 2.0


@dataclass(frozen=True)
class Way:
    """One way to break a link, and for how long it stays so."""

    name: str
    do: Callable[[Link], None]
    stands_s: float


WAYS = (
    Way("black hole", Link.black_hole, _SILENT_S),
    Way("reset", Link.reset, _BROKEN_S),
    Way("half-close", Link.half_close, _BROKEN_S),
    Way("2 s latency", lambda link: link.delay(_ONE_WAY_S), _SLOW_S),
)


@dataclass
class LinkBroken:
    """The link between one process and one of its servers."""

    way: Way
    process: str
    server: str
    component: str = LINK

    @property
    def name(self) -> str:
        """E.g. `black hole between intake and broker`."""
        return f"{self.way.name} between {self.process} and {self.server}"

    @property
    def stands_s(self) -> float:
        """As long as its way."""
        return self.way.stands_s

    def inject(self, ground: Ground) -> None:
        """Break it."""
        self.way.do(ground.links.of(self.process, self.server))

    def heal(self, ground: Ground) -> Facts:
        """Let it be as it was; `reconnected_s` is how long the process took to find its server again."""
        ground.links.of(self.process, self.server).restore()
        return {"reconnected_s": round(ground.wait_until_well([self.process]), 3)}


def link_kinds(random: Random) -> list[Fault]:
    """Return each way for each server, with a process drawn for each; over all, every process."""
    kinds = [(way, server) for way in WAYS for server in SERVERS]
    processes = [*OBSERVED, random.choice(OBSERVED)]
    random.shuffle(processes)
    return [LinkBroken(way, process, server) for (way, server), process in zip(kinds, processes, strict=True)]
