import json
from pathlib import Path

import pytest
import yaml

from deploy.prometheus import targets
from ops.cell import OBSERVED, PORTS

PORTS_OF_A_CELL = {name: 10_000 + number for number, name in enumerate(PORTS)}


def processes_in(path: Path) -> dict[str, str]:
    return {group["labels"]["process"]: group["targets"][0] for group in json.loads(path.read_text("utf-8"))}


def test_every_process_of_a_cell_is_asked_at_its_own_port(tmp_path: Path) -> None:
    targets.write(tmp_path, PORTS_OF_A_CELL)
    asked = processes_in(tmp_path / "targets" / "processes.json")
    assert asked == {name: f"127.0.0.1:{PORTS_OF_A_CELL[f'{name}-metrics']}" for name in OBSERVED}
    broker = processes_in(tmp_path / "targets" / "broker.json")
    assert broker == {"rabbitmq": f"127.0.0.1:{PORTS_OF_A_CELL['rabbitmq-metrics']}"}


def test_the_command_writes_the_same(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text(json.dumps(PORTS_OF_A_CELL))
    assert targets.main([str(tmp_path), str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"prometheus.yml", "rules.yml", "targets"}


def test_the_containers_are_those_of_the_cell() -> None:
    assert processes_in(targets.HERE / "targets" / "processes.json") == {
        name: f"{name}:9100" for name in OBSERVED
    }
    assert processes_in(targets.HERE / "targets" / "broker.json") == {"rabbitmq": "rabbitmq:15692"}


@pytest.mark.parametrize("name", ["processes", "broker"])
def test_a_targets_file_is_read_by_some_job(name: str) -> None:
    configuration = yaml.safe_load((targets.HERE / "prometheus.yml").read_text("utf-8"))
    read = {
        path
        for job in configuration["scrape_configs"]
        for source in job["file_sd_configs"]
        for path in source["files"]
    }
    assert f"targets/{name}.json" in read
