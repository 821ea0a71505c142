from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from chassis.sealing import Spot, Vault
from ops.cell import Cell
from ops.people import commands as people
from ops.processes import applications
from ops.servers import Servers, remember

GIVEN = {
    "QIAOTOU_WORKING_HOURS": "09:00-12:00,13:30-17:30",
    "QIAOTOU_DUE_POLL_S": "0.2",
    "QIAOTOU_ARGON2": "1,1024,1",
}


@pytest.fixture
def cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cell:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin@127.0.0.1:1/postgres")
    monkeypatch.setenv("AMQP_URI", "amqp://127.0.0.1:1")
    made = Cell(tmp_path / "cell")
    remember(made)
    return made


def told(cell: Cell, name: str) -> set[str | None]:
    programs = applications(cell, Servers(cell), mode="test")
    return {each.environment.get(name) for each in programs}


@pytest.mark.parametrize("name", GIVEN)
def test_every_process_of_a_cell_is_told_the_same(
    cell: Cell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, GIVEN[name])
    assert told(cell, name) == {GIVEN[name]}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("given", [None, ""])
def test_where_nobody_says_anything_no_process_is_told_any(
    cell: Cell, monkeypatch: pytest.MonkeyPatch, name: str, given: str | None
) -> None:
    monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv(name, given)
    assert told(cell, name) == {None}


def test_registry_alone_is_told_the_keys_of_persons_and_an_older_key_stays(cell: Cell) -> None:
    def keys() -> dict[str, str]:
        programs = applications(cell, Servers(cell), mode="test")
        found = {each.name: each.environment.get("QIAOTOU_SEALING_KEYS") for each in programs}
        return {name: key for name, key in found.items() if key is not None}

    first = keys()
    assert set(first) == {"registry"}
    told = CliRunner().invoke(people, ["--cell", str(cell.folder), "rotate-key"])
    assert (told.exit_code, "key 2" in told.output) == (0, True)
    assert keys()["registry"].startswith(f"{first['registry']},2:")
    assert len(Vault.parse(keys()["registry"], "a" * 64).seal("x", Spot("t", UUID(int=1), "c"))) > 0
