"""Each process is killed once while half a year is lived: no figure changes."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ops.cell import Cell
from ops.demo.acts import Act, PlannedCase
from ops.demo.conductor import Watcher
from ops.demo.days import BEGIN, END, Slot
from ops.demo.plan import Plan, half_year
from ops.demo.reckoning import Reckoning, reckon
from ops.demo.stage import SETTINGS, play, started
from ops.demo.volumes import REFORMED
from ops.display import Display
from ops.processes import STOP_STAGES
from ops.supervision import Supervisor
from services.registry import reference_data
from tests.support.cells import RunningCell
from tests.support.servers import remove, temporary_cell

KILLED = (
    "gateway",
    "intake",
    "relay",
    "dispatch",
    "rabbitmq",
    "notify",
    "governance",
    "postgres",
    "registry",
)


class Killer:
    """Kills the next process whenever another part of the half-year has passed."""

    def __init__(self, plan: Plan) -> None:
        self._every = len(plan.slots) // (len(KILLED) + 1)
        self._left = list(KILLED)
        self.killed: list[str] = []
        self.done: list[tuple[str, str]] = []
        self._cell: RunningCell | None = None

    def has(self, cell: Cell) -> Watcher:
        self._cell = RunningCell(cell)
        return Watcher(self._begun, self._done)

    def _begun(self, slot: Slot) -> None:
        if self._left and slot.number >= self._every * (len(self.killed) + 1):
            name = self._left.pop(0)
            self.killed.append(name)
            # In the middle of what this slot has to do.
            threading.Thread(target=self._kill, args=(name,), daemon=True).start()

    def _kill(self, name: str) -> None:
        assert self._cell is not None
        time.sleep(0.05)
        self._cell.kill(name)

    def _done(self, _slot: Slot, case: PlannedCase, act: Act) -> None:
        self.done.append((case.key, act.deed))


@pytest.fixture(scope="module")
def shaken() -> Iterator[tuple[Plan, Killer, Reckoning]]:
    """A small half-year in which every process was killed once."""
    parent, at = temporary_cell("demo-kills")
    plan = half_year(7, 0.05, reference_data.read())
    killer = Killer(plan)
    with pytest.MonkeyPatch.context() as patch:
        # Other tests' cells are not in such a hurry; where little is done in a day, it is over sooner.
        for name, value in (SETTINGS | {"QIAOTOU_DUE_POLL_S": "0.1"}).items():
            patch.setenv(name, value)
        try:
            cell = started(at.folder, Display(quiet=True))
            play(cell, plan, killer.has(cell))
            yield plan, killer, reckon(cell, plan, since=BEGIN, until=END)
        finally:
            Supervisor(at).shut_down(STOP_STAGES)
            remove(parent)


def test_every_process_was_killed_and_every_deed_done_once(shaken: tuple[Plan, Killer, Any]) -> None:
    plan, killer, _ = shaken
    assert tuple(killer.killed) == KILLED
    wanted = sorted((case.key, act.deed) for case in plan.cases for act in case.acts)
    assert sorted(killer.done) == wanted


def test_no_figure_has_changed(shaken: tuple[Plan, Any, Reckoning]) -> None:
    plan, _, found = shaken
    wanted = plan.totals(REFORMED)
    assert (found.reported, found.closed) == (wanted.reported, wanted.closed)
    assert found.disputes == (wanted.disputes_closed, wanted.disputes)
    assert found.as_planned


def test_the_verifier_confirms_every_figure_and_seal(shaken: tuple[Any, Any, Reckoning]) -> None:
    _, _, found = shaken
    assert found.verified.findings == ()
    assert found.verified.holds
    assert found.verified.agrees_with_api
