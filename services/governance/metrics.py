"""What governance counts. No ids as labels."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge

STEPS = Counter("qiaotou_conference_steps_total", "Steps that agenda items took", ["step"])
LATE = Counter("qiaotou_conference_late_facts_total", "Facts that came when they no longer counted", ["step"])
MEETINGS = Counter("qiaotou_conference_meetings_total", "Meetings convened")
CERTIFIED = Counter("qiaotou_conference_certified_total", "Resolutions that became cases")
CIVIC = Counter(
    "qiaotou_civic_steps_total", "Steps that topics, hearings and assemblies took", ["about", "step"]
)
VOTE_STEPS = Counter("qiaotou_vote_steps_total", "Steps that votes took", ["step"])
BALLOTS = Counter("qiaotou_vote_ballots_total", "Ballots that were taken", ["mode"])
OPEN = Gauge("qiaotou_conference_items_open", "Agenda items without a resolution", ["state"])


def show_open(counts: Mapping[str, int]) -> None:
    """Show how many items are in each open state."""
    for state, number in counts.items():
        OPEN.labels(state).set(number)
