"""Each fault is injected into a quiet cell and healed: the cell is as it was."""

import time
from collections.abc import Iterator
from random import Random

import pytest

from bench.cast import DEPARTMENT, assemble
from bench.loop import Loops
from fault.faults.fault import Fault
from fault.faults.processes import gateway_kinds, relay_kinds, service_kinds
from fault.faults.servers import broker_kinds, postgres_kinds
from fault.ground import Ground
from fault.stage import staged
from ops.departments import settings
from ops.display import Display
from ops.ports import LOOPBACK
from ops.startup import wait_until
from ops.status import OK, components
from services.registry.demo import PASSWORD
from tests.support.servers import remove, temporary_cell

STANDS_S = 1.0
# Of the services one will do here: they are told apart by their names alone.
EACH = [
    *gateway_kinds(),
    *(fault for fault in service_kinds() if "intake" in fault.name),
    *relay_kinds(),
    *broker_kinds(),
    *postgres_kinds(),
]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    folder, cell = temporary_cell("injected")
    try:
        with staged(cell, Display(quiet=True), random=Random(6)) as ground:
            yield ground
    finally:
        remove(folder)


def sick(ground: Ground) -> list[str]:
    return [f"{each.name}: {each.detail}" for each in components(ground.cell) if each.state != OK]


@pytest.mark.parametrize("fault", EACH, ids=[fault.name for fault in EACH])
def test_a_fault_stands_and_is_healed(ground: Ground, fault: Fault) -> None:
    pids = {name: process.pid for name, process in ground.supervisor.processes().items()}
    fault.inject(ground)
    time.sleep(STANDS_S)
    facts = fault.heal(ground)
    assert all(isinstance(value, float | int | str) for value in facts.values())
    # A pool notices at its next use that the database has restarted: not every process has asked yet.
    assert wait_until(lambda: sick(ground) == [], seconds=60), sick(ground)
    if "kill -9" in fault.name and "of one" not in fault.name:
        process = {"broker": "rabbitmq"}.get(fault.component, fault.name.split()[-1])
        assert ground.pid(process) != pids[process]


def test_cases_go_round_in_what_is_left_of_the_cell(ground: Ground) -> None:
    cast = assemble(LOOPBACK, ground.cell.ports["gateway"], PASSWORD, settings(ground.cell, DEPARTMENT))
    loops = Loops(LOOPBACK, ground.cell.ports["gateway"], cast, total=20, in_flight=8, patience_s=60.0)
    tally = loops.run(within_s=120)
    assert (len(tally.ended), tally.errors) == (20, [])
