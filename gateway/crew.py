"""Hands for a request that asks many things at once: a bounded number of threads a process."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """Threads that every request of the process shares; they start when first needed, after a fork too."""

    def __init__(self, hands: int) -> None:
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="crew")

    def each(self, work: Callable[[T], R], things: Sequence[T]) -> list[R]:
        """Return what `work` makes of each thing, in their order. Nothing of the request is known to it."""
        return list(self._pool.map(work, things))

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
