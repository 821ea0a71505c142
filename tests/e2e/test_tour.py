"""The README's own commands, as a newcomer types them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEAL = re.compile(r"^[0-9a-f]{64}$", re.MULTILINE)


def commands_of(readme: str) -> str:
    text = (ROOT / readme).read_text()
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def test_both_readmes_give_the_same_commands() -> None:
    assert commands_of("README.md") == commands_of("README.zh-CN.md")


@pytest.mark.timeout(400)
def test_the_five_minute_tour_takes_a_case_from_report_to_archive(district: Any) -> None:
    """Only the address and the folder are this cell's; every other word is the README's."""
    script = commands_of("README.md")
    script = script.replace("http://127.0.0.1:8480", district.base)
    script = script.replace("var/cell/departments", str(district.departments))
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    states = [line for line in ran.stdout.splitlines() if re.fullmatch(r"[a-z_]+", line)]
    assert states == ["classified", "answered", "checked", "closed", "archived"], ran.stdout
    assert SEAL.search(ran.stdout), ran.stdout
