from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.commands.dispatch import StatementKind
from contracts.department import Change, OrderChanged
from contracts.events.dispatch import (
    WorkOrderExtended,
    WorkOrderExtensionAsked,
    WorkOrderExtensionDenied,
    WorkOrderResumed,
    WorkOrderSuspended,
    WorkOrderSuspensionAsked,
    WorkOrderSuspensionDenied,
)
from contracts.vocabulary import DeadlineReason, SuspensionReason, Urgency
from services.dispatch.work_order import asking, errors
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.handling import complete
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.party import Request, RequestKind, Waiting
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import WorkOrder
from tests.unit.chassis.calendars import CHINA
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    REASON,
    REVIEW_ON,
    a_clock,
    a_result,
    a_signed_order,
    a_statement,
    a_suspended_order,
    an_id,
    an_order,
    extension_asked,
    suspension_asked,
)

SIGNED = a_signed_order(co_handlers=(CO_HANDLER,))
NOTHING = Named(None, "", None)


def local(text: str) -> datetime:
    """A time on the district's clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def asking_extension(
    order: WorkOrder, *, kind: StatementKind = StatementKind.EXTENSION, **changes: Any
) -> Decided:
    stated = a_statement(order, kind=kind)
    given: dict[str, Any] = {"days": 2, "by": LEAD, "now": NOW}
    return asking.ask_extension(order, Named(stated.id, stated.sha256, stated), **{**given, **changes})


def asking_suspension(order: WorkOrder, named: Named = NOTHING, **changes: Any) -> Decided:
    given: dict[str, Any] = {
        "reason": SuspensionReason.SEASON,
        "review_on": REVIEW_ON,
        "by": LEAD,
        "clock": a_clock(),
    }
    return asking.ask_suspension(order, named, **{**given, **changes})


def changes_of(decided: Decided) -> list[tuple[str, Change, datetime | None]]:
    return [
        (each.department, each.message.change, each.message.due_at)
        for each in decided.messages
        if isinstance(each.message, OrderChanged)
    ]


def test_the_lead_asks_for_an_extension_with_a_statement() -> None:
    decided = asking_extension(SIGNED)
    (event,) = decided.events
    assert decided.order.request == Request(
        kind=RequestKind.EXTENSION, asked_at=NOW, statement_id=an_id("statement"), days=2
    )
    assert decided.order.waits is Waiting.APPROVAL
    assert isinstance(event, WorkOrderExtensionAsked)
    assert event.days == 2


@pytest.mark.parametrize("days", [1, 5])
def test_an_extension_is_of_one_day_or_of_as_many_as_the_limit_has(days: int) -> None:
    assert asking_extension(SIGNED, days=days).events


@pytest.mark.parametrize(
    ("limit", "days", "refusal"),
    [
        ("5wd", 0, errors.DaysInvalid),
        ("5wd", -1, errors.DaysInvalid),
        ("5wd", 6, errors.TooManyDays),
        ("30d", 31, errors.TooManyDays),
        ("24h", 2, errors.TooManyDays),
    ],
)
def test_an_extension_of_other_days_is_refused(limit: str, days: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        asking_extension(a_signed_order(limit=limit), days=days)


def test_a_rework_may_be_extended_by_as_many_days_as_the_original_limit_has() -> None:
    assert asking_extension(a_signed_order(limit="3wd"), days=3).events


def test_what_is_urgent_is_never_extended() -> None:
    with pytest.raises(errors.NeverExtended):
        asking_extension(a_signed_order(urgency=Urgency.URGENT))


def test_an_extension_is_asked_for_before_the_due_time_and_at_it_but_not_after() -> None:
    due_at = SIGNED.parties[0].term.due_at
    assert asking_extension(SIGNED, now=due_at).events
    with pytest.raises(errors.PastDue):
        asking_extension(SIGNED, now=due_at + timedelta(microseconds=1))


def test_only_the_lead_asks_and_only_for_a_signed_order() -> None:
    with pytest.raises(errors.NotTheLead):
        asking_extension(SIGNED, by=CO_HANDLER)
    with pytest.raises(errors.NotTheLead):
        asking_suspension(SIGNED, by=CO_HANDLER)
    for order in (an_order(), a_suspended_order()):
        with pytest.raises(errors.IllegalTransition):
            asking_extension(order)
        with pytest.raises(errors.IllegalTransition):
            asking_suspension(order)


def test_an_extension_needs_a_statement_of_its_own_kind() -> None:
    with pytest.raises(errors.UnknownStatement):
        asking_extension(SIGNED, kind=StatementKind.SUSPENSION)


def test_while_something_is_asked_nothing_else_is() -> None:
    for order in (extension_asked(SIGNED), suspension_asked(SIGNED)):
        with pytest.raises(errors.AskedBefore):
            asking_extension(order)
        with pytest.raises(errors.AskedBefore):
            asking_suspension(order)


def test_an_extension_is_asked_for_once_whatever_the_answer() -> None:
    asked = extension_asked(SIGNED)
    denied = asking.deny_extension(asked, reason=REASON, now=NOW).order
    granted = asking.grant_extension(asked, clock=a_clock()).order
    for order in (denied, granted):
        with pytest.raises(errors.AskedBefore):
            asking_extension(order)
        assert asking_suspension(order).events


def test_a_suspension_may_be_asked_for_again() -> None:
    denied = asking.deny_suspension(suspension_asked(SIGNED), reason=REASON, now=NOW).order
    assert asking_suspension(denied).events


def test_an_extension_is_granted_to_the_lead_alone_in_days_of_the_limits_own_kind() -> None:
    decided = asking.grant_extension(extension_asked(SIGNED, days=3), clock=a_clock())
    (event,), (row,) = decided.events, decided.deadlines
    # Five working days from Monday the 2nd end on the 9th, three more on the 12th.
    due_at = local("2026-03-12 18:00")
    lead, other = decided.order.parties
    assert (row.party, row.reason, row.due_at) == (LEAD, DeadlineReason.EXTENSION, due_at)
    assert (lead.term.due_at, other.term) == (due_at, SIGNED.parties[1].term)
    assert isinstance(event, WorkOrderExtended)
    assert event.due_at == due_at
    assert changes_of(decided) == [(LEAD, Change.EXTENDED, due_at)]
    assert (decided.order.request, decided.order.waits) == (None, None)


def test_an_extension_by_calendar_days_of_a_limit_on_the_wall_clock() -> None:
    order = extension_asked(a_signed_order(limit="30d"), days=7)
    (row,) = asking.grant_extension(order, clock=a_clock()).deadlines
    assert row.due_at == NOW + timedelta(days=37)


def test_a_denial_gives_its_reason_and_leaves_the_due_time() -> None:
    asked = extension_asked(SIGNED)
    decided = asking.deny_extension(asked, reason=REASON, now=NOW)
    assert decided.order.parties == SIGNED.parties
    assert (decided.order.denied_text, decided.order.request, decided.deadlines) == (REASON, None, ())
    assert [type(event) for event in decided.events] == [WorkOrderExtensionDenied]
    assert changes_of(decided) == [(LEAD, Change.EXTENSION_DENIED, SIGNED.parties[0].term.due_at)]
    with pytest.raises(errors.TextTooShort):
        asking.deny_extension(asked, reason="不准", now=NOW)


def test_what_nobody_asked_is_neither_granted_nor_denied() -> None:
    for order in (SIGNED, suspension_asked(SIGNED)):
        with pytest.raises(errors.NotAsked):
            asking.grant_extension(order, clock=a_clock())
        with pytest.raises(errors.NotAsked):
            asking.deny_extension(order, reason=REASON, now=NOW)
    for order in (SIGNED, extension_asked(SIGNED)):
        with pytest.raises(errors.NotAsked):
            asking.grant_suspension(order, review_on=REVIEW_ON, clock=a_clock())
        with pytest.raises(errors.NotAsked):
            asking.deny_suspension(order, reason=REASON, now=NOW)


def test_completing_clears_what_was_asked() -> None:
    order = extension_asked(a_signed_order())
    result = a_result(order)
    completed = complete(order, result, result_sha256=result.sha256, by=LEAD, now=NOW).order
    assert (completed.request, completed.waits) == (None, None)


def test_the_lead_asks_for_a_suspension_for_a_reason_of_the_closed_list() -> None:
    decided = asking_suspension(SIGNED)
    (event,) = decided.events
    assert decided.order.request == Request(
        kind=RequestKind.SUSPENSION, asked_at=NOW, reason=SuspensionReason.SEASON, review_on=REVIEW_ON
    )
    assert isinstance(event, WorkOrderSuspensionAsked)
    assert event.reason is SuspensionReason.SEASON


def test_a_suspension_may_say_more_than_the_list_in_a_statement_of_its_own_kind() -> None:
    stated = a_statement(SIGNED, kind=StatementKind.SUSPENSION)
    decided = asking_suspension(SIGNED, Named(stated.id, stated.sha256, stated))
    assert decided.order.request is not None
    assert decided.order.request.statement_id == stated.id
    for named in (Named(stated.id, stated.sha256, None), Named(stated.id, "", a_statement(SIGNED))):
        with pytest.raises(errors.UnknownStatement):
            asking_suspension(SIGNED, named)


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("review_on", "refusal"),
    [
        (TODAY - timedelta(days=1), errors.ReviewInvalid),
        (TODAY, errors.ReviewInvalid),
        (TODAY + timedelta(days=1), None),
        (TODAY + timedelta(days=30), None),
        (TODAY + timedelta(days=31), errors.ReviewTooFar),
    ],
)
def test_the_review_is_from_tomorrow_to_thirty_days_ahead(
    review_on: date, refusal: type[Exception] | None
) -> None:
    asked = suspension_asked(SIGNED)
    if refusal is None:
        assert asking_suspension(SIGNED, review_on=review_on).events
        assert asking.grant_suspension(asked, review_on=review_on, clock=a_clock()).events
        return
    with pytest.raises(refusal):
        asking_suspension(SIGNED, review_on=review_on)
    with pytest.raises(refusal):
        asking.grant_suspension(asked, review_on=review_on, clock=a_clock())


def test_a_day_begins_at_the_districts_midnight() -> None:
    late = a_clock(local("2026-03-02 23:59"))
    with pytest.raises(errors.ReviewInvalid):
        asking_suspension(SIGNED, review_on=TODAY, clock=late)
    assert asking_suspension(SIGNED, review_on=TODAY + timedelta(days=1), clock=late).events


def test_a_granted_suspension_stops_the_clock_of_everybody_whose_part_is_open() -> None:
    decided = asking.grant_suspension(suspension_asked(SIGNED), review_on=REVIEW_ON, clock=a_clock())
    (event,) = decided.events
    order = decided.order
    assert (order.state, order.review_on, order.request) == (State.SUSPENDED, REVIEW_ON, None)
    assert order.review_at == local("2026-03-20 08:30")
    assert isinstance(event, WorkOrderSuspended)
    assert event.review_on == REVIEW_ON
    assert [party.term.left_s for party in order.parties] == [5 * 86400.0, 5 * 86400.0]
    assert changes_of(decided) == [(LEAD, Change.SUSPENDED, None), (CO_HANDLER, Change.SUSPENDED, None)]
    assert decided.deadlines == ()


def test_a_denied_suspension_leaves_the_clock_running() -> None:
    decided = asking.deny_suspension(suspension_asked(SIGNED), reason=REASON, now=NOW)
    assert (decided.order.state, decided.order.parties) == (State.SIGNED, SIGNED.parties)
    assert [type(event) for event in decided.events] == [WorkOrderSuspensionDenied]


def test_resuming_gives_what_was_left_and_a_row_of_the_ledger_to_each() -> None:
    order = a_suspended_order(co_handlers=(CO_HANDLER,))
    clock = a_clock(local("2026-03-11 10:00"))
    decided = asking.resume(order, clock=clock)
    due_at = local("2026-03-18 18:00")
    (event,) = decided.events
    assert isinstance(event, WorkOrderResumed)
    assert event.due_at == due_at
    assert [(row.party, row.reason, row.due_at) for row in decided.deadlines] == [
        (LEAD, DeadlineReason.RESUME, due_at),
        (CO_HANDLER, DeadlineReason.RESUME, due_at),
    ]
    assert (decided.order.state, decided.order.review_on, decided.order.review_at) == (
        State.SIGNED,
        None,
        None,
    )
    assert changes_of(decided) == [(LEAD, Change.RESUMED, due_at), (CO_HANDLER, Change.RESUMED, due_at)]


def test_a_suspension_ends_by_itself_when_the_day_of_review_has_begun() -> None:
    order = a_suspended_order()
    assert order.review_at is not None
    assert asking.review(order, clock=a_clock(order.review_at)) is None
    decided = asking.review(order, clock=a_clock(order.review_at + timedelta(seconds=1)))
    assert decided is not None
    assert decided.order.state is State.SIGNED


def test_a_suspension_over_the_national_day_holiday_of_2012_loses_no_day() -> None:
    # Offered on Monday 24 September: five working days are the 25th to the 28th and Saturday the 29th.
    clock = a_clock(local("2012-09-24 09:00"), CHINA)
    order = a_signed_order(clock=clock, limit="5wd")
    assert order.parties[0].term.due_at == local("2012-09-29 18:00")
    # On the 26th three are left: the 27th, the 28th, the 29th.
    suspended = a_suspended_order(
        clock=clock,
        limit="5wd",
        asked_at=local("2012-09-26 11:00"),
        review_on=date(2012, 10, 10),
        calendar=CHINA,
    )
    assert suspended.parties[0].term.left_s == 3 * 86400.0
    # Reviewed on Wednesday the 10th: the 11th, the 12th and Monday the 15th.
    assert suspended.review_at == local("2012-10-10 08:30")
    decided = asking.review(suspended, clock=a_clock(local("2012-10-10 08:31"), CHINA))
    assert decided is not None
    assert decided.order.parties[0].term.due_at == local("2012-10-15 18:00")
    assert not decided.order.parties[0].term.provisional


def test_a_suspension_within_the_holiday_resumes_on_the_first_days_worked_after_it() -> None:
    clock = a_clock(local("2012-09-28 09:00"), CHINA)
    suspended = a_suspended_order(
        clock=clock,
        limit="3wd",
        asked_at=local("2012-09-29 17:00"),
        review_on=date(2012, 10, 3),
        calendar=CHINA,
    )
    # Of Saturday the 29th, Monday the 8th and Tuesday the 9th the last two are left.
    assert suspended.parties[0].term.left_s == 2 * 86400.0
    decided = asking.review(suspended, clock=a_clock(local("2012-10-03 08:31"), CHINA))
    assert decided is not None
    assert decided.order.parties[0].term.due_at == local("2012-10-09 18:00")


def test_an_overdue_order_that_was_suspended_is_overdue_when_it_resumes() -> None:
    order = a_suspended_order(asked_at=local("2026-03-11 09:00"), limit="24h")
    decided = asking.resume(order, clock=a_clock(local("2026-03-12 09:00")))
    assert decided.order.parties[0].term.due_at == local("2026-03-12 09:00")
