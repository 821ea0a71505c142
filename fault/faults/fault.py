"""What a fault is."""

from collections.abc import Mapping
from typing import Protocol

from fault.ground import Ground

Facts = Mapping[str, float | int | str]


class Fault(Protocol):
    """One fault: injected, left to stand for `stands_s`, healed."""

    @property
    def name(self) -> str:
        """The row of the fault matrix in a few words, e.g. `kill -9 intake`."""

    @property
    def component(self) -> str:
        """What it strikes: gateway, service, relay, broker, link, postgres, message, department."""

    @property
    def stands_s(self) -> float:
        """For how long it stands before it is healed."""

    def inject(self, ground: Ground) -> None:
        """Return once it stands."""

    def heal(self, ground: Ground) -> Facts:
        """End it; return what was measured, e.g. `{"poison": 6, "parked": 6, "exits": 0}`."""
