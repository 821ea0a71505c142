import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.cell import REPOSITORY

SCRIPT = REPOSITORY / "qiaotou"
TOOLS = ("bash", "env", "dirname", "readlink", "mkdir", "flock", "rm", "cat", "sha256sum", "tail")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the script and a machine without any Python."""
    clone, tools = tmp_path / "clone", tmp_path / "bin"
    clone.mkdir()
    tools.mkdir()
    shutil.copy2(SCRIPT, clone / "qiaotou")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    return tmp_path


def test_the_script_can_be_run() -> None:
    assert os.access(SCRIPT, os.X_OK)
    assert subprocess.run(["bash", "-n", SCRIPT], check=False).returncode == 0


def test_a_machine_without_python_is_told_what_to_install(machine: Path) -> None:
    assert "Qiaotou needs Python 3.11" in _failing(machine)


def test_another_python_than_the_tested_one_is_not_taken(machine: Path) -> None:
    _program(machine, "python3", "exit 1")
    assert "Qiaotou needs Python 3.11" in _failing(machine)


def test_a_python_that_cannot_make_environments_is_told_which_package_can(machine: Path) -> None:
    """Debian's python3 without ensurepip: it answers, but `-m venv` fails."""
    _program(machine, "python3", '[ "$1" = -c ] && exit 0; exit 1')
    assert "apt-get install python3-venv" in _failing(machine)
    assert not (machine / "clone" / ".venv").exists()


def _program(machine: Path, name: str, body: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/usr/bin/env bash\n{body}\n")
    path.chmod(0o755)


def _failing(machine: Path) -> str:
    ran = subprocess.run(
        [machine / "clone" / "qiaotou", "up"],
        cwd="/",
        env={"PATH": str(machine / "bin")},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 1
    return ran.stderr
