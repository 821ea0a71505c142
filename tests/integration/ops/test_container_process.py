import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from gateway.media.links import LEAST_KEY_CHARACTERS
from ops import container
from ops.cell import REPOSITORY, Cell
from ops.definitions import department_codes
from ops.departments import settings
from ops.postgres import PostgresServer
from ops.processes import applications
from ops.servers import Servers

pytestmark = pytest.mark.slow


@pytest.fixture
def told(tmp_path: Path, postgres: PostgresServer) -> dict[str, str]:
    """What docker-compose.yml tells every container."""
    return {
        "PATH": os.environ["PATH"],
        "QIAOTOU_FOLDER": str(tmp_path / "composed"),
        "QIAOTOU_MODE": "demo",
        "QIAOTOU_DEFINITIONS": str(tmp_path / "definitions.json"),
        "DATABASE_URL": postgres.url,
        "AMQP_URI": "amqp://rabbitmq:5672",
    }


def test_preparing_makes_all_that_the_other_containers_need(told: dict[str, str], tmp_path: Path) -> None:
    for _ in range(2):
        ran = _run(told, "prepare")
        assert ran.returncode == 0, ran.stderr
    cell = Cell(Path(told["QIAOTOU_FOLDER"]))
    users = json.loads((tmp_path / "definitions.json").read_text())["users"]
    assert all(user["password_hash"] for user in users)
    assert "@rabbitmq:5672/" in settings(cell, "CGJ")["QIAOTOU_AMQP_URI"]
    assert {path.stem for path in cell.departments.iterdir()} == set(department_codes())
    with psycopg.connect(Servers(cell).databases.url("registry")) as connection:
        row = connection.execute("SELECT count(*) FROM outbox").fetchone()
    assert row is not None
    assert row[0] > 100


def test_a_process_that_nobody_knows_is_said_so(told: dict[str, str]) -> None:
    assert _run(told, "prepare").returncode == 0
    ran = _run(told, "cleaner")
    assert (ran.returncode, ran.stderr.strip()) == (2, "No process is called cleaner.")


def test_a_container_listens_where_the_others_reach_it(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert _run(told, "prepare").returncode == 0
    became: list[Mapping[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda _path, _command, environment: became.append(environment))
    monkeypatch.chdir(tmp_path)
    cell = Cell(Path(told["QIAOTOU_FOLDER"]))
    for program in applications(cell, Servers(cell), mode="demo"):
        container.become(program)
    assert {each["QIAOTOU_METRICS_HOST"] for each in became} == {"0.0.0.0"}  # noqa: S104 - its own network
    assert {each["QIAOTOU_METRICS_PORT"] for each in became} == {"9100"}
    (key,) = (each["QIAOTOU_FILE_KEY"] for each in became if "QIAOTOU_FILE_KEY" in each)
    assert key == cell.secret("file links")
    assert len(key) >= LEAST_KEY_CHARACTERS
    assert len({each["QIAOTOU_AMQP_URI"] for each in became}) == len(became)


def _run(told: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "ops.container", *arguments],
        cwd=REPOSITORY,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
