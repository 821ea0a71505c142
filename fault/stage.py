"""The cell of a fault run: started, and stopped whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from fault.ground import Ground
from fault.links import Links
from ops.cell import SERVICES, Cell
from ops.display import Display
from ops.errors import Unready
from ops.processes import STOP_STAGES, Wiring
from ops.servers import Servers
from ops.startup import Startup
from ops.supervision import Supervisor


@contextmanager
def staged(cell: Cell, display: Display, *, random: Random, mode: str = "test") -> Iterator[Ground]:
    """Give a running cell that every fault can be injected into. Raises: Unready."""
    supervisor, links = Supervisor(cell), Links(cell)
    wiring = Wiring(links.through, dict.fromkeys(SERVICES, "fault.mortal"))
    try:
        Startup(cell, display, mode=mode, wiring=wiring).run()
        servers = Servers(cell)
        if servers.postgres is None or servers.rabbitmq is None:
            raise Unready("Faults need servers of the cell's own: unset DATABASE_URL and AMQP_URI.")
        yield Ground(cell=cell, servers=servers, supervisor=supervisor, random=random, links=links)
    finally:
        supervisor.shut_down(STOP_STAGES)
        links.close()
