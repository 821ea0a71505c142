from pathlib import Path
from typing import Any

import pytest

from ops import debian, doctor
from ops.cell import REPOSITORY
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
    monkeypatch.setattr("shutil.which", made.which)
    return made


class _Machine:
    def __init__(self, policy: Path) -> None:
        self.policy = policy
        self.root: list[str] | None = []
        self.script: Path | None = None
        self.programs = {"apt-get", "sudo", "ffmpeg", "ffprobe", "prometheus", "promtool"}
        self.installable = True
        self.commands: list[list[str]] = []

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

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
            self.programs |= {"ffmpeg", "ffprobe"} if "ffmpeg" in command else set()


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


def test_ffmpeg_is_installed_where_it_is_absent_and_nothing_else_is(machine: _Machine) -> None:
    machine.programs -= {"ffmpeg", "ffprobe"}
    assert debian.obtain_wanted() == {}
    (install,) = [command for command in machine.commands if "install" in command]
    assert install[-2:] == ["--no-install-recommends", "ffmpeg"]
    assert ["apt-get", "update", "-q"] in machine.commands
    machine.commands.clear()
    assert debian.obtain_wanted() == {}
    assert machine.commands == []


@pytest.mark.parametrize(("root", "installable"), [(None, True), ([], False)])
def test_a_cell_starts_without_ffmpeg_and_says_what_that_means(
    machine: _Machine, root: list[str] | None, *, installable: bool
) -> None:
    machine.programs -= {"ffmpeg", "ffprobe"}
    machine.script = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    machine.root, machine.installable = root, installable
    debian.ensure(broker=True)
    (advice,) = debian.obtain_wanted().values()
    assert "videos are refused" in advice
    finding = doctor._packages()
    assert (finding.verdict, finding.text) == (doctor.WARN, advice)


def test_the_image_has_what_the_machine_is_given() -> None:
    assert "libmagic1 ffmpeg" in (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
