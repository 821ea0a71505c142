from pathlib import Path
from typing import Any

import pytest

from ops import debian
from ops.errors import Unready


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A machine without RabbitMQ, whose commands are written down instead of run."""
    made = _Machine(tmp_path / "policy-rc.d")
    monkeypatch.setattr(debian, "_POLICY", made.policy)
    monkeypatch.setattr(debian, "_run", made.run)
    monkeypatch.setattr(debian, "_as_root", lambda: made.root)
    monkeypatch.setattr(debian, "server_script", lambda: made.script)
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: "libmagic.so.1")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    return made


class _Machine:
    def __init__(self, policy: Path) -> None:
        self.policy = policy
        self.root: list[str] | None = []
        self.script: Path | None = None
        self.installable = True
        self.commands: list[list[str]] = []

    def run(self, command: list[str]) -> None:
        self.commands.append(command)
        if command[0] == "sh":
            self.policy.write_text(command[-1])
        if command[0] == "rm":
            self.policy.unlink()
        if "install" in command:
            assert "exit 101" in self.policy.read_text()
            if not self.installable:
                raise Unready("no network")
            self.script = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def test_a_missing_package_is_installed_without_its_service_being_started(machine: _Machine) -> None:
    debian.ensure(broker=True)
    assert ["apt-get", "update", "-q"] in machine.commands
    assert any("rabbitmq-server" in command for command in machine.commands)
    assert not machine.policy.exists()


def test_the_policy_goes_also_when_the_installation_fails(machine: _Machine) -> None:
    machine.installable = False
    with pytest.raises(Unready, match="no network"):
        debian.ensure(broker=True)
    assert not machine.policy.exists()


def test_a_policy_of_the_machines_own_is_left_as_it_is(machine: _Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 101 # ours\n")
    debian.ensure(broker=True)
    assert machine.policy.read_text().endswith("# ours\n")


def test_nothing_is_installed_where_nothing_is_missing(machine: _Machine) -> None:
    machine.script = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    debian.ensure(broker=True)
    assert machine.commands == []


def test_a_broker_of_somebody_elses_needs_no_package(machine: _Machine) -> None:
    debian.ensure(broker=False)
    assert machine.commands == []


def test_who_may_not_install_is_told_the_container_command(machine: _Machine) -> None:
    machine.root = None
    with pytest.raises(Unready, match="docker run"):
        debian.ensure(broker=True)
