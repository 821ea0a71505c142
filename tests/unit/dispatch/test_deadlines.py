from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from chassis.working_time import Limit
from contracts.department import OrderOffered
from contracts.events.dispatch import WorkOrderCardShown, WorkOrderOffered, WorkOrderOfferedAgain
from contracts.vocabulary import Card, DeadlineReason, Urgency
from services.dispatch.deadline.cards import show_card
from services.dispatch.deadline.deadline import Clock, afresh, granted, next_card, review_at, sign_by
from services.dispatch.deadline.timers import TimerKind, timers_of
from services.dispatch.work_order.handling import sign
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.offering import Terms, offer_again
from services.dispatch.work_order.party import Waiting
from services.dispatch.work_order.work_order import WorkOrder
from tests.unit.chassis.calendars import CHINA, MONDAY_TO_FRIDAY
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    a_clock,
    a_completed_order,
    a_recalled_order,
    a_returned_order,
    a_signed_order,
    a_suspended_order,
    an_offer,
    an_order,
)

TICK = timedelta(microseconds=1)


def local(text: str) -> datetime:
    """A time on the district's clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def kinds_of(order: WorkOrder) -> list[tuple[TimerKind, str]]:
    return [(timer.kind, timer.party) for timer in timers_of(order)]


def test_an_offered_order_has_a_row_of_the_ledger_for_each_party() -> None:
    offered = an_offer(
        co_handlers=(CO_HANDLER,), limit="5wd", clock=a_clock(local("2012-09-28 09:00"), CHINA)
    )
    due_at = local("2012-10-11 18:00")  # a Saturday that is worked, and a holiday of eight days
    assert [(row.party, row.due_at, row.reason) for row in offered.deadlines] == [
        (LEAD, due_at, DeadlineReason.INITIAL),
        (CO_HANDLER, due_at, DeadlineReason.INITIAL),
    ]
    assert {row.calendar_version for row in offered.deadlines} == {CHINA.version}
    (event,) = offered.events
    assert isinstance(event, WorkOrderOffered)
    assert (event.due_at, event.provisional) == (due_at, False)
    told = [each.message for each in offered.messages if isinstance(each.message, OrderOffered)]
    assert {(message.due_at, message.provisional) for message in told} == {(due_at, False)}


def test_a_due_time_by_a_year_that_is_not_published_is_provisional_and_told_so() -> None:
    offered = an_offer(limit="5wd", clock=a_clock(calendar=MONDAY_TO_FRIDAY))
    (event,) = offered.events
    assert isinstance(event, WorkOrderOffered)
    assert event.provisional
    assert all(party.term.provisional for party in offered.order.parties)
    assert all(row.provisional for row in offered.deadlines)


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        ("3wd", "2026-03-04 18:00"),
        ("15wd", "2026-03-12 18:00"),
        ("1wd", "2026-03-03 18:00"),
        ("5h", "2026-03-02 12:30"),
    ],
)
def test_a_rework_has_half_the_limit_rounded_up(limit: str, due: str) -> None:
    assert Terms(limit, DeadlineReason.REWORK).due(a_clock()).at == local(due)


def test_the_conferences_date_stands_worked_or_not_and_ends_with_the_working_hours() -> None:
    for day in (date(2026, 3, 20), date(2026, 3, 22)):
        due = Terms("3wd", DeadlineReason.REOPENING, day).due(a_clock(calendar=CHINA))
        assert (due.at, due.provisional) == (local(f"{day} 18:00"), False)


def test_a_date_that_has_passed_is_no_limit() -> None:
    clock = a_clock(local("2026-03-23 09:00"))
    today, passed = (afresh(Limit.parse("3wd"), clock, due_on=date(2026, 3, day)) for day in (23, 22))
    assert today.at == local("2026-03-23 18:00")
    assert passed.at == local("2026-03-26 18:00")


@pytest.mark.parametrize(
    ("urgency", "again_at"), [(Urgency.URGENT, "2026-03-02 10:00"), (Urgency.NORMAL, "2026-03-02 15:00")]
)
def test_an_order_is_to_be_signed_within_half_an_hour_or_four_working_hours(
    urgency: Urgency, again_at: str
) -> None:
    clock = Clock(local("2026-03-02 09:30"), CHINA)
    assert sign_by(urgency, clock) == local(again_at) + (
        timedelta(minutes=30) if urgency == "N" else timedelta()
    )


def test_an_order_that_is_not_signed_in_time_is_offered_again_and_again() -> None:
    order = an_order()
    assert order.again_at is not None
    assert offer_again(order, a_clock(order.again_at)) is None
    late = a_clock(order.again_at + TICK)
    decided = offer_again(order, late)
    assert decided is not None
    (event,), (message,) = decided.events, decided.messages
    assert isinstance(event, WorkOrderOfferedAgain)
    assert event.again == 1
    assert message.department == LEAD
    assert isinstance(message.message, OrderOffered)
    assert message.message.again == 1
    assert (decided.order.state, decided.order.waits) == (State.OFFERED, Waiting.SIGNATURE)
    assert decided.order.again_at == sign_by(order.urgency, late)
    assert offer_again(decided.order, late) is None


def test_a_signed_order_is_not_offered_again() -> None:
    signed = sign(an_order(), by=LEAD, now=NOW).order
    assert signed.waits is None
    assert offer_again(signed, a_clock(NOW + timedelta(days=1))) is None


def test_what_falls_due_of_an_order_follows_from_how_it_stands() -> None:
    cards = [(TimerKind.YELLOW, LEAD), (TimerKind.YELLOW, CO_HANDLER)]
    offered = an_order()
    assert kinds_of(offered) == [(TimerKind.OFFER_AGAIN, LEAD), *sorted(cards, key=lambda card: card[1])]
    assert sorted(kinds_of(a_signed_order(co_handlers=(CO_HANDLER,)))) == sorted(cards)
    assert kinds_of(a_suspended_order()) == [(TimerKind.RESUME, LEAD)]
    for ended in (a_completed_order(), a_returned_order(), a_recalled_order()):
        assert kinds_of(ended) == []


def test_a_yellow_card_is_shown_when_a_quarter_of_the_limit_is_left_and_a_red_one_when_none_is() -> None:
    order = a_signed_order(limit="24h")
    yellow_at, due_at = NOW + timedelta(hours=18), NOW + timedelta(hours=24)
    assert show_card(order, LEAD, now=yellow_at) is None
    warned = show_card(order, LEAD, now=yellow_at + TICK)
    assert warned is not None
    assert kinds_of(warned.order) == [(TimerKind.RED, LEAD)]
    assert show_card(warned.order, LEAD, now=due_at) is None
    late = show_card(warned.order, LEAD, now=due_at + TICK)
    assert late is not None
    assert kinds_of(late.order) == []
    assert show_card(late.order, LEAD, now=due_at + timedelta(days=1)) is None
    told = [event for decided in (warned, late) for event in decided.events]
    assert all(isinstance(event, WorkOrderCardShown) for event in told)
    assert [(event.card, event.party, event.due_at) for event in told] == [  # type: ignore[attr-defined]
        (Card.YELLOW, LEAD, due_at),
        (Card.RED, LEAD, due_at),
    ]
    assert (late.order.state, late.order.emitted, late.order.version) == (State.SIGNED, 4, 4)


def test_a_due_time_that_passed_unseen_has_a_red_card_alone() -> None:
    shown = show_card(a_signed_order(limit="24h"), LEAD, now=NOW + timedelta(days=2))
    assert shown is not None
    assert shown.order.parties[0].term.card is Card.RED
    assert kinds_of(shown.order) == []


def test_each_party_has_cards_of_its_own() -> None:
    order = a_signed_order(limit="24h", co_handlers=(CO_HANDLER,))
    shown = show_card(order, CO_HANDLER, now=NOW + timedelta(days=2))
    assert shown is not None
    assert [party.term.card for party in shown.order.parties] == [None, Card.RED]


def test_no_card_is_shown_while_the_clock_stands_or_where_nothing_is_to_be_done() -> None:
    later = NOW + timedelta(days=90)
    for order in (a_suspended_order(), a_completed_order(), a_recalled_order()):
        assert show_card(order, LEAD, now=later) is None
    assert show_card(a_signed_order(), "XXX", now=later) is None


def test_a_new_row_of_the_ledger_has_its_own_cards() -> None:
    clock = a_clock()
    term = granted(afresh(Limit.parse("24h"), clock), Limit.parse("24h"), clock)
    assert next_card(term) == (Card.YELLOW, NOW + timedelta(hours=18))
    assert next_card(msgspec.structs.replace(term, card=Card.YELLOW)) == (Card.RED, NOW + timedelta(hours=24))
    assert next_card(msgspec.structs.replace(term, card=Card.RED)) is None


def test_a_suspension_is_looked_at_again_at_the_opening_of_the_day() -> None:
    assert review_at(date(2012, 10, 3), CHINA) == local("2012-10-03 08:30")
