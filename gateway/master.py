"""What gunicorn's master answers for all its workers: metrics and health."""

import json
import os
import time
import urllib.error
import urllib.request
from typing import Any

from prometheus_client import CollectorRegistry, multiprocess

from chassis.observe import Observer
from gateway.family import FamilyCollector
from gateway.settings import GatewaySettings

_LOOK_S = 0.5
_TIMEOUT_S = 5.0
_NAMES = ("http", "database", "broker")


class Master:
    """The observer of one gateway."""

    def __init__(self, settings: GatewaySettings) -> None:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(FamilyCollector(os.getpid()))
        self._url = f"http://{settings.http_bind}/api/v1/healthz"
        self._seen: dict[str, bool] = {}
        self._until = 0.0
        checks = {name: self._check(name) for name in _NAMES}
        self._observer = Observer(
            settings.metrics_port, checks, registry=registry, host=settings.metrics_host
        )

    def start(self) -> None:
        """Answer."""
        self._observer.start()

    def stop(self) -> None:
        """Answer no more, in this process."""
        self._observer.stop()

    @staticmethod
    def forget(pid: int) -> None:
        """A worker is gone."""
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]

    def _check(self, name: str) -> Any:
        return lambda: self._look().get(name, False)

    def _look(self) -> dict[str, bool]:
        """Ask a worker, as any client would, what it sees."""
        if self._until < time.monotonic():
            self._seen = _ask(self._url)
            self._until = time.monotonic() + _LOOK_S
        return self._seen


def _ask(url: str) -> dict[str, bool]:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - our own address
            checks = json.load(answer)["checks"]
    except urllib.error.HTTPError as error:
        with error:
            checks = json.load(error).get("checks", {})
    except (OSError, ValueError, KeyError):
        return {}
    return {"http": True, **checks}
