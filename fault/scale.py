"""How large a run is."""

from dataclasses import dataclass

from fault.load.loops import Pace


@dataclass(frozen=True)
class Scale:
    """The measures of a run; `accepted` is what it goes on for, at the least."""

    calm_s: float
    calm: Pace
    storm: Pace
    pause_s: float
    rounds: int
    backlog: int
    accepted: int


WHOLE = Scale(
    calm_s=75.0,
    calm=Pace(15.0, 200),
    storm=Pace(40.0, 64),
    pause_s=1.0,
    rounds=8,
    backlog=10_000,
    accepted=20_000,
)
SHORT = Scale(
    calm_s=15.0,
    calm=Pace(10.0, 100),
    storm=Pace(40.0, 48),
    pause_s=0.5,
    rounds=1,
    backlog=1_000,
    accepted=800,
)
