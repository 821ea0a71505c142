"""Which services have let a caller wait in vain, and have answered nobody since."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

# Whoever waited in vain in a quiet of this length did not wait for a slow call alone.
QUIET_S = 2.0


class Visit(NamedTuple):
    """One call: whether it is a trial."""

    is_trial: bool


class Doors:
    """Whom it has sense to ask.

    All callers of a service that does not answer would wait, each with a thread of this process, until
    there is no thread left for anybody. So one at a time tries, and the others are told at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._silent: set[str] = set()
        self._tried: set[str] = set()
        self._answered_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def enter(self, service: str) -> Visit | None:
        """Begin a call; None where somebody is trying already."""
        with self._lock:
            if service in self._silent and service in self._tried:
                return None
            if service in self._silent:
                self._tried.add(service)
            return Visit(service in self._silent)

    def leave(self, service: str, visit: Visit, *, answered: bool) -> None:
        """End a call. Where others are answered at the same time, it is the call that was slow."""
        with self._lock:
            now = self._clock()
            if answered:
                self._answered_at[service] = now
                self._silent.discard(service)
            elif now - self._answered_at.get(service, 0.0) > QUIET_S:
                self._silent.add(service)
            if visit.is_trial:
                self._tried.discard(service)

    def heard(self) -> None:
        """Somebody has answered too late: slow, and not silent."""
        with self._lock:
            self._silent.clear()
