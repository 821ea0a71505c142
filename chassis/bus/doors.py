"""Which services have let a caller wait in vain, and have answered nobody since."""

import threading
from collections import Counter
from typing import NamedTuple


class Visit(NamedTuple):
    """One call: whether it is a trial, and how many answers its service had given before it."""

    is_trial: bool
    answers: int


class Doors:
    """Whom it has sense to ask.

    All callers of a service that does not answer would wait, each with a thread of this process, until
    there is no thread left for anybody. So one at a time tries, and the others are told at once.
    """

    def __init__(self) -> None:
        self._silent: set[str] = set()
        self._tried: set[str] = set()
        self._answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, service: str) -> Visit | None:
        """Begin a call; None where somebody is trying already."""
        with self._lock:
            if service in self._silent and service in self._tried:
                return None
            if service in self._silent:
                self._tried.add(service)
            return Visit(service in self._silent, self._answers[service])

    def leave(self, service: str, visit: Visit, *, answered: bool) -> None:
        """End a call. Where others were answered meanwhile, it is the call that was slow."""
        with self._lock:
            if answered:
                self._answers[service] += 1
                self._silent.discard(service)
            elif self._answers[service] == visit.answers:
                self._silent.add(service)
            if visit.is_trial:
                self._tried.discard(service)

    def heard(self) -> None:
        """Somebody has answered too late: slow, and not silent."""
        with self._lock:
            self._silent.clear()
