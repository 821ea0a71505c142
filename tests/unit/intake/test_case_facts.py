from datetime import timedelta
from typing import Any

import pytest

from contracts.events.dispatch import (
    WorkOrderCompleted,
    WorkOrderEvent,
    WorkOrderExtended,
    WorkOrderOffered,
    WorkOrderRecalled,
    WorkOrderResumed,
    WorkOrderReturned,
    WorkOrderSigned,
    WorkOrderSuspended,
)
from contracts.events.intake import (
    CaseAnswered,
    CaseClosed,
    CaseReopened,
    CaseResumed,
    CaseStarted,
    CaseStopped,
    CaseSuspended,
    Closure,
    ReopenCause,
)
from services.intake.case import heard
from services.intake.case.case import Case, Decided
from services.intake.case.lifecycle import State
from tests.unit.intake.builders import (
    HANDLER,
    NOW,
    a_case,
    a_decline,
    a_fact,
    a_photo,
    after_facts,
    an_adoption,
    an_id,
    reported,
)

LATER = NOW + timedelta(hours=3)


def take(kind: type[WorkOrderEvent], case: Case, **fields: Any) -> Decided:
    return heard.order_moved(case, a_fact(kind, case, **fields), now=LATER)


def test_an_offer_makes_its_order_the_current_one_and_tells_nobody() -> None:
    decided = take(WorkOrderOffered, reported().case)
    assert decided.case.order_id == an_id("order 1")
    assert decided.case.co_handlers == ("SCJ",)
    assert decided.events == ()
    assert not decided.entries[0].late


def test_an_offer_to_another_department_gives_it_the_lead() -> None:
    assert take(WorkOrderOffered, reported().case, department="ZJJ").case.lead == "ZJJ"


def test_a_signature_starts_the_work() -> None:
    decided = take(WorkOrderSigned, after_facts(reported().case, WorkOrderOffered))
    assert decided.case.state is State.IN_PROGRESS
    (event,) = decided.events
    assert isinstance(event, CaseStarted)
    assert event.department == "CGJ"
    assert decided.case.emitted == 3
    assert decided.waited_s == timedelta(hours=3).total_seconds()


def test_a_completion_answers_and_remembers_who_handled_it() -> None:
    signed = after_facts(reported().case, WorkOrderOffered, WorkOrderSigned)
    decided = take(WorkOrderCompleted, signed)
    assert decided.case.state is State.ANSWERED
    assert decided.case.handler_id == HANDLER
    assert [(each.media_id, each.stage) for each in decided.case.documents] == [
        (a_photo("done").media_id, "result")
    ]
    assert isinstance(decided.events[0], CaseAnswered)
    assert decided.entries[0].detail["result_sha256"] == "cd" * 32


def test_a_suspension_holds_and_a_resumption_goes_on() -> None:
    signed = after_facts(reported().case, WorkOrderOffered, WorkOrderSigned)
    suspended = take(WorkOrderSuspended, signed)
    assert suspended.case.state is State.SUSPENDED
    assert isinstance(suspended.events[0], CaseSuspended)
    assert suspended.events[0].review_on.isoformat() == "2026-03-09"
    resumed = take(WorkOrderResumed, suspended.case)
    assert resumed.case.state is State.IN_PROGRESS
    assert isinstance(resumed.events[0], CaseResumed)


def test_an_extension_is_a_line_of_the_timeline() -> None:
    signed = after_facts(reported().case, WorkOrderOffered, WorkOrderSigned)
    decided = take(WorkOrderExtended, signed)
    assert (decided.case.state, decided.events) == (State.IN_PROGRESS, ())
    assert decided.entries[0].detail["due_at"].startswith("2026-03-11")
    assert decided.case.state_since == signed.state_since


def test_a_recall_of_what_was_signed_stops_the_work_and_the_next_offer_counts() -> None:
    signed = after_facts(reported().case, WorkOrderOffered, WorkOrderSigned)
    stopped = take(WorkOrderRecalled, signed)
    assert (stopped.case.state, stopped.case.order_id) == (State.CLASSIFIED, None)
    assert isinstance(stopped.events[0], CaseStopped)
    again = take(WorkOrderOffered, stopped.case, order_id=an_id("order 1b"))
    assert again.case.order_id == an_id("order 1b")


def test_a_redirect_within_a_cycle_makes_the_new_order_the_one_that_counts() -> None:
    first = after_facts(reported().case, WorkOrderOffered)
    given_back = take(WorkOrderReturned, first).case
    redirected = take(
        WorkOrderOffered, given_back, order_id=an_id("order 1b"), department="ZJJ", co_handlers=()
    ).case
    assert (redirected.cycle, redirected.order_id, redirected.lead) == (1, an_id("order 1b"), "ZJJ")
    assert take(WorkOrderSigned, redirected, order_id=first.order_id).entries[0].late
    assert take(WorkOrderSigned, redirected).case.state is State.IN_PROGRESS


def test_the_departments_deadline_is_the_last_that_dispatch_has_named() -> None:
    days = [NOW + timedelta(days=number) for number in range(3)]
    case = take(WorkOrderOffered, reported().case, due_at=days[0], provisional=True).case
    assert (case.due_at, case.due_provisional) == (days[0], True)
    case = take(WorkOrderSigned, case).case
    assert (case.due_at, case.due_provisional) == (days[0], True)
    case = take(WorkOrderExtended, case, due_at=days[1]).case
    assert (case.due_at, case.due_provisional) == (days[1], False)
    case = take(WorkOrderSuspended, case).case
    assert case.due_at is None
    case = take(WorkOrderResumed, case, due_at=days[2], provisional=True).case
    assert (case.due_at, case.due_provisional) == (days[2], True)
    assert take(WorkOrderCompleted, case).case.due_at == days[2]


@pytest.mark.parametrize("kind", [WorkOrderReturned, WorkOrderRecalled])
def test_no_clock_runs_while_no_department_has_the_case(kind: type[WorkOrderEvent]) -> None:
    offered = after_facts(reported().case, WorkOrderOffered)
    assert take(kind, offered).case.due_at is None


def test_an_offer_need_not_name_a_deadline() -> None:
    decided = take(WorkOrderOffered, reported().case, due_at=None)
    assert decided.case.due_at is None
    assert "due_at" not in decided.entries[0].detail


@pytest.mark.parametrize("kind", [WorkOrderReturned, WorkOrderRecalled])
def test_what_was_not_signed_goes_back_without_a_word(kind: type[WorkOrderEvent]) -> None:
    decided = take(kind, after_facts(reported().case, WorkOrderOffered))
    assert (decided.case.state, decided.case.order_id, decided.events) == (State.CLASSIFIED, None, ())
    assert not decided.entries[0].late


@pytest.mark.parametrize("kind", list(heard.ORDER_STEPS))
@pytest.mark.parametrize("state", [State.CLASSIFIED, State.IN_PROGRESS, State.SUSPENDED])
def test_a_fact_of_an_older_cycle_is_late(kind: type[WorkOrderEvent], state: State) -> None:
    case = a_case(state=state, cycle=2)
    decided = take(kind, case, cycle=1)
    assert decided.entries[0].late
    assert decided.events == ()
    assert decided.case == a_case(state=state, cycle=2, version=3, updated_at=LATER)


@pytest.mark.parametrize("kind", [each for each in heard.ORDER_STEPS if each is not WorkOrderOffered])
@pytest.mark.parametrize("state", [State.CLASSIFIED, State.IN_PROGRESS, State.SUSPENDED])
def test_a_fact_of_another_order_is_late(kind: type[WorkOrderEvent], state: State) -> None:
    decided = take(kind, a_case(state=state), order_id=an_id("another"))
    assert decided.entries[0].late
    assert decided.case == a_case(state=state, version=3, updated_at=LATER)


def test_a_resolution_names_the_lead_and_the_date_of_a_new_cycle() -> None:
    case = a_case(
        state=State.AWAITING_CONFERENCE,
        cycle=3,
        escalation=2,
        handler_id=HANDLER,
        co_handlers=("SCJ",),
        due_at=NOW,
    )
    decided = heard.resolution_adopted(case, an_adoption(case), now=LATER)
    after = decided.case
    assert (after.state, after.cycle, after.escalation) == (State.CLASSIFIED, 4, 2)
    assert (after.lead, after.co_handlers, after.order_id, after.handler_id) == ("ZJJ", (), None, None)
    assert after.due_at is None
    (event,) = decided.events
    assert isinstance(event, CaseReopened)
    assert (event.cause, event.lead, event.cycle) == (ReopenCause.CONFERENCE, "ZJJ", 4)
    assert event.due_on is not None
    assert event.due_on.isoformat() == "2026-04-01"


def test_a_declined_item_closes_the_case() -> None:
    case = a_case(state=State.AWAITING_CONFERENCE)
    decided = heard.resolution_declined(case, a_decline(case), now=LATER)
    assert (decided.case.state, decided.case.closed_at) == (State.CLOSED, LATER)
    (event,) = decided.events
    assert isinstance(event, CaseClosed)
    assert event.closure is Closure.CONFERENCE


def test_versions_count_the_timeline_and_emitted_counts_the_events() -> None:
    case = after_facts(
        reported().case, WorkOrderOffered, WorkOrderSigned, WorkOrderSigned, WorkOrderCompleted
    )
    assert (case.version, case.emitted) == (6, 4)


@pytest.mark.parametrize("state", [State.CLASSIFIED, State.CLOSED], ids=["in the table", "late"])
def test_who_has_waited_for_a_case_comes_no_earlier_than_what_was_written_meanwhile(state: State) -> None:
    meanwhile = LATER + timedelta(microseconds=1)
    decided = take(WorkOrderSigned, a_case(state=state, updated_at=meanwhile))
    assert [entry.at for entry in decided.entries] == [meanwhile]
    assert {event.at for event in decided.events} <= {meanwhile}
    assert decided.case.updated_at == meanwhile
