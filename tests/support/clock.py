"""The cell clock of a running cell, for tests that live through days."""

from datetime import datetime, timedelta

from ops import cell_clock, draining
from tests.support.cells import RunningCell


def now(cell: RunningCell) -> datetime:
    """What the cell's services call now; aware, UTC."""
    return cell_clock.of(cell.cell).read().now


def ahead(cell: RunningCell) -> timedelta:
    """How far the cell stands from real time."""
    return cell_clock.of(cell.cell).read().ahead


def advance(cell: RunningCell, by: timedelta) -> datetime:
    """Let time pass in every service alike, once nothing is under way; return the cell's time then.

    Due things are done by timers within seconds: wait for what they cause. Other tests of the same
    cell live on later; whoever cannot leave it so puts it back.
    """
    return cell_clock.of(cell.cell).advance(by).now


def put_back(cell: RunningCell) -> None:
    """Let the cell run on real time again."""
    cell_clock.of(cell.cell).put_back(backwards=True)


def drain(cell: RunningCell, *, within_s: float = draining.PATIENCE_S) -> None:
    """Wait until all that was sent has been taken and applied; what is behind a parked message waits on."""
    draining.drain(databases=cell.servers.databases, broker=cell.servers.broker, within_s=within_s)
