"""Any order of commands, facts and times, however senseless, keeps a case in order."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.refusal import Refusal
from contracts.events.intake import CaseEvent
from contracts.vocabulary import Card
from services.intake.case import reporting
from services.intake.case.case import Case, Decided, Entry
from services.intake.case.errors import IllegalTransition
from services.intake.case.lifecycle import SIX_STEPS, STILL_OPEN, TABLE, State, Step, Trigger
from services.intake.case.reporting import Named
from services.intake.case.waiting import LIMITS, Wait, card_due, remind, wait_of
from tests.support.examples import examples
from tests.unit.chassis.calendars import CHINA
from tests.unit.intake.asked import (
    a_certification,
    a_settlement,
)
from tests.unit.intake.builders import (
    GRID,
    LAMP,
    NOW,
    NUMBER,
    RUBBISH,
    WORKER,
    a_case,
    an_id,
    reported,
)
from tests.unit.intake.moves import MOVES, ORDERS, Move, order

ALLOWED = {(row.source, row.target) for row in TABLE}
MASTERS = {state: a_case(case_id=an_id("master"), state=state) for state in State}

ONWARD = {
    State.REPORTED: Step.CLASSIFY,
    State.AWAITING_REPORTER: Step.ANSWER_QUESTION,
    State.CLASSIFIED: Step.ORDER_OFFERED,
    State.IN_PROGRESS: Step.ORDER_COMPLETED,
    State.SUSPENDED: Step.ORDER_RESUMED,
    State.ANSWERED: Step.PASS_CHECK,
    State.CHECKED: Step.RECORD_DISSATISFIED,
    State.AWAITING_CONFERENCE: Step.RESOLUTION_DECLINED,
    State.CLOSED: Step.REOPEN,
}


class Life(RuleBasedStateMachine):
    """One case from its report on; `clock` only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = NOW
        self.case: Case = a_case()
        self.entries: tuple[Entry, ...] = ()
        self.events: tuple[CaseEvent, ...] = ()
        self.wait: Wait | None = None
        self.master = MASTERS[State.CLASSIFIED]
        self.photos = 0

    @initialize(anonymous=st.booleans(), known=st.booleans())
    def begin(self, *, anonymous: bool, known: bool) -> None:
        self.take(reported(anonymous=anonymous, category=LAMP if known else None), new=True)

    @rule(data=st.data())
    def a_step_that_the_table_has(self, data: st.DataObject) -> None:
        steps = sorted({row.step for row in TABLE if row.source is self.case.state})
        if steps:
            self.move(MOVES[data.draw(st.sampled_from(steps))])

    @rule(steps=st.integers(1, 12))
    def onward(self, steps: int) -> None:
        """Go where a case usually goes, round and round: few random steps would ever get far."""
        for _ in range(steps):
            signed = self.case.state is State.CLASSIFIED and self.case.order_id is not None
            step = Step.ORDER_SIGNED if signed else ONWARD.get(self.case.state)
            if step is not None:
                self.move(MOVES[step])

    @rule(step=st.sampled_from(sorted(step for step in Step if step is not Step.REMIND)))
    def any_step(self, step: Step) -> None:
        if step in MOVES:
            self.move(MOVES[step])

    @rule(step=st.sampled_from(sorted(ORDERS)), older=st.booleans())
    def a_fact_of_another_order(self, step: Step, *, older: bool) -> None:
        changed = {"cycle": self.case.cycle - 1} if older else {"order_id": an_id("another")}
        self.move(lambda life: order(life, ORDERS[step], **changed))

    @rule(state=st.sampled_from(sorted(State)))
    def another_master(self, state: State) -> None:
        self.master = MASTERS[state]

    @rule(hours=st.sampled_from([1, 5, 26, 50, 200, 361]))
    def time_passes(self, hours: int) -> None:
        self.clock += timedelta(hours=hours)

    @rule()
    def the_limit_is_watched(self) -> None:
        wait = self.wait
        card = None if wait is None else card_due(wait, self.clock)
        if wait is not None and card is not None:
            self.take(remind(self.case, wait, card, now=self.clock))
            self.wait = msgspec.structs.replace(wait, card=card)
            assert card_due(self.wait, self.clock) is None

    def a_photo(self) -> str:
        self.photos += 1
        return f"photo {self.photos}"

    def move(self, move: Move) -> None:
        try:
            decided = move(self)
        except Refusal:
            return
        if decided is not None:
            self.take(decided)

    def take(self, decided: Decided, *, new: bool = False) -> None:
        before, after = self.case, decided.case
        if not new:
            assert before.state is after.state or (before.state, after.state) in ALLOWED
            assert after.cycle - before.cycle in {0, 1}
            assert after.escalation - before.escalation in {0, 1}
            if SIX_STEPS[before.state] in {0, 6}:
                assert [entry.late for entry in decided.entries] == [True]
                assert decided.events == ()
        if new or before.state is not after.state:
            self.wait = wait_of(after, CHINA)
        self.case, self.entries = after, self.entries + decided.entries
        self.events += decided.events

    @invariant()
    def it_keeps_count(self) -> None:
        assert self.case.version == len(self.entries)
        assert [entry.position for entry in self.entries] == list(range(1, self.case.version + 1))
        assert self.case.emitted == len(self.events)
        if self.entries:
            assert self.entries[-1].state is self.case.state

    @invariant()
    def every_state_has_what_belongs_to_it_and_nothing_else(self) -> None:
        case = self.case
        assert (case.closed_at is not None) == (case.state in {State.CLOSED, State.ARCHIVED})
        assert (case.closure is not None) == (case.closed_at is not None)
        assert (case.aside_at is not None) == (SIX_STEPS[case.state] == 0)
        assert (case.seal is not None) == (case.state is State.ARCHIVED)
        assert (case.master_id is not None) == (case.state is State.MERGED)
        assert (case.refusal is not None) == (case.state is State.REFUSED)
        assert (case.cancelled_for is not None) == (case.state is State.CANCELLED)
        assert (self.wait is not None) == (case.state in LIMITS)
        if case.state in STILL_OPEN:
            assert case.score is case.resolved is None
        if case.state in {State.REPORTED, State.AWAITING_REPORTER, State.SUSPENDED}:
            assert case.due_at is None

    @invariant()
    def nobody_is_named_in_what_an_anonymous_case_says(self) -> None:
        if self.case.anonymous:
            assert str(an_id("resident")) not in repr((self.case, self.entries, self.events))


class SettledLife(Life):
    """The same from a small matter that was settled on the spot."""

    @initialize(anonymous=st.just(value=False), known=st.just(value=True))
    def begin(self, *, anonymous: bool, known: bool) -> None:  # noqa: ARG002 - one way to begin
        named = Named(NUMBER, GRID, RUBBISH)
        self.take(reporting.settle_on_spot(a_settlement(), WORKER, named, now=NOW), new=True)


class CertifiedLife(Life):
    """The same from a meeting's resolution."""

    @initialize(anonymous=st.just(value=False), known=st.just(value=True))
    def begin(self, *, anonymous: bool, known: bool) -> None:  # noqa: ARG002 - one way to begin
        self.take(reporting.certified(a_certification(), Named(NUMBER, GRID, LAMP), now=NOW), new=True)


TestLife = Life.TestCase
TestSettledLife = SettledLife.TestCase
TestCertifiedLife = CertifiedLife.TestCase
for machine, number in ((TestLife, 12), (TestSettledLife, 4), (TestCertifiedLife, 4)):
    machine.settings = settings(max_examples=examples(number), stateful_step_count=40)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (state, row.step)
        for row in TABLE
        for state in State
        if row.kind is Trigger.COMMAND
        and row.source is not None
        and not any(other.source is state and other.step is row.step for other in TABLE)
    ],
)
def test_each_command_is_refused_where_the_table_has_no_row_for_it_and_changes_nothing(
    state: State, step: Step
) -> None:
    life = Life()
    life.case, life.clock = a_case(state=state, closed_at=NOW), NOW + timedelta(hours=1)
    with pytest.raises(IllegalTransition):
        MOVES[step](life)


def test_every_step_of_the_table_has_a_move() -> None:
    from_somewhere = {row.step for row in TABLE if row.source is not None or row.kind is Trigger.FACT}
    assert from_somewhere == set(MOVES)
    assert set(Card) == {Card.YELLOW, Card.RED}
