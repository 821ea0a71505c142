"""One measurement: loops a second, CPU a loop by part, and how long a loop takes."""

import statistics
import time
from collections.abc import Mapping

import msgspec

from bench.cpu import seconds
from bench.loop import Cast, Loops, Tally

# A loaded machine closes six loops a second.
WITHIN_S = 900.0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured. `total` is all CPU spent, the load's and the department's included.

    Times of a loop are those of its life, waiting for lists included.
    """

    loops: int
    in_flight: int
    seconds: float
    loops_per_s: float
    cpu_ms_per_loop: dict[str, float]
    loop_seconds_p50: float
    loop_seconds_p95: float
    errors: int
    first_errors: tuple[str, ...] = ()


def measure(
    host: str, port: int, cast: Cast, pids: Mapping[str, int], *, loops: int, in_flight: int, warm_up: int
) -> Figures:
    """Warm up, then measure `loops` closed loops with `in_flight` of them alive at a time."""
    if warm_up:
        Loops(host, port, cast, total=warm_up, in_flight=in_flight).run(within_s=WITHIN_S)
    before = seconds(pids)
    began = time.monotonic()
    tally = Loops(host, port, cast, total=loops, in_flight=in_flight).run(within_s=WITHIN_S)
    took = max(tally.ended.values(), default=time.monotonic()) - began
    # What the events of the last loops still cost belongs to them.
    time.sleep(1.0)
    after = seconds(pids)
    done = max(1, len(tally.ended))
    spent = {name: round((after[name] - before[name]) * 1000 / done, 2) for name in after}
    lives = sorted(_lives(tally)) or [0.0]
    return Figures(
        loops=len(tally.ended),
        in_flight=in_flight,
        seconds=round(took, 2),
        loops_per_s=round(len(tally.ended) / took, 1),
        cpu_ms_per_loop={**spent, "total": round(sum(spent.values()), 2)},
        loop_seconds_p50=round(statistics.median(lives), 3),
        loop_seconds_p95=round(lives[int(len(lives) * 0.95)], 3),
        errors=len(tally.errors),
        first_errors=tuple(tally.errors[:3]),
    )


def _lives(tally: Tally) -> list[float]:
    return [ended - tally.began[case] for case, ended in tally.ended.items() if case in tally.began]
