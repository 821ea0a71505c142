"""What time does to a vote: it opens, is extended as announced, and closes. Pure."""

from datetime import datetime

from services.governance.vote.lifecycle import By, State, Step, Trigger, transition
from services.governance.vote.vote import Moved, Vote, facts_of, moved

# An extension comes before an end; a vote that nobody opened in time is opened first.
_STEPS = (Step.OPEN, Step.EXTEND, Step.CLOSE)


def extension_undecided(vote: Vote, now: datetime) -> bool:
    """Return whether it is the quorum that decides between an extension and the end now."""
    over = vote.closes_at is not None and vote.closes_at <= now
    return vote.state is State.OPEN and over and vote.extended_until is not None


def run(vote: Vote, *, quorum_met: bool, now: datetime) -> Moved | None:
    """Return the next step that time has brought, None where there is none."""
    facts = facts_of(vote, by=By.SYSTEM, now=now, quorum_met=quorum_met)
    for step in _STEPS:
        row = transition(vote.state, Trigger.TIMER, step, facts)
        if row is not None:
            return moved(vote, row, **_changes(vote, row.target))
    return None


def _changes(vote: Vote, target: State) -> dict[str, object]:
    if target is State.EXTENDED:
        return {"closes_at": vote.extended_until}
    return {"swept": False} if target is State.CLOSED else {}
