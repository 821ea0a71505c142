"""Whatever is asked in whatever order: clock, ledger and timers stay true to the order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.refusal import Refusal
from contracts.commands.dispatch import StatementKind
from contracts.vocabulary import Card, SuspensionReason
from services.dispatch.deadline.cards import show_card
from services.dispatch.deadline.deadline import Clock, Deadline
from services.dispatch.deadline.timers import TimerKind, timers_of
from services.dispatch.work_order import asking, handling, offering
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.lifecycle import OPEN, State
from services.dispatch.work_order.party import RequestKind, Waiting
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import WorkOrder
from tests.support.examples import examples
from tests.unit.chassis.calendars import CHINA
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    REASON,
    STRANGER,
    a_clock,
    a_memory,
    a_result,
    a_statement,
    an_offer,
)

LIMITS = ("30d", "24h", "3wd", "15wd", "4wh")
NOBODY = Named(None, "", None)


# A walk that ends at once says little, and one that is mostly refused no more.
ENDS_AFTER = 8


def is_in(*states: State) -> Callable[["OrderWalk"], bool]:
    return lambda walk: walk.order.state in states


def has_gone_on(walk: "OrderWalk") -> bool:
    return walk.taken >= ENDS_AFTER


def asks(kind: RequestKind | None) -> Callable[["OrderWalk"], bool]:
    return lambda walk: (walk.order.request and walk.order.request.kind) == kind


class OrderWalk(RuleBasedStateMachine):
    """One order, asked anything while time passes; what is due is done as it falls due."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.stood = timedelta(0)
        self.stopped_at: datetime | None = None
        self.was_overdue = False
        self.extended = 0
        self.taken = 0
        self.told = 0
        self.ledger: list[Deadline] = []

    @initialize(limit=st.sampled_from(LIMITS))
    def offer(self, limit: str) -> None:
        offered = an_offer(limit=limit, co_handlers=(CO_HANDLER, STRANGER), clock=self.clock)
        self.memory = a_memory(offered.order)
        self.order: WorkOrder = offered.order
        self.take(offered)

    @property
    def clock(self) -> Clock:
        return a_clock(self.now, CHINA)

    def take(self, decided: Decided) -> None:
        self.order = decided.order
        self.ledger += decided.deadlines
        self.told += len(decided.events)
        self.taken += 1

    def ask(self, decide: Callable[[], Decided]) -> bool:
        """Ask for a step; what is refused changes nothing."""
        try:
            decided = decide()
        except Refusal:
            return False
        self.take(decided)
        return True

    @rule(minutes=st.integers(1, 6_000))
    def time_passes(self, minutes: int) -> None:
        """Time goes by in steps; a process that is down for a while does all at once."""
        self.now += timedelta(minutes=minutes)
        while (timer := next(iter(timers_of(self.order)), None)) and timer.at < self.now:
            decided = self.fire(timer.kind, timer.party)
            assert decided is not None, timer
            self.take(decided)

    def fire(self, kind: TimerKind, party: str) -> Decided | None:
        match kind:
            case TimerKind.OFFER_AGAIN:
                return offering.offer_again(self.order, self.clock)
            case TimerKind.RESUME:
                self.clock_runs()
                return asking.review(self.order, clock=self.clock)
            case _:
                return show_card(self.order, party, now=self.now)

    @precondition(is_in(State.OFFERED))
    @rule()
    def sign(self) -> None:
        self.ask(lambda: handling.sign(self.order, by=LEAD, now=self.now))

    @precondition(has_gone_on)
    @rule()
    def give_back(self) -> None:
        def decide() -> Decided:
            asked: dict[str, Any] = {
                "suggested": None,
                "suggested_is_known": True,
                "by": LEAD,
                "now": self.now,
            }
            return handling.return_order(self.order, self.memory, self.stated(StatementKind.RETURN), **asked)[
                0
            ]

        self.ask(decide)

    @precondition(has_gone_on)
    @rule()
    def recall(self) -> None:
        self.ask(lambda: offering.recall(self.order, reason=REASON, now=self.now))

    @precondition(is_in(State.SIGNED))
    @rule(days=st.integers(1, 30))
    def ask_extension(self, days: int) -> None:
        named = self.stated(StatementKind.EXTENSION)
        self.ask(lambda: asking.ask_extension(self.order, named, days=days, by=LEAD, now=self.now))

    @precondition(asks(RequestKind.EXTENSION))
    @rule(granted=st.booleans())
    def decide_extension(self, *, granted: bool) -> None:
        days = (self.order.request and self.order.request.days) or 0
        if not granted:
            self.ask(lambda: asking.deny_extension(self.order, reason=REASON, now=self.now))
        elif self.ask(lambda: asking.grant_extension(self.order, clock=self.clock)):
            self.extended += days

    @precondition(is_in(State.SIGNED))
    @rule(days=st.integers(1, 30))
    def ask_suspension(self, days: int) -> None:
        given: dict[str, Any] = {"reason": SuspensionReason.COURT, "by": LEAD, "clock": self.clock}
        review_on = self.clock.today + timedelta(days=days)
        self.ask(lambda: asking.ask_suspension(self.order, NOBODY, review_on=review_on, **given))

    @precondition(asks(RequestKind.SUSPENSION))
    @rule(days=st.integers(1, 30))
    def suspend(self, days: int) -> None:
        overdue = self.now > self.order.parties[0].term.due_at
        review_on = self.clock.today + timedelta(days=days)
        if self.ask(lambda: asking.grant_suspension(self.order, review_on=review_on, clock=self.clock)):
            self.stopped_at = self.now
            self.was_overdue |= overdue

    @precondition(is_in(State.SUSPENDED))
    @rule()
    def resume(self) -> None:
        if self.ask(lambda: asking.resume(self.order, clock=self.clock)):
            self.clock_runs()

    def clock_runs(self) -> None:
        assert self.stopped_at is not None
        self.stood += self.now - self.stopped_at

    @precondition(is_in(State.SIGNED))
    @rule(department=st.sampled_from([CO_HANDLER, STRANGER]))
    def do_part(self, department: str) -> None:
        result = a_result(self.order, department=department)
        given: dict[str, Any] = {"result_sha256": result.sha256, "by": department, "now": self.now}
        self.ask(lambda: handling.complete_part(self.order, result, **given))

    @precondition(is_in(State.SIGNED))
    @rule(department=st.sampled_from([CO_HANDLER, STRANGER]))
    def excuse(self, department: str) -> None:
        given: dict[str, Any] = {"department": department, "reason": REASON, "now": self.now}
        self.ask(lambda: handling.excuse_part(self.order, **given))

    @precondition(has_gone_on)
    @rule()
    def complete(self) -> None:
        result = a_result(self.order)
        given: dict[str, Any] = {"result_sha256": result.sha256, "by": LEAD, "now": self.now}
        self.ask(lambda: handling.complete(self.order, result, **given))

    def stated(self, kind: StatementKind) -> Named:
        statement = a_statement(self.order, kind=kind)
        return Named(statement.id, statement.sha256, statement)

    @invariant()
    def every_change_is_counted(self) -> None:
        assert (self.order.version, self.order.emitted) == (self.taken, self.told)

    @invariant()
    def what_a_party_has_is_its_newest_row_of_the_ledger(self) -> None:
        for party in self.order.parties:
            rows = [row for row in self.ledger if row.party == party.department]
            assert (party.term.due_at, party.term.provisional) == (rows[-1].due_at, rows[-1].provisional)
            assert all(one.granted_at <= other.granted_at for one, other in pairwise(rows))

    @invariant()
    def a_clock_stands_while_the_order_is_suspended_and_only_then(self) -> None:
        if self.order.state in OPEN:
            standing = {party.term.left_s is not None for party in self.order.parties if party.is_open}
            assert standing == {self.order.state is State.SUSPENDED}
        assert (self.order.review_on is not None) is (self.order.state is State.SUSPENDED)

    @invariant()
    def on_the_wall_clock_no_time_is_lost_or_won(self) -> None:
        if self.order.limit != "30d" or self.was_overdue or self.order.state is State.SUSPENDED:
            return
        given = timedelta(days=30 + self.extended)
        assert self.order.parties[0].term.due_at == NOW + given + self.stood

    @invariant()
    def nothing_falls_due_of_an_order_that_has_ended_and_nothing_is_overlooked(self) -> None:
        timers = timers_of(self.order)
        if self.order.state not in OPEN:
            assert timers == ()
            return
        if self.order.is_running:
            carded = {timer.party for timer in timers if timer.kind in {TimerKind.YELLOW, TimerKind.RED}}
            owed = {
                party.department
                for party in self.order.parties
                if party.is_open and party.term.card is not Card.RED
            }
            assert carded == owed
        assert (self.order.state is State.SUSPENDED) is (TimerKind.RESUME in {timer.kind for timer in timers})

    @invariant()
    def the_desk_shows_what_waits_for_it(self) -> None:
        waits = self.order.waits
        assert (waits is Waiting.APPROVAL) is (self.order.request is not None)
        assert self.order.request is None or self.order.state is State.SIGNED
        assert (waits is Waiting.REDIRECT) is (self.order.state in {State.RETURNED, State.RECALLED})
        assert (self.order.ended_at is None) is (self.order.state in OPEN)


TestOrderWalk = OrderWalk.TestCase
TestOrderWalk.settings = settings(max_examples=examples(12), stateful_step_count=40)
