"""A Prometheus of the tests' own: Debian's package, a private port, a folder that goes with it."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import requests

from deploy.prometheus import targets
from ops import debian
from ops.ports import pick


def promtool(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run promtool, installing Debian's package where it is absent."""
    debian.ensure_for_tests()
    program = shutil.which("promtool") or ""
    return subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60
    )


class Prometheus:
    """Asks every process of a cell once a second."""

    def __init__(self, folder: Path, ports: Mapping[str, int]) -> None:
        debian.ensure_for_tests()
        configuration = targets.write(folder, ports)
        slow = configuration.read_text("utf-8")
        assert slow.count(": 15s") == 2
        configuration.write_text(slow.replace(": 15s", ": 1s"), "utf-8")
        self._address = f"127.0.0.1:{pick()}"
        self._log = (folder / "prometheus.log").open("wb")
        self._process = subprocess.Popen(
            [
                shutil.which("prometheus") or "",
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self._address}",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def wait_for_targets(self, number: int, *, within_s: float = 120) -> None:
        """Wait until so many processes have answered."""
        until = time.monotonic() + within_s
        while len(self.query("up == 1")) < number:
            assert self._process.poll() is None, "Prometheus has ended; see its log"
            assert time.monotonic() < until, self._targets()
            time.sleep(0.2)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression gives now; nothing while Prometheus is starting."""
        try:
            answer = requests.get(
                f"http://{self._address}/api/v1/query", params={"query": expression}, timeout=60
            )
        except requests.ConnectionError:
            return []
        if answer.status_code == requests.codes.service_unavailable:
            return []
        content = answer.json()
        assert content["status"] == "success", content
        found: list[dict[str, Any]] = content["data"]["result"]
        return found

    def alerts(self) -> list[str]:
        """Return the names of the alerts that fire or are about to."""
        answer = requests.get(f"http://{self._address}/api/v1/alerts", timeout=60)
        return sorted({each["labels"]["alertname"] for each in answer.json()["data"]["alerts"]})

    def _targets(self) -> list[tuple[str, str]]:
        found = requests.get(f"http://{self._address}/api/v1/targets", timeout=60).json()
        return [(each["scrapeUrl"], each["lastError"]) for each in found["data"]["activeTargets"]]
