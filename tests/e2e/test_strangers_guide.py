"""A stranger with the guide, the project and one file of settings does what the guide says, and only that."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "department-guide.md").read_text(encoding="utf-8")
SANDBOX = "Half an hour in the sandbox"
NODE = "Without Python"
FENCE = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
SAVED_AS = re.compile(r"Save this as `([^`]+)`")
OLDEST_NODE = 18
WALKED = "walked.log"
pytestmark = pytest.mark.slow


def section(title: str) -> str:
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [block for kind, block in FENCE.findall(text) if kind == language]


@pytest.fixture(scope="module")
def folder(district: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with the sandbox department's settings in it as the guide says."""
    copied = tmp_path_factory.mktemp("stranger") / "qiaotou"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copied / name)
    shutil.copy2(district.departments / "SBX.env", copied / "SBX.env")
    return copied


def typed(commands: list[str], folder: Path, *, log: str, timeout_s: float) -> str:
    """Type the commands one after the other into a shell of one's own; gives what it printed."""
    ours = ("QIAOTOU_", "PYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # `python3` is one that the guide asks for, and none with this project's packages.
    environment["PATH"] = f"{sys.base_prefix}/bin:{environment['PATH']}"
    printed = folder / log
    with printed.open("wb") as terminal:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
            cwd=folder,
            env=environment,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        try:
            status = shell.wait(timeout_s)
        finally:
            # What a failed walkthrough has left listening would take the next one's messages.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    text = printed.read_text(encoding="utf-8")
    assert status == 0, text
    return text


@pytest.fixture(scope="module")
def walked(folder: Path) -> Path:
    """The whole walkthrough, its program saved where it says."""
    text = section(SANDBOX)
    names, programs = SAVED_AS.findall(text), blocks(text, "python")
    for name, program in zip(names, programs, strict=True):
        (folder / name).write_text(program, encoding="utf-8")
    typed(blocks(text, "sh"), folder, log=WALKED, timeout_s=240)
    return folder


def order_that_was(walked: Path, step: str) -> str:
    """Return the order that a step was taken of first, as the terminal said."""
    text = (walked / WALKED).read_text(encoding="utf-8")
    return re.findall(rf"^{step} \S+ order (\S+)$", text, re.MULTILINE)[0]


def said_of(line: str) -> str:
    """Return what a line of `listen` says, without its order."""
    if line.startswith("accepted"):
        return f"accepted {line.rsplit(' ', 1)[1]}"
    return "extension granted" if "extension granted" in line else line.split(maxsplit=1)[0]


def test_the_first_order_is_signed_extended_and_completed_and_the_second_returned(walked: Path) -> None:
    lamp, heating = (order_that_was(walked, step) for step in ("signed", "returned"))
    heard = (walked / "heard.txt").read_text(encoding="utf-8").splitlines()
    # Others try the sandbox too, and have left their orders on its queue.
    of_lamp, of_heating = ([line for line in heard if order in line] for order in (lamp, heating))
    assert [said_of(line) for line in of_lamp] == [
        "offered",
        "accepted signed",
        "accepted signed",
        "extension granted",
        "accepted completed",
    ]
    assert [said_of(line) for line in of_heating] == ["offered", "accepted returned"]


def test_the_guides_program_completes_an_order_and_finds_the_one_it_was_not_there_for(walked: Path) -> None:
    printed = (walked / "handled.txt").read_text(encoding="utf-8").splitlines()
    completed = {line.split()[1] for line in printed if line.startswith("completed")}
    assert len(completed) >= 2, printed
    assert any("state signed" in line for line in printed), printed


def test_the_walkthrough_leaves_the_settings_as_it_found_them(walked: Path, district: Any) -> None:
    assert (walked / "SBX.env").read_text() == (district.departments / "SBX.env").read_text()


def test_a_department_in_node_completes_an_order(walked: Path) -> None:
    assert _node_is_there(), f"this needs Node {OLDEST_NODE} or later with npm: install nodejs and npm"
    terminal = blocks(section(SANDBOX), "sh")[0]
    printed = typed([terminal, *blocks(section(NODE), "sh")], walked, log="node.log", timeout_s=180)
    assert "department.reply.accepted.v1" in printed
    assert [line.rsplit(" ", 1)[1] for line in printed.splitlines() if "reply.accepted" in line] == [
        "signed",
        "completed",
    ]


def _node_is_there() -> bool:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0]) >= OLDEST_NODE
