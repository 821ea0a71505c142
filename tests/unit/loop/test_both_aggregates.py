"""The case and its work orders together, whatever is tried when, whichever message comes late or twice.

Each service takes the events of one line (source, case) in order, as the versioned inbox guarantees;
between lines everything may cross. When all has arrived, both must stand for the same.
"""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.dispatch.work_order.lifecycle import State as OrderState
from services.intake.case.lifecycle import State
from tests.support.examples import examples
from tests.unit.loop.loop import (
    EVERY,
    OF_CASE,
    OF_CONFERENCE,
    OF_DISPATCHER,
    OF_HELPER,
    OF_LEAD,
    REPORT,
    REPORT_ANOTHER,
    Deed,
    Loop,
)

# Where the newest order of the case's cycle may stand, for each state of the case, once all has arrived.
TOGETHER: dict[State, set[OrderState | None]] = {
    State.REPORTED: {None},
    State.AWAITING_REPORTER: {None},
    State.REFUSED: {None},
    State.CANCELLED: {None},
    State.CLASSIFIED: {OrderState.OFFERED, OrderState.RETURNED, OrderState.RECALLED},
    State.IN_PROGRESS: {OrderState.SIGNED},
    State.SUSPENDED: {OrderState.SUSPENDED},
    State.ANSWERED: {OrderState.COMPLETED},
    State.CHECKED: {OrderState.COMPLETED},
    State.AWAITING_CONFERENCE: {OrderState.COMPLETED},
    State.CLOSED: {OrderState.COMPLETED},
    State.ARCHIVED: {OrderState.COMPLETED},
    State.MERGED: {None, OrderState.RECALLED, OrderState.COMPLETED},
}


def agree(loop: Loop) -> None:
    """Check that both aggregates stand for the same once everything has arrived."""
    loop.drain()
    if loop.case is None:
        assert loop.order is None
        return
    assert (loop.order and loop.order.state) in TOGETHER[loop.case.state], (loop.case.state, loop.order)
    if loop.case.state in {State.IN_PROGRESS, State.SUSPENDED, State.ANSWERED}:
        assert loop.order is not None
        assert (loop.case.order_id, loop.case.cycle) == (loop.order.id, loop.order.cycle)
        assert loop.case.lead == loop.order.lead


def deed(name: str) -> Deed:
    return next(each for each in EVERY if each.name == name)


_ENDS_EARLY = ("withdraw", "refuse", "merge", "convene")
GOES_ON = [
    each
    for each in (*OF_CASE, *OF_LEAD, *OF_HELPER, *OF_DISPATCHER, *OF_CONFERENCE)
    if each.name not in _ENDS_EARLY
]


class BothAggregates(RuleBasedStateMachine):
    """Anybody tries anything, and the messages come when they come."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = Loop()

    @initialize(classified=st.booleans(), twice=st.booleans())
    def somebody_reports(self, *, classified: bool, twice: bool) -> None:
        self.loop.do(REPORT)
        if classified:
            self.loop.do(deed("classify"))
        if twice:
            self.loop.do(REPORT_ANOTHER)

    @rule(deed=st.sampled_from(EVERY))
    def anything_is_tried(self, deed: Deed) -> None:
        self.loop.attempt(deed)

    @rule(chance=st.randoms(use_true_random=False))
    def something_possible_is_done(self, chance: Random) -> None:
        """Without it most is refused, and a case rarely comes further than its first step."""
        for each in chance.sample(GOES_ON, len(GOES_ON)):
            if self.loop.attempt(each) is None:
                return

    @rule(data=st.data())
    @precondition(lambda self: any(self.loop.held()))
    def a_message_comes(self, data: st.DataObject) -> None:
        self.loop.let_through(*data.draw(st.sampled_from(sorted(self.loop.held()))))

    @rule()
    def everything_comes(self) -> None:
        agree(self.loop)

    @rule(data=st.data())
    def a_message_comes_again(self, data: st.DataObject) -> None:
        seen = [
            (service.name, line, position)
            for service in self.loop.services.values()
            for line, cursor in service.cursors.items()
            for position in range(cursor)
        ]
        if seen:
            self.loop.repeat(*data.draw(st.sampled_from(seen)))

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours: int) -> None:
        self.loop.now += timedelta(hours=hours)

    @invariant()
    def every_event_is_counted(self) -> None:
        case = self.loop.case
        if case is not None:
            assert len(self.loop.services["intake"].lines["intake", str(case.case_id)]) == case.emitted
        told = sum(order.emitted for order in self.loop.orders())
        assert len(self.loop.services["dispatch"].lines["dispatch", str(self.loop.case_id)]) == told

    def teardown(self) -> None:
        agree(self.loop)


TestBothAggregates = BothAggregates.TestCase
TestBothAggregates.settings = settings(
    max_examples=examples(8),
    stateful_step_count=40,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def loop() -> Loop:
    begun = Loop()
    begun.do(REPORT)
    return begun


def walk(loop: Loop, *names: str) -> None:
    """Let things be done one after the other, each told to everybody at once."""
    for name in names:
        loop.do(deed(name))
        agree(loop)


def test_a_case_goes_round_with_a_co_handler(loop: Loop) -> None:
    walk(loop, "classify", "CGJ signs", "the helper does its part", "CGJ completes")
    walk(loop, "pass the check", "be satisfied", "archive")
    assert loop.case is not None
    assert loop.case.state is State.ARCHIVED


def test_a_case_merged_while_its_order_is_signed_ends_with_the_order_recalled(loop: Loop) -> None:
    walk(loop, "report another", "classify")
    loop.do(deed("CGJ signs"))
    loop.do(deed("merge"))
    agree(loop)
    assert loop.case is not None
    assert loop.order is not None
    assert (loop.case.state, loop.order.state) == (State.MERGED, OrderState.RECALLED)


def test_a_new_order_is_never_heard_of_before_the_old_one_is_gone(loop: Loop) -> None:
    walk(loop, "classify", "CGJ signs")
    for name in ("recall", "redirect", "ZJJ signs"):
        loop.do(deed(name))
    assert {line for receiver, line in loop.held() if receiver == "intake"} == {
        ("dispatch", str(loop.case_id))
    }
    agree(loop)
    assert loop.case is not None
    assert loop.case.state is State.IN_PROGRESS


def test_the_third_dissatisfaction_goes_to_the_conference_and_comes_back(loop: Loop) -> None:
    walk(loop, "classify")
    for _ in range(3):
        assert loop.order is not None
        walk(loop, f"{loop.order.lead} signs", "excuse the helper", f"{loop.order.lead} completes")
        walk(loop, "pass the check", "be dissatisfied")
    assert loop.case is not None
    assert loop.case.state is State.AWAITING_CONFERENCE
    walk(loop, "convene", "adopt", "ZJJ signs", "ZJJ completes", "pass the check", "be satisfied")
    assert loop.case.state is State.CLOSED
