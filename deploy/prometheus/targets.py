"""Prometheus's configuration for a cell that runs on this machine.

`python -m deploy.prometheus.targets var/cell FOLDER` writes it; then run
`prometheus --config.file=FOLDER/prometheus.yml`.
"""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
BROKER = "rabbitmq"
_METRICS = "-metrics"

Group = dict[str, list[str] | dict[str, str]]


def groups(addresses: Mapping[str, str]) -> dict[str, list[Group]]:
    """Return what each targets file holds, from the address of each process's metrics."""
    own = [_group(name, address) for name, address in addresses.items() if name != BROKER]
    broker = [_group(name, address) for name, address in addresses.items() if name == BROKER]
    return {"processes": own, "broker": broker}


def addresses(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the address of each process's metrics, from a cell's ports."""
    return {
        name.removesuffix(_METRICS): f"127.0.0.1:{port}"
        for name, port in ports.items()
        if name.endswith(_METRICS)
    }


def write(folder: Path, ports: Mapping[str, int]) -> Path:
    """Write the whole configuration for a cell to a folder; return the main file."""
    (folder / "targets").mkdir(parents=True, exist_ok=True)
    for name in ("prometheus.yml", "rules.yml"):
        shutil.copyfile(HERE / name, folder / name)
    for name, content in groups(addresses(ports)).items():
        (folder / "targets" / f"{name}.json").write_text(text(content), encoding="utf-8")
    return folder / "prometheus.yml"


def text(content: Sequence[Group]) -> str:
    """Return a targets file as it is written."""
    return json.dumps(content, indent=1) + "\n"


def _group(process: str, address: str) -> Group:
    return {"targets": [address], "labels": {"process": process}}


def main(arguments: Sequence[str]) -> int:
    """Write the configuration for the cell in one folder to another."""
    cell, folder = arguments
    write(Path(folder), json.loads((Path(cell) / "ports.json").read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
