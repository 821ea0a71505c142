"""The cell of a fault run: started, and stopped whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from fault.ground import Ground
from ops.cell import Cell
from ops.display import Display
from ops.errors import Unready
from ops.processes import STOP_STAGES
from ops.servers import Servers
from ops.startup import Startup
from ops.supervision import Supervisor


@contextmanager
def staged(cell: Cell, display: Display, *, random: Random, mode: str = "test") -> Iterator[Ground]:
    """Give a running cell that every fault can be injected into. Raises: Unready."""
    supervisor = Supervisor(cell)
    try:
        Startup(cell, display, mode=mode).run()
        servers = Servers(cell)
        if servers.postgres is None or servers.rabbitmq is None:
            raise Unready("Faults need servers of the cell's own: unset DATABASE_URL and AMQP_URI.")
        yield Ground(cell=cell, servers=servers, supervisor=supervisor, random=random)
    finally:
        supervisor.shut_down(STOP_STAGES)
