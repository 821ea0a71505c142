"""What Prometheus is told of the closed loop. No ids: steps, states and communities."""

from collections.abc import Iterable, Sequence

from prometheus_client import Counter, Gauge, Histogram

from contracts.events.intake import CaseEvent, CaseReminded

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UP_TO_DAYS = (
    0.1,
    1,
    10,
    _MINUTE,
    10 * _MINUTE,
    _HOUR,
    4 * _HOUR,
    _DAY,
    2 * _DAY,
    3 * _DAY,
    5 * _DAY,
    7 * _DAY,
    15 * _DAY,
    30 * _DAY,
)

STEPS = Counter("qiaotou_case_steps_total", "Steps that cases have taken", ["step", "community"])
STEP_SECONDS = Histogram(
    "qiaotou_case_step_seconds", "Time in the state that a step left", ["step"], buckets=_UP_TO_DAYS
)
OPEN = Gauge("qiaotou_cases_open", "Cases that are not closed", ["state", "community"])
LATE = Counter("qiaotou_case_late_facts_total", "Facts that came when they no longer counted", ["step"])


def step_of(event: CaseEvent) -> str:
    """Return a step's label, e.g. `closed` of `intake.case.closed.v1`."""
    return event.type.split(".")[2]


def count_steps(events: Sequence[CaseEvent], waited_s: float) -> None:
    """Count the steps of one decision. The first left its state after `waited_s`, the rest at once."""
    for event in events:
        step = step_of(event)
        STEPS.labels(step, event.community).inc()
        # A reminder leaves no state.
        if not isinstance(event, CaseReminded):
            STEP_SECONDS.labels(step).observe(waited_s)
            waited_s = 0.0


def count_late(step: str) -> None:
    """Count a late fact."""
    LATE.labels(step).inc()


class OpenCases:
    """Keeps the gauge of open cases; what has gone since the last look is set to zero."""

    def __init__(self) -> None:
        self._shown: set[tuple[str, str]] = set()

    def show(self, counts: Iterable[tuple[str, str, int]]) -> None:
        """Set the gauge from (state, community, number of cases)."""
        found = {(state, community): number for state, community, number in counts}
        for labels in self._shown - found.keys():
            OPEN.labels(*labels).set(0)
        for labels, number in found.items():
            OPEN.labels(*labels).set(number)
        self._shown |= found.keys()
