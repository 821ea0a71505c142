"""Whether each case's life follows the rules, written a second time from the domain's tables. Pure.

Source: the case's table in the project's domain rules; nothing is imported from what is judged.
"""

from collections.abc import Iterator
from itertools import pairwise

from fault.final_state import FinalCase, Line
from fault.judging.findings import Finding, Kind
from fault.judging.run import Run

TERMINAL = frozenset({"archived", "merged", "refused", "cancelled"})

# From where a step leads where; the empty state is before the report.
LEADS = {
    "": {
        "report": "reported",
        "settle_on_spot": "closed",
        "resolution.certified": "reported",
    },
    "reported": {
        "withdraw": "cancelled",
        "ask_reporter": "awaiting_reporter",
        "merge": "merged",
        "refuse": "refused",
        "classify": "classified",
    },
    "awaiting_reporter": {
        "answer_question": "reported",
        "withdraw": "cancelled",
        "give_up": "cancelled",
    },
    "classified": {
        "merge": "merged",
        "work_order.offered": "classified",
        "work_order.returned": "classified",
        "work_order.recalled": "classified",
        "work_order.signed": "in_progress",
    },
    "in_progress": {
        "work_order.recalled": "classified",
        "work_order.extended": "in_progress",
        "work_order.suspended": "suspended",
        "work_order.completed": "answered",
    },
    "suspended": {"work_order.resumed": "in_progress"},
    "answered": {"pass_check": "checked or closed", "fail_check": "classified"},
    "checked": {
        "record_attempt": "checked",
        "record_satisfied": "closed",
        "record_unreachable": "closed",
        "record_dissatisfied": "classified or awaiting_conference",
    },
    "awaiting_conference": {"resolution.adopted": "classified", "resolution.declined": "closed"},
    "closed": {"reopen": "classified or awaiting_conference", "archive": "archived"},
}
# A card is shown: a line of the life, and nothing moves.
_REMINDER = "remind"
# What sends a case round again; to the conference it goes in the cycle that it is in.
_ROUND_AGAIN = frozenset({"fail_check", "record_dissatisfied", "reopen", "resolution.adopted"})
# What is said of one order once; the others may come again.
_ONCE_AN_ORDER = frozenset(
    f"work_order.{step}" for step in ("offered", "returned", "recalled", "signed", "completed")
)


def judged(run: Run) -> Iterator[Finding]:
    """Yield what is wrong with the lives of all cases, whoever has reported them."""
    for case in run.state.cases:
        yield from _numbered(case)
        yield from _lived(case)
        yield from _ended(case)


def _numbered(case: FinalCase) -> Iterator[Finding]:
    positions = [line.position for line in case.life]
    if positions != list(range(1, len(positions) + 1)) or case.version != len(positions):
        told = ", ".join(map(str, positions))
        yield _disordered(case, f"is at version {case.version}, and its timeline has {told}")
    for before, after in pairwise(case.life):
        if after.at < before.at:
            yield _disordered(case, f"goes back in time at position {after.position}")


def _lived(case: FinalCase) -> Iterator[Finding]:
    state, cycle, seen = "", 1, set()
    for line in case.life:
        key = (line.step, line.detail.get("order_id") or line.cycle)
        went = f"from {state or 'nothing'} by {line.step} to {line.state} at position {line.position}"
        allowed = line.state in _targets(state, line)
        if key in seen and (not allowed or line.step in _ONCE_AN_ORDER):
            yield Finding(Kind.DOUBLED, f"case {case.case_id} went a second time {went}")
        elif not allowed:
            yield _disordered(case, f"went {went}")
        elif line.cycle != cycle + _goes_round(line):
            yield _disordered(case, f"went {went}, and from cycle {cycle} to {line.cycle}")
        state, cycle = line.state, line.cycle
        seen.add(key)
    if case.state != state:
        yield _disordered(case, f"stands {case.state}, and its timeline ends with {state or 'nothing'}")


def _targets(state: str, line: Line) -> list[str]:
    """Return where a line may lead: what is late, or a reminder, leads nowhere."""
    if line.late or (line.step == _REMINDER and state):
        return [state]
    return LEADS.get(state, {}).get(line.step, "").split(" or ")


def _goes_round(line: Line) -> bool:
    return not line.late and line.step in _ROUND_AGAIN and line.state == "classified"


def _ended(case: FinalCase) -> Iterator[Finding]:
    """Yield where a case has more than one outcome; the same one twice is a step twice."""
    ends = dict.fromkeys(
        line.step for line in case.life if line.state in TERMINAL and not line.late and line.step != _REMINDER
    )
    if len(ends) > 1:
        yield Finding(Kind.DOUBLED, f"case {case.case_id} has {len(ends)} outcomes: {' and '.join(ends)}")


def _disordered(case: FinalCase, what: str) -> Finding:
    return Finding(Kind.DISORDERED, f"case {case.case_id} {what}")
