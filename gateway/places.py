"""Whether the grid that a request names is at the caller's place.

A first look alone: the owning service judges again. What the gateway cannot know, because registry
is away, it leaves to the service.
"""

import threading
import time
from collections.abc import Callable, Mapping

from chassis.principal import Principal
from contracts.vocabulary import Role
from gateway.refusals import ForeignGrid

KNOWN_S = 60.0
TRY_AGAIN_S = 5.0


class Places:
    """Which community a grid belongs to, as registry told within the last minute."""

    def __init__(
        self, read: Callable[[], Mapping[str, str] | None], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._monotonic = monotonic
        self._parents: Mapping[str, str] | None = None
        self._until = 0.0
        self._lock = threading.Lock()

    def community_of(self, grid: str) -> str | None:
        """Return a grid's community, None where it is not known here."""
        with self._lock:
            if self._until < self._monotonic():
                read = self._read()
                self._parents = self._parents if read is None else read
                self._until = self._monotonic() + (TRY_AGAIN_S if read is None else KNOWN_S)
            return None if self._parents is None else self._parents.get(grid)


def check_report(principal: Principal, grid: str, places: Places) -> None:
    """A grid worker reports in its own grid, a clerk in its own community. Raises: ForeignGrid."""
    if principal.has(Role.RESIDENT, Role.HOTLINE):
        return
    if principal.has(Role.GRID_WORKER) and principal.scope.get("grid") == grid:
        return
    if principal.has(Role.CLERK):
        community = places.community_of(grid)
        if community is None or principal.scope.get("community") == community:
            return
    raise ForeignGrid(grid=grid)
