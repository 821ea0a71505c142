"""Asks every process whether it is well, and the gateway an ordinary question, all the time."""

import http.client
import threading
import time
from typing import Self

from fault.ground import Ground
from fault.load.tries import Longest
from ops.cell import OBSERVED
from ops.ports import LOOPBACK

EVERY_S = 1.0
# Longer than anything may take: a block shows in full.
PATIENCE_S = 30.0


class Watchdog:
    """Keeps the longest time that an answer took, be it that all is well, a refusal or a broken line."""

    def __init__(self, ground: Ground, token: str) -> None:
        self._cell = ground.cell
        self._frozen_until = ground.frozen_until
        self._token = token
        self._over = threading.Event()
        self.longest = Longest()
        names = (*OBSERVED, "api")
        self._threads = [threading.Thread(target=self._watch, args=(name,), daemon=True) for name in names]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=PATIENCE_S + EVERY_S)

    def _watch(self, name: str) -> None:
        while not self._over.wait(EVERY_S):
            began = time.monotonic()
            self._ask(name)
            # What stands still on purpose cannot say so; whoever needs it has to go on.
            if self._frozen_until.get(name, 0.0) >= began:
                continue
            self.longest.waited(time.monotonic() - began, f"watchdog, {name}")

    def _ask(self, name: str) -> None:
        port = self._cell.ports["gateway" if name == "api" else f"{name}-metrics"]
        path = "/api/v1/cases?limit=1" if name == "api" else "/health"
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self._token}"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            # That it is down is seen at once, and is no block.
            pass
        finally:
            connection.close()
