from pathlib import Path

import pytest
import yaml

from ops.cell import REPOSITORY, SERVICES, Cell
from ops.container import prepare
from ops.errors import Unready
from ops.startup import restoring_mark

COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = (*SERVICES, "relay", "gateway")


@pytest.mark.parametrize("process", [*OURS, "prepare"])
def test_every_process_is_built_from_the_one_image_by_its_name(process: str) -> None:
    assert COMPOSE["services"][process]["build"] == {"context": ".", "args": {"SERVICE": process}}


@pytest.mark.parametrize("process", OURS)
def test_a_process_waits_until_everything_is_prepared(process: str) -> None:
    waits = COMPOSE["services"][process]["depends_on"]
    assert waits["prepare"] == {"condition": "service_completed_successfully"}
    assert waits["rabbitmq"] == {"condition": "service_healthy"}


def test_the_servers_are_of_the_versions_that_were_tested() -> None:
    images = {name: each.get("image") for name, each in COMPOSE["services"].items()}
    assert images["postgres"] == "postgres:18"
    assert images["rabbitmq"] == "rabbitmq:3.10-management"


def test_nothing_listens_beyond_this_machine() -> None:
    published = [port for each in COMPOSE["services"].values() for port in each.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_mounted_file_is_in_the_repository() -> None:
    mounted = [
        volume.split(":")[0]
        for each in COMPOSE["services"].values()
        for volume in each.get("volumes", [])
        if volume.startswith("./")
    ]
    assert mounted
    assert [path for path in mounted if not (REPOSITORY / path).exists()] == []


def test_no_password_stands_in_the_compose_file() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    assert "POSTGRES_PASSWORD: postgres" not in text
    assert "${POSTGRES_PASSWORD:?" in text


def test_the_image_says_by_an_argument_which_process_it_is() -> None:
    lines = Path(REPOSITORY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "ARG SERVICE=gateway" in lines
    assert "USER qiaotou" in lines


def test_a_cell_whose_restore_was_broken_off_is_not_prepared(tmp_path: Path) -> None:
    cell = Cell(tmp_path / "cell")
    cell.folder.mkdir(parents=True, exist_ok=True)
    restoring_mark(cell).touch()
    before = sorted(cell.folder.iterdir())
    with pytest.raises(Unready, match="--after-database"):
        prepare(cell, mode="demo")
    assert sorted(cell.folder.iterdir()) == before
