"""`./qiaotou bench --smoke --json` closes every loop and says what each part cost."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"gateway", "intake", "dispatch", "governance", "notify", "registry", "relay", "rabbitmq", "postgres"}


def test_the_smoke_bench_closes_every_loop_and_gives_its_figures() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench", "--smoke", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=2400,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    figures = json.loads(ran.stdout.splitlines()[-1])
    sys.stdout.write(f"\n{ran.stdout.splitlines()[-1]}\n")
    assert (figures["loops"], figures["errors"]) == (600, 0)
    assert figures["cpu_ms_per_loop"].keys() >= PARTS
    assert figures["cpu_ms_per_loop"]["total"] > 0
    assert figures["loops_per_s"] > 0
