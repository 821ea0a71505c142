import json
import socket
import stat
from pathlib import Path

import pytest

from ops import ports
from ops.cell import DEFAULT_FOLDER, PORTS, Cell


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    return Cell(tmp_path / "cell")


def test_a_cell_keeps_its_ports(cell: Cell) -> None:
    assert set(cell.ports) == set(PORTS)
    assert len(set(cell.ports.values())) == len(PORTS)
    assert Cell(cell.folder).ports == cell.ports


def test_a_port_that_was_taken_is_replaced_and_the_others_are_kept(cell: Cell) -> None:
    before = dict(cell.ports)
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", before["postgres"]))
        somebody.listen()
        assert cell.replace_taken_ports() == ["postgres"]
    assert cell.ports["postgres"] != before["postgres"]
    assert Cell(cell.folder).ports == before | {"postgres": cell.ports["postgres"]}


def test_a_port_that_a_later_version_adds_is_chosen_beside_the_known_ones(cell: Cell) -> None:
    known = dict(cell.ports)
    del known["epmd"]
    (cell.folder / "ports.json").write_text(json.dumps(known))
    assert {name: port for name, port in Cell(cell.folder).ports.items() if name != "epmd"} == known


def test_a_port_is_below_those_that_the_system_gives_to_clients() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(10_000 <= ports.pick() < first for _ in range(20))


def test_a_secret_is_random_kept_and_for_its_owner_alone(cell: Cell, tmp_path: Path) -> None:
    secret = cell.secret("postgres")
    assert len(secret) >= 32
    assert Cell(cell.folder).secret("postgres") == secret
    assert Cell(tmp_path / "other").secret("postgres") != secret
    assert cell.secret("erlang cookie") != secret
    assert stat.S_IMODE((cell.folder / "secrets.json").stat().st_mode) == 0o600


def test_a_forgotten_secret_is_another_one_the_next_time(cell: Cell) -> None:
    old, other = cell.secret("broker:department.CGJ"), cell.secret("broker:department.GAF")
    cell.forget_secret("broker:department.CGJ")
    assert cell.secret("broker:department.CGJ") != old
    assert cell.secret("broker:department.GAF") == other
    cell.forget_secret("nobody's")


@pytest.mark.parametrize("folder", ["run", "log", "media", "departments"])
def test_what_is_private_is_entered_by_its_owner_alone(cell: Cell, folder: str) -> None:
    assert stat.S_IMODE((cell.folder / folder).stat().st_mode) == 0o700


def test_the_usual_cell_is_called_qiaotou_and_others_after_their_folder(tmp_path: Path) -> None:
    assert DEFAULT_FOLDER.name == "cell"
    assert Cell(tmp_path / "cell").name == "qiaotou"
    assert Cell(tmp_path / "my test").name == "qiaotou_my_test"


def test_a_socket_stands_elsewhere_where_the_path_is_too_long_for_one(tmp_path: Path) -> None:
    assert Cell(tmp_path / "cell").socket.parent == tmp_path / "cell" / "run"
    far = Cell(tmp_path / ("long" * 25) / "cell").socket
    assert len(str(far)) < 100
    far.parent.rmdir()


def test_only_the_cell_that_people_start_prefers_the_well_known_port(
    cell: Cell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ops.cell.ports.is_free", lambda _port: True)
    assert cell.ports["gateway"] != 8480
    monkeypatch.setattr("ops.cell.DEFAULT_FOLDER", tmp_path / "usual" / "cell")
    assert Cell(tmp_path / "usual" / "cell").ports["gateway"] == 8480
