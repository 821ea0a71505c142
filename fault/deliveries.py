"""How soon after a return the first message comes through, by the clients' clock alone."""

import threading
import time


class Deliveries:
    """Told of every order that a department takes, and when its report had been accepted.

    The first delivery after a moment is that of an order whose report was accepted after it: the
    way from HTTP through the database and the broker to a department has been gone once, whole.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._since = float("inf")
        self._first: float | None = None

    def taken(self, accepted_at: float) -> None:
        """A department took an order of a case that was accepted at `accepted_at` (monotonic seconds)."""
        with self._changed:
            if self._first is None and accepted_at >= self._since:
                self._first = time.monotonic()
                self._changed.notify_all()

    def count_from_now(self) -> None:
        """Wait for the first delivery after this moment."""
        with self._changed:
            self._since, self._first = time.monotonic(), None

    def first_s(self, *, within_s: float) -> float | None:
        """Return how many seconds it took; None where there was none in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._first is not None, within_s):
                return None
            assert self._first is not None
            return self._first - self._since
