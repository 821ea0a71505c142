"""What a newcomer does: clone, one command, look, stop. Without anything of this checkout's own."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 120
# A package client's own settings stay: they say where this machine's packages come from.
KEPT = ("PATH", "LANG", "TMPDIR")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("fresh") / "qiaotou"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    yield folder
    _run(folder, "down")
    elsewhere = folder / "var" / "cell" / "elsewhere"
    if elsewhere.is_symlink():
        shutil.rmtree(elsewhere.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(("PIP_", "SSL_", "REQUESTS_"))
    }
    return {**kept, "HOME": str(home)}


def _run(folder: Path, *arguments: str, timeout_s: float = 1800) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./qiaotou", *arguments],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def started(clone: Path) -> tuple[Path, float, str]:
    """Downloads first, by themselves: what is promised is the time after them."""
    downloaded = _run(clone, "--help")
    assert downloaded.returncode == 0, downloaded.stderr
    began = time.monotonic()
    ran = _run(clone, "up", "--detach")
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return clone, time.monotonic() - began, ran.stdout


def test_up_ends_well_within_two_minutes(started: tuple[Path, float, str]) -> None:
    _, seconds, shown = started
    assert seconds < WITHIN_S
    for word in ("postgres", "rabbitmq", "intake", "gateway", "dispatcher", "worker-c01-g01"):
        assert word in shown


def test_status_says_that_all_is_well(started: tuple[Path, float, str]) -> None:
    facts = _status(started[0])
    assert facts["ok"], facts
    assert {each["state"] for each in facts["components"]} == {"ok"}


def test_the_api_answers_where_status_says(started: tuple[Path, float, str]) -> None:
    answer = requests.get(f"{_status(started[0])['api']}/api/v1/healthz", timeout=60)
    assert answer.status_code == 200, answer.text


def test_up_twice_starts_nothing_twice(started: tuple[Path, float, str]) -> None:
    before = [each["pid"] for each in _status(started[0])["components"]]
    again = _run(started[0], "up", "--detach")
    assert again.returncode == 0, again.stderr
    assert [each["pid"] for each in _status(started[0])["components"]] == before


def test_the_checkout_stays_clean(started: tuple[Path, float, str]) -> None:
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=started[0], capture_output=True, text=True, check=True
    )
    assert changed.stdout == ""


def test_down_leaves_no_process(started: tuple[Path, float, str]) -> None:
    pids = [each["pid"] for each in _status(started[0])["components"] if each["pid"]]
    ran = _run(started[0], "down")
    assert ran.returncode == 0, ran.stderr
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def _status(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(_run(folder, "status", "--json").stdout)
    return facts
