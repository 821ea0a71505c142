"""What dispatch counts. Base units, no ids as labels."""

from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import Counter, Gauge, Histogram

from contracts.vocabulary import Card

_HOUR, _DAY = 3600.0, 86400.0
_STEP_SECONDS = (
    0.1,
    0.5,
    1,
    5,
    30,
    60,
    600,
    1800,
    _HOUR,
    4 * _HOUR,
    12 * _HOUR,
    _DAY,
    3 * _DAY,
    7 * _DAY,
    30 * _DAY,
)

STEPS = Counter("qiaotou_work_order_steps_total", "Steps that work orders took", ["step", "department"])
LATE = Counter("qiaotou_work_order_late_facts_total", "Facts that came when they no longer counted", ["step"])
RESULTS = Counter("qiaotou_work_order_results_total", "Results handed in", ["department"])
ANSWERS = Counter(
    "qiaotou_work_order_answers_total",
    "Answers by whether they came by the due time",
    ["department", "in_time"],
)
# By card alone, so that both series are there from the start; steps count the departments.
CARDS = Counter("qiaotou_work_order_cards_total", "Cards shown", ["card"])
for _card in Card:
    CARDS.labels(_card.value)
OPEN = Gauge("qiaotou_work_orders_open", "Work orders that are not at their end", ["state"])
WAITING = Gauge("qiaotou_work_orders_waiting", "Work orders that wait for the guidance centre", ["waits_for"])
SECONDS = Histogram(
    "qiaotou_work_order_step_seconds",
    "Cell time from the step before to this one",
    ["step"],
    buckets=_STEP_SECONDS,
)
REPLIES = Counter(
    "qiaotou_department_replies_total", "Departments' messages by their outcome", ["department", "outcome"]
)


def signed_after(waited: timedelta) -> None:
    """Count how long an order lay before it was signed."""
    SECONDS.labels("sign").observe(max(0.0, waited.total_seconds()))


def completed_after(worked: timedelta) -> None:
    """Count how long an order was worked on."""
    SECONDS.labels("complete").observe(max(0.0, worked.total_seconds()))


def answered(department: str, *, in_time: bool) -> None:
    """Count a department's answer, the lead's or a co-handler's."""
    ANSWERS.labels(department, "yes" if in_time else "no").inc()


def show_open(counts: Mapping[str, int]) -> None:
    """Show how many orders are in each open state."""
    for state, number in counts.items():
        OPEN.labels(state).set(number)


def show_waiting(counts: Mapping[str, int]) -> None:
    """Show how many orders wait for each thing at the dispatcher's desk."""
    for waits_for, number in counts.items():
        WAITING.labels(waits_for).set(number)
