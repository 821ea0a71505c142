"""The stage of the demo: a running cell, with everybody who plays in it."""

import os
from datetime import datetime, time, timedelta
from pathlib import Path

from ops import cell_clock
from ops.cell import Cell
from ops.demo.conductor import Conductor, Watcher
from ops.demo.days import SHANGHAI, Slot
from ops.demo.deeds import Doer
from ops.demo.departments import Departments, Noticed
from ops.demo.people import People
from ops.demo.plan import Plan
from ops.departments import settings
from ops.display import Display
from ops.ports import LOOPBACK
from ops.roster import Roster
from ops.startup import Startup, empty

# A broker that was killed on a slow machine is back within a minute or two.
PATIENCE_S = 180.0
_TIMERS = "QIAOTOU_DUE_POLL_S"
SETTINGS = {
    # Days pass in seconds, and what falls due must be done before the next one.
    _TIMERS: "0.25",
    # Three hundred people sign in with a password that is printed: to guard it would cost a minute.
    "QIAOTOU_ARGON2": "1,1024,1",
}
_JUST_AFTER_MIDNIGHT = time(0, 5)


def started(folder: Path, display: Display) -> Cell:
    """Start a fresh cell whose services look often for what is due. Raises: Unready."""
    empty(Cell(folder))
    cell = Cell(folder)
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    Startup(cell, display, mode="demo").run()
    return cell


def play(
    cell: Cell, plan: Plan, watcher: Watcher, *, least_s: float = 0.0, heard: Noticed = lambda *_: None
) -> None:
    """Play a plan to its end; `heard` is told what departments hear. Raises: Unready, RefusedError."""
    told = {code: settings(cell, code) for code in Roster(cell).codes()}
    people = People(
        LOOPBACK,
        cell.ports["gateway"],
        departments={code: each["QIAOTOU_TOKEN"] for code, each in told.items()},
        patience_s=PATIENCE_S,
    )
    departments = Departments({code: each["QIAOTOU_AMQP_URI"] for code, each in told.items()}, heard)
    doer = Doer(people, departments, run=f"demo-{plan.seed}-{plan.scale:g}", patience_s=PATIENCE_S)
    conductor = Conductor(
        plan,
        cell_clock.of(cell),
        doer,
        departments,
        timers_s=float(os.environ[_TIMERS]),
        patience_s=PATIENCE_S,
        watcher=watcher,
        least_s=least_s,
    )
    departments.start()
    try:
        conductor.play([*plan.slots, _afterwards(plan)])
    finally:
        departments.stop()
        people.close()


def _afterwards(plan: Plan) -> Slot:
    """The first minutes after the half-year: what was due by then has happened."""
    last = plan.slots[-1]
    at = datetime.combine(last.day + timedelta(days=1), _JUST_AFTER_MIDNIGHT, SHANGHAI)
    return Slot(len(plan.slots), at, works=False)
