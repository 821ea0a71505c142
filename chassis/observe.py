"""What an operator asks a process: `/metrics` for Prometheus, `/health` for the rest."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app

Check = Callable[[], bool]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Scrapes are not worth a line."""


class Observer:
    """A small HTTP server on the loopback address, in a thread of its own. Port 0: none."""

    def __init__(
        self,
        port: int,
        checks: Mapping[str, Check],
        *,
        registry: CollectorRegistry = REGISTRY,
        host: str = "127.0.0.1",
    ) -> None:
        self._port = port
        self._host = host
        self._checks = checks
        self._metrics = make_wsgi_app(registry)
        self._server: WSGIServer | None = None

    def start(self) -> None:
        """Listen. Raises: OSError where the port is taken."""
        if self._port:
            self._server = make_server(self._host, self._port, self._app, _Server, _Silent)
            threading.Thread(target=self._server.serve_forever, name="observer", daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.server_close()

    def _app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/health":
            answer: Iterable[bytes] = self._metrics(environ, start_response)
            return answer
        checks = {name: _passes(check) for name, check in self._checks.items()}
        well = all(checks.values())
        body = json.dumps({"status": "ok" if well else "failing", "checks": checks}).encode()
        start_response(
            "200 OK" if well else "503 Service Unavailable",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
        )
        return [body]


def _passes(check: Check) -> bool:
    try:
        return bool(check())
    except Exception:  # noqa: BLE001 - a check that fails in any way is a failing check
        return False
