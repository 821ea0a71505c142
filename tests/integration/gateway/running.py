"""A gateway as it runs, for the tests of this folder."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
GUNICORN = ("-W", "error", "-m", "gunicorn", "-c", "gateway/gunicorn_conf.py", "gateway.wsgi:app")


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Gateway:
    """A running gateway and how to ask it."""

    def __init__(self, folder: Path, *, database_url: str, amqp_uri: str, **more: str) -> None:
        self.port, self.metrics_port = a_free_port(), a_free_port()
        self.log = folder / "gateway.log"
        told = {
            "QIAOTOU_HTTP_BIND": f"127.0.0.1:{self.port}",
            "QIAOTOU_DATABASE_URL": database_url,
            "QIAOTOU_AMQP_URI": amqp_uri,
            "QIAOTOU_MEDIA_DIR": str(folder / "media"),
            "QIAOTOU_METRICS_PORT": str(self.metrics_port),
            "QIAOTOU_MODE": "test",
            "TMPDIR": str(folder),
            **{f"QIAOTOU_{name.upper()}": value for name, value in more.items()},
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                (sys.executable, *GUNICORN),
                cwd=REPOSITORY,
                env={**os.environ, **told},
                stdout=log,
                stderr=log,
            )

    def wait(self, *, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/api/v1/healthz")[0] == 200:
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        pytest.fail(self.log.read_text())

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def observe(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def answered(self, route: str) -> float:
        """How many requests of a route all workers together have counted."""
        pattern = rf'qiaotou_http_requests_total{{method="GET",route="{route}",status="\d+"}} (\S+)'
        return sum(float(count) for count in re.findall(pattern, self.observe("/metrics")[1]))

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill(self) -> None:
        """End all of it at once, as `kill -9` of each of its processes does."""
        if self.process.poll() is None:
            for pid in (self.process.pid, *self.workers()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)
