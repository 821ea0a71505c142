"""Any order of commands and facts, however senseless, keeps a case in order."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.refusal import Refusal
from contracts.events.dispatch import WorkOrderEvent
from contracts.events.intake import CaseEvent
from services.intake.case import archiving, decisions, heard
from services.intake.case.case import Case, Decided, Entry
from services.intake.case.lifecycle import TABLE, State
from tests.unit.intake.builders import (
    ARCHIVIST,
    CLERK,
    NOW,
    WORKER,
    a_bad_answer,
    a_check,
    a_decline,
    a_fact,
    a_good_answer,
    an_adoption,
    an_id,
    reported,
)

Life = tuple[Entry, ...]
Move = Callable[[Case, Life, datetime], Decided]


def order(kind: type[WorkOrderEvent]) -> list[Move]:
    """Return the fact of the current order, of another order, and of an older cycle."""
    return [
        lambda case, _, now: heard.order_moved(case, a_fact(kind, case), now=now),
        lambda case, _, now: heard.order_moved(case, a_fact(kind, case, order_id=an_id("another")), now=now),
        lambda case, _, now: heard.order_moved(case, a_fact(kind, case, cycle=case.cycle - 1), now=now),
    ]


MOVES: list[Move] = [
    *(move for kind in heard.ORDER_STEPS for move in order(kind)),
    lambda case, _, now: decisions.pass_check(case, a_check(), WORKER, now=now),
    lambda case, _, now: decisions.record_satisfied(case, a_good_answer(), CLERK, now=now),
    lambda case, _, now: decisions.record_dissatisfied(case, a_bad_answer(), CLERK, now=now),
    lambda case, _, now: heard.resolution_adopted(case, an_adoption(case), now=now),
    lambda case, _, now: heard.resolution_declined(case, a_decline(case), now=now),
    lambda case, life, now: archiving.archive(
        case, life, ARCHIVIST, expected_version=None, salt=bytes(32), now=now
    ),
]
# Offer, sign, complete, check and a bad answer come often, so that walks get far.
LIKELY = [MOVES[0], MOVES[9], MOVES[21], MOVES[24], MOVES[26]]
WALKS = st.lists(st.one_of(st.sampled_from(LIKELY), st.sampled_from(MOVES)), max_size=60)
ALLOWED = {(row.source, row.target) for row in TABLE}


@given(walk=WALKS, anonymous=st.booleans())
def test_a_walk_keeps_count_and_never_leaves_the_table(walk: list[Move], *, anonymous: bool) -> None:
    first = reported(anonymous=anonymous)
    case, life = first.case, first.entries
    events: tuple[CaseEvent, ...] = first.events
    for hours, move in enumerate(walk):
        before = case
        try:
            decided = move(case, life, NOW + timedelta(hours=hours))
        except Refusal:
            continue
        case, life, events = decided.case, life + decided.entries, events + decided.events
        assert before.state is case.state or (before.state, case.state) in ALLOWED
        assert case.cycle - before.cycle in {0, 1}
    assert case.version == len(life)
    assert [entry.position for entry in life] == list(range(1, case.version + 1))
    assert case.emitted == len(events)
    assert life[-1].state is case.state
    assert (case.closed_at is not None) == (case.state in {State.CLOSED, State.ARCHIVED})
    assert (case.seal is not None) == (case.state is State.ARCHIVED)
