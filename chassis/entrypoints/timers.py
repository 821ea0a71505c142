"""Entrypoints that the time calls."""

import time
from collections.abc import Callable
from typing import Any

from eventlet import Timeout
from nameko.timer import Timer

from chassis.entrypoints.container import settings_of


class _SteadyTimer(Timer):  # type: ignore[misc]
    """nameko's timer by a clock that nobody sets.

    nameko's goes by the wall clock: set back it stands still for as long, set forward it makes up for
    every time that never was.
    """

    def _run(self) -> None:
        due = time.monotonic() + (0.0 if self.eager else self.interval)
        while not self._is_stopped_within(due - time.monotonic()):
            self.handle_timer_tick()
            self.worker_complete.wait()
            self.worker_complete.reset()
            due = max(due + self.interval, time.monotonic())

    def _is_stopped_within(self, seconds: float) -> bool:
        with Timeout(max(0.0, seconds), exception=False):
            self.should_stop.wait()
            return True
        return False


class Every(_SteadyTimer):
    """Run a method every so many seconds; what it raises is logged, and it runs again.

    `eager` runs it at the start already, and not only when the first of them have passed.
    """

    def __init__(self, seconds: float, *, eager: bool = False, **kwargs: Any) -> None:
        super().__init__(interval=seconds, eager=eager, **kwargs)


class WhenDue(_SteadyTimer):
    """Run a method that does what the cell clock has made due, as often as the settings say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(interval=0.0, **kwargs)

    def setup(self) -> None:
        """Read how often; known once the container is bound."""
        self.interval = settings_of(self.container).due_poll_s


every: Callable[..., Callable[..., Any]] = Every.decorator
when_due: Callable[..., Any] = WhenDue.decorator
