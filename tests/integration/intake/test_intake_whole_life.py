from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts.commands.case_views import CaseView
from contracts.commands.intake import ArchiveCase, ClassifyCase
from contracts.events.dispatch import (
    WorkOrderExtended,
    WorkOrderOffered,
    WorkOrderReturned,
    WorkOrderSigned,
    WorkOrderSuspended,
)
from contracts.vocabulary import Evidence, MediaKind
from services.intake.case import queries, timers
from tests.integration.intake.district import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    DONE,
    INSPECTOR,
    PHOTO,
    RESIDENT,
    WORKER,
    a_check,
    a_completion,
    a_failed_check,
    a_good_answer,
    a_question,
    a_refusal,
    a_reopening,
    a_settlement,
    a_withdrawal,
    an_answer,
    an_attempt,
    an_order,
    an_unreachable,
    answered,
    closed,
    code_of,
    kinds,
    move_clock,
    receipt,
    reported,
)
from tests.integration.intake.running import Intake


def seen(intake: Intake, case: Any, by: Any = DISPATCHER) -> CaseView:
    return queries.get_case(intake.database, by, case.case_id)


def open_cases(intake: Intake) -> int:
    return sum(number for _, _, number in queries.open_by_state(intake.database))


def test_a_question_and_its_answer_are_kept_and_the_case_is_classified_at_last(intake: Intake) -> None:
    case = reported(intake, category=None)
    shown = Evidence(media_id=uuid4(), sha256="ee" * 32, kind=MediaKind.PHOTO)
    intake.ask((a_question(case), DISPATCHER))
    asked = seen(intake, case, RESIDENT)
    assert (asked.state, asked.waits_for, asked.answer) == ("awaiting_reporter", "reporter", None)
    assert asked.question == a_question(case).question
    (answer,) = intake.ask((an_answer(case, evidence=(shown,)), RESIDENT))
    assert receipt(answer).state == "reported"
    view = seen(intake, case)
    assert (view.answer, view.evidence) == (an_answer(case).text, (PHOTO, shown))
    done = ClassifyCase(command_id=uuid4(), case_id=case.case_id, category="0301")
    assert receipt(intake.ask((done, DISPATCHER))[0]).state == "classified"
    assert kinds(intake, case) == ["reported", "reporter_asked", "reporter_answered", "classified"]
    outbox = b"".join(bytes(row[0]) for row in intake.rows("SELECT body FROM outbox")).decode()
    assert "公交站" not in outbox
    assert "哪一盏" not in outbox


def test_what_is_withdrawn_or_refused_stands_aside_and_is_not_open(intake: Intake) -> None:
    one, other = reported(intake, category=None), reported(intake, category=None)
    assert open_cases(intake) == 2
    outcomes = intake.ask((a_withdrawal(one), RESIDENT), (a_refusal(other), DISPATCHER))
    assert [receipt(each).state for each in outcomes] == ["cancelled", "refused"]
    assert (seen(intake, one).cancelled_for, seen(intake, one).due_at) == ("withdrawn", None)
    assert (seen(intake, other).refusal, seen(intake, other).lawful_channel) == ("in_court", "court")
    assert open_cases(intake) == 0
    listed = queries.list_cases(intake.database, RESIDENT, state="cancelled").items
    assert [item.case_id for item in listed] == [one.case_id]
    move_clock(intake, timedelta(days=20))
    assert timers.archive_rested(intake.database) == 0


def test_a_failed_check_is_a_new_cycle_for_dispatch_to_hear_of(intake: Intake) -> None:
    case = answered(intake)
    (failed,) = intake.ask((a_failed_check(case), WORKER))
    assert (receipt(failed).state, receipt(failed).cycle) == ("classified", 2)
    order_id = uuid4()
    intake.tell(
        "dispatch",
        an_order(WorkOrderOffered, case, order_id, cycle=2),
        an_order(WorkOrderSigned, case, order_id, cycle=2),
        a_completion(case, order_id, cycle=2),
    )
    assert kinds(intake, case)[-3:] == ["reworked", "started", "answered"]
    assert seen(intake, case).state == "answered"


def test_the_departments_deadline_is_shown_until_its_answer(intake: Intake) -> None:
    case, order_id = reported(intake), uuid4()
    first, second = (datetime(2031, 1, day, 10, tzinfo=UTC) for day in (5, 9))

    def due() -> tuple[datetime | None, bool]:
        (item,) = queries.list_cases(intake.database, DISPATCHER).items
        view = seen(intake, case)
        assert (item.due_at, item.provisional) == (view.due_at, view.provisional)
        return item.due_at, item.provisional

    assert due() == (None, False)
    intake.tell("dispatch", an_order(WorkOrderOffered, case, order_id, due_at=first, provisional=True))
    assert due() == (first, True)
    intake.tell(
        "dispatch",
        an_order(WorkOrderSigned, case, order_id),
        an_order(WorkOrderExtended, case, order_id, due_at=second),
    )
    assert due() == (second, False)
    suspended = an_order(WorkOrderSuspended, case, order_id, review_on=second.date())
    intake.tell("dispatch", suspended)
    assert due() == (None, False)


def test_a_returned_order_is_redirected_within_the_cycle(intake: Intake) -> None:
    case, first, second = reported(intake), uuid4(), uuid4()
    intake.tell(
        "dispatch",
        an_order(WorkOrderOffered, case, first),
        an_order(WorkOrderReturned, case, first),
        an_order(WorkOrderOffered, case, second, department="ZJJ"),
        an_order(WorkOrderSigned, case, second, department="ZJJ"),
        an_order(WorkOrderSigned, case, first),
    )
    view = seen(intake, case)
    assert (view.state, view.lead, view.cycle) == ("in_progress", "ZJJ", 1)
    entries = queries.case_timeline(intake.database, DISPATCHER, case.case_id).entries
    assert [entry.late for entry in entries] == [False] * 6 + [True]


def test_three_attempts_on_two_days_close_a_case_whose_reporter_nobody_reaches(intake: Intake) -> None:
    case = answered(intake)
    intake.ask((a_check(case), WORKER))
    (early,) = intake.ask((an_unreachable(case), CLERK))
    assert code_of(early) == "too_few_attempts"
    move_clock(intake, timedelta(days=2))
    now = datetime.now(UTC) + timedelta(days=2)
    times = [now - timedelta(days=1), now - timedelta(days=1, seconds=1), now]
    assert [receipt(each).state for each in intake.ask(*((an_attempt(case, at), CLERK) for at in times))] == [
        "checked"
    ] * 3
    view = seen(intake, case, CLERK)
    assert (view.attempts, [each.at for each in view.tried], view.waits_for) == (3, times, "clerk")
    (item,) = queries.list_cases(intake.database, CLERK).items
    assert item.attempts == 3
    (done,) = intake.ask((an_unreachable(case), CLERK))
    assert receipt(done).state == "closed"
    assert seen(intake, case).closure == "unreachable"
    assert kinds(intake, case)[-2:] == ["checked", "closed"]


def test_a_closed_case_is_reopened_and_leaves_no_trace_of_its_closing(intake: Intake) -> None:
    case = closed(intake)
    until = seen(intake, case, RESIDENT).reopen_until
    assert until is not None
    (again,) = intake.ask((a_reopening(case), RESIDENT))
    assert (receipt(again).state, receipt(again).cycle) == ("classified", 2)
    view = seen(intake, case)
    assert (view.closure, view.score, view.resolved, view.reopen_until) == (None, None, None, None)
    assert (view.escalation, open_cases(intake)) == (1, 1)
    assert kinds(intake, case)[-2:] == ["closed", "reopened"]
    move_clock(intake, timedelta(days=16))
    assert timers.archive_rested(intake.database) == 0


def test_after_fifteen_days_nobody_reopens(intake: Intake) -> None:
    case = closed(intake)
    move_clock(intake, timedelta(days=15, minutes=1))
    assert code_of(intake.ask((a_reopening(case), INSPECTOR))[0]) == "too_late_to_reopen"
    timers.archive_all_rested(intake.database)
    assert code_of(intake.ask((a_reopening(case), INSPECTOR))[0]) == "illegal_transition"


def test_a_case_goes_before_the_conference_as_often_as_it_has_to(intake: Intake) -> None:
    case = reported(intake)
    for cycle in (1, 2, 3):
        order_id = uuid4()
        intake.tell(
            "dispatch",
            an_order(WorkOrderOffered, case, order_id, cycle=cycle),
            an_order(WorkOrderSigned, case, order_id, cycle=cycle),
            a_completion(case, order_id, cycle=cycle),
        )
        intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
        (last,) = intake.ask((a_reopening(case), RESIDENT))
    assert (receipt(last).state, receipt(last).cycle) == ("awaiting_conference", 3)
    ((conferences,),) = intake.rows("SELECT conferences FROM cases WHERE case_id = :id", id=case.case_id)
    assert conferences == 1
    assert kinds(intake, case)[-1] == "escalated"


def test_a_small_matter_is_settled_on_the_spot_and_archived_at_once(intake: Intake) -> None:
    asked = a_settlement()
    not_small = a_settlement(category="0202")
    settled, refused, unconfirmed = intake.ask(
        (asked, WORKER), (not_small, WORKER), (a_settlement(confirmed=False), WORKER)
    )
    assert (code_of(refused), code_of(unconfirmed)) == ("not_small", "not_confirmed")
    case = receipt(settled)
    assert (case.state, case.number[-6:]) == ("closed", "000001")
    view = seen(intake, case, WORKER)
    assert (view.closure, view.evidence, view.mine, view.waits_for) == ("self", (PHOTO, DONE), True, None)
    (again,) = intake.ask((a_settlement(case_id=asked.case_id), WORKER))
    assert code_of(again) == "conflict"
    (archived,) = intake.ask((ArchiveCase(command_id=uuid4(), case_id=case.case_id), ARCHIVIST))
    assert receipt(archived).state == "archived"
    assert kinds(intake, case) == ["settled", "archived"]


def test_a_settled_matter_can_come_back_and_goes_to_a_department(intake: Intake) -> None:
    case = receipt(intake.ask((a_settlement(), WORKER))[0])
    (again,) = intake.ask((a_reopening(case), INSPECTOR))
    assert receipt(again).state == "classified"
    assert seen(intake, case).lead is None
    intake.tell("dispatch", an_order(WorkOrderOffered, case, uuid4(), cycle=2))
    assert seen(intake, case).lead == "CGJ"
