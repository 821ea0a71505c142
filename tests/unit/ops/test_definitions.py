import base64
import hashlib
from pathlib import Path

from contracts import topology
from ops.cell import Cell
from ops.definitions import department_codes, document, of_cell, password_hash, text

CODES = ("CGJ", "GAF")


def test_a_hash_is_what_rabbitmq_checks() -> None:
    known = base64.b64decode(password_hash("secret"))
    assert hashlib.sha256(known[:4] + b"secret").digest() == known[4:]


def test_the_same_cell_gives_the_same_document(tmp_path: Path) -> None:
    cell = Cell(tmp_path / "cell")
    assert text(of_cell(cell, CODES)) == text(of_cell(cell, CODES))


def test_every_user_of_a_cell_has_a_password_of_its_own(tmp_path: Path) -> None:
    users = of_cell(Cell(tmp_path / "cell"), CODES)["users"]
    assert isinstance(users, list)
    assert len({user["password_hash"] for user in users}) == len(users)
    assert "guest" not in {user["name"] for user in users}


def test_the_document_declares_everything_that_the_topology_names() -> None:
    content = document(CODES)
    for kind, named in (
        ("exchanges", topology.exchanges()),
        ("queues", topology.queues(CODES)),
        ("bindings", topology.bindings(CODES)),
    ):
        declared = content[kind]
        assert isinstance(declared, list)
        assert len(declared) == len(named)


def test_departments_are_those_of_the_district() -> None:
    assert {"CGJ", "COM", "GSS"} <= set(department_codes())
