"""Whether a process can do its work, looked at no more often than once a second."""

import threading
import time
from collections.abc import Callable, Mapping

KEPT_S = 1.0


class Health:
    """Named checks, and their last outcome."""

    def __init__(
        self, checks: Mapping[str, Callable[[], bool]], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._checks = checks
        self._monotonic = monotonic
        self._outcome: dict[str, bool] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def checks(self) -> dict[str, bool]:
        """Return each check's outcome, at most a second old."""
        with self._lock:
            if not self._outcome or self._until < self._monotonic():
                self._outcome = {name: _passes(check) for name, check in self._checks.items()}
                self._until = self._monotonic() + KEPT_S
            return self._outcome


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001 - a check that fails in any way is a failing check
        return False
