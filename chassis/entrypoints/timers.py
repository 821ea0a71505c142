"""Entrypoints that the time calls."""

from collections.abc import Callable
from typing import Any

from nameko.timer import Timer

from chassis.entrypoints.container import settings_of


class Every(Timer):  # type: ignore[misc]
    """Run a method every so many seconds; what it raises is logged, and it runs again.

    `eager` runs it at the start already, and not only when the first of them have passed.
    """

    def __init__(self, seconds: float, *, eager: bool = False, **kwargs: Any) -> None:
        super().__init__(interval=seconds, eager=eager, **kwargs)


class WhenDue(Timer):  # type: ignore[misc]
    """Run a method that does what the cell clock has made due, as often as the settings say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(interval=0.0, **kwargs)

    def setup(self) -> None:
        """Read how often; known once the container is bound."""
        self.interval = settings_of(self.container).due_poll_s


every: Callable[..., Callable[..., Any]] = Every.decorator
when_due: Callable[..., Any] = WhenDue.decorator
