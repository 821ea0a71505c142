"""`./qiaotou upgrade`: each process of a running cell is replaced by the code that stands here now."""

from ops.cell import DATABASES, Cell
from ops.display import Display
from ops.errors import Unready
from ops.servers import Servers
from ops.startup import wait_until
from ops.status import is_well
from ops.supervision import Supervisor

# Who only listens comes first: it knows a message of the new release before anybody says it.
ORDER = ("notify", "governance", "dispatch", "intake", "registry", "relay", "gateway")
_WELL_S = 60


def upgrade(cell: Cell, display: Display) -> None:
    """Migrate the databases, then replace one process after the other while the others work.

    Settings and the broker's definitions stay those of the last `up`. Raises: Unready; those that were
    replaced by then stay, and it may be asked again.
    """
    supervisor = Supervisor(cell)
    if not supervisor.is_running():
        raise Unready("The cell is not running: ./qiaotou up starts it with the code that is here.")
    databases = Servers(cell).databases
    with display.stage(f"{len(DATABASES)} databases are migrated"):
        for service in DATABASES:
            databases.migrate(service)
    for name in ORDER:
        with display.stage(f"{name} is replaced"):
            supervisor.restart(name)
            if not wait_until(lambda name=name: is_well(cell, name), seconds=_WELL_S):  # type: ignore[misc]
                raise Unready(f"{name} is not well after {_WELL_S} s: {cell.logs / name}.log says why.")
