from pathlib import Path

import pytest

from ops.cell import Cell
from ops.processes import applications
from ops.servers import Servers, remember

HOURS = "09:00-12:00,13:30-17:30"


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cell:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin@127.0.0.1:1/postgres")
    monkeypatch.setenv("AMQP_URI", "amqp://127.0.0.1:1")
    made = Cell(tmp_path / "cell")
    remember(made)
    return made


def told(cell: Cell) -> list[str | None]:
    programs = applications(cell, Servers(cell), mode="test")
    return [each.environment.get("QIAOTOU_WORKING_HOURS") for each in programs]


def test_every_process_of_a_cell_is_told_the_same_hours(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAOTOU_WORKING_HOURS", HOURS)
    assert set(told(cell)) == {HOURS}


@pytest.mark.parametrize("given", [None, ""])
def test_where_nobody_names_hours_no_process_is_told_any(
    cell: Cell, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.delenv("QIAOTOU_WORKING_HOURS", raising=False)
    if given is not None:
        monkeypatch.setenv("QIAOTOU_WORKING_HOURS", given)
    assert set(told(cell)) == {None}
