"""What a fault may touch: the cell, its servers, its processes, the links between them."""

from dataclasses import dataclass
from random import Random

from ops.cell import Cell
from ops.servers import Servers
from ops.supervision import Supervisor


@dataclass(frozen=True)
class Ground:
    """One running cell, and the randomness of the run."""

    cell: Cell
    servers: Servers
    supervisor: Supervisor
    random: Random

    def pid(self, process: str) -> int:
        """Return the pid of a process, 0 while it is down."""
        return self.supervisor.processes()[process].pid
