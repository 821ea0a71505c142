"""What an operator did about departments is still so when the cell has been down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.topology import department_user
from ops.broker_access import admits
from ops.cell import Cell
from ops.departments import settings
from ops.display import Display
from ops.enrolment import Enrolment
from ops.errors import Unready
from ops.processes import STOP_STAGES
from ops.servers import Servers
from ops.startup import Startup
from ops.supervision import Supervisor
from tests.support.servers import remove, temporary_cell

ADDED, ROTATED, REMOVED = "LYJ", "CGJ", "TYJ"
URI = "QIAOTOU_AMQP_URI"


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    folder, made = temporary_cell("restarted")
    try:
        yield made
    finally:
        Supervisor(made).shut_down(STOP_STAGES)
        remove(folder)


def test_a_restart_keeps_who_was_added_rotated_and_removed(cell: Cell) -> None:
    _start(cell)
    enrolment = Enrolment(cell, Display(quiet=True))
    old = {code: settings(cell, code)[URI] for code in (ROTATED, REMOVED)}
    enrolment.add(ADDED, zh="林业局", en="Forestry")
    enrolment.rotate(ROTATED)
    enrolment.remove(REMOVED, drop_queue=False)
    told = _files(cell)

    Supervisor(cell).shut_down(STOP_STAGES)
    with pytest.raises(Unready, match="not running"):
        Enrolment(cell, Display(quiet=True))
    _start(cell)

    assert _files(cell) == told
    assert not any(admits(each) for each in old.values())
    assert not admits(Servers(cell).broker.url(department_user(REMOVED)))
    for code in (ADDED, ROTATED, "GAF"):
        assert admits(settings(cell, code)[URI])
    states = {each.code: each.state for each in enrolment.all()}
    assert (states[ADDED], states[ROTATED], states[REMOVED]) == ("added", "of the district", "removed")


def _start(cell: Cell) -> None:
    Startup(cell, Display(quiet=True), mode="test").run()


def _files(cell: Cell) -> dict[str, str]:
    return {Path(each).name: each.read_text() for each in sorted(cell.departments.iterdir())}
