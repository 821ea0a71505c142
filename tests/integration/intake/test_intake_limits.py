from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from contracts.commands.intake import CaseReceipt
from contracts.events.dispatch import WorkOrderSigned
from contracts.events.intake import CaseReminded, CaseReporterAsked
from services.intake.case import queries, repository, timers
from services.intake.case.waiting import Wait
from tests.integration.intake.district import (
    CLERK,
    DISPATCHER,
    RESIDENT,
    WORKER,
    a_check,
    a_failed_check,
    a_good_answer,
    a_question,
    a_refusal,
    a_report,
    an_answer,
    an_attempt,
    an_order,
    answered,
    code_of,
    move_clock_to,
    receipt,
    reported,
)
from tests.integration.intake.running import Intake

SECOND = timedelta(seconds=1)


def waits(intake: Intake) -> dict[UUID, Any]:
    rows = intake.rows("SELECT * FROM case_wait")
    return {row.case_id: row for row in rows}


def the_wait(intake: Intake, case: CaseReceipt) -> Any:
    return waits(intake)[case.case_id]


def reminders(intake: Intake, case: CaseReceipt) -> list[CaseReminded]:
    events = (each for each in intake.emitted(case.case_id) if each.type == CaseReminded.type)
    return [msgspec.json.decode(each.data, type=CaseReminded) for each in events]


def test_a_state_with_a_limit_has_a_wait_and_leaving_it_ends_or_replaces_the_wait(intake: Intake) -> None:
    case = reported(intake, category=None)
    asked_first = the_wait(intake, case)
    assert (asked_first.state, asked_first.waits_for, asked_first.card) == ("reported", "dispatcher", None)
    assert asked_first.since < asked_first.yellow_at < asked_first.due_at
    assert asked_first.calendar_version
    intake.ask((a_question(case), DISPATCHER))
    second = the_wait(intake, case)
    assert (second.state, second.waits_for) == ("awaiting_reporter", "reporter")
    assert second.since > asked_first.since
    intake.ask((an_answer(case), RESIDENT))
    assert the_wait(intake, case).state == "reported"
    intake.ask((a_refusal(case), DISPATCHER))
    assert waits(intake) == {}


def test_what_is_classified_at_once_never_waits(intake: Intake) -> None:
    reported(intake)
    assert waits(intake) == {}


def test_an_answered_case_waits_for_its_check_and_a_checked_one_for_its_visit(intake: Intake) -> None:
    case, failed, urgent = answered(intake), answered(intake), answered(intake, category="0401")
    assert {row.state for row in waits(intake).values()} == {"answered"}
    wait = the_wait(intake, urgent)
    assert wait.due_at - wait.since == timedelta(hours=4)
    assert wait.due_at - wait.yellow_at == timedelta(hours=1)
    intake.ask((a_check(case), WORKER), (a_failed_check(failed), WORKER))
    visit = the_wait(intake, case)
    assert (visit.state, visit.waits_for) == ("checked", "clerk")
    assert failed.case_id not in waits(intake)
    intake.ask((an_attempt(case, datetime.now(UTC)), CLERK))
    assert the_wait(intake, case) == visit
    intake.ask((a_good_answer(case), CLERK))
    assert set(waits(intake)) == {urgent.case_id}


def test_steps_of_one_batch_leave_the_last_ones_wait_alone(intake: Intake) -> None:
    case = answered(intake)
    intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
    assert waits(intake) == {}


def test_the_question_tells_until_when_an_answer_is_awaited(intake: Intake) -> None:
    case = reported(intake, category=None)
    intake.ask((a_question(case), DISPATCHER))
    event = msgspec.json.decode(intake.emitted(case.case_id)[-1].data, type=CaseReporterAsked)
    view = queries.get_case(intake.database, RESIDENT, case.case_id)
    assert event.due_at == view.due_at == the_wait(intake, case).due_at


def test_a_yellow_and_a_red_card_are_shown_once_each_at_their_time(intake: Intake) -> None:
    case = answered(intake)
    wait = the_wait(intake, case)
    move_clock_to(intake, wait.yellow_at - 30 * SECOND)
    assert timers.watch_limits(intake.database) == 0
    move_clock_to(intake, wait.yellow_at)
    assert [timers.watch_limits(intake.database) for _ in range(2)] == [1, 0]
    move_clock_to(intake, wait.due_at - 30 * SECOND)
    assert timers.watch_limits(intake.database) == 0
    move_clock_to(intake, wait.due_at + SECOND)
    assert [timers.watch_limits(intake.database) for _ in range(2)] == [1, 0]
    shown = reminders(intake, case)
    assert [(each.card, each.state, each.waits_for) for each in shown] == [
        ("yellow", "answered", "grid_worker"),
        ("red", "answered", "grid_worker"),
    ]
    assert {each.due_at for each in shown} == {wait.due_at}
    view = queries.get_case(intake.database, WORKER, case.case_id)
    (item,) = queries.list_cases(intake.database, WORKER).items
    assert (view.state, view.card, view.due_at) == ("answered", "red", wait.due_at)
    assert (item.card, item.waits_for, item.due_at) == ("red", "grid_worker", wait.due_at)
    assert [event.sequence for event in intake.emitted(case.case_id)] == list(range(1, 7))
    entries = queries.case_timeline(intake.database, WORKER, case.case_id).entries
    assert [entry.detail["card"] for entry in entries if entry.step == "remind"] == ["yellow", "red"]


def test_what_moves_nothing_makes_no_card_forgotten(intake: Intake) -> None:
    case = answered(intake)
    intake.ask((a_check(case), WORKER))
    move_clock_to(intake, the_wait(intake, case).yellow_at)
    assert timers.watch_limits(intake.database) == 1
    intake.tell("dispatch", an_order(WorkOrderSigned, case, uuid4()))
    intake.ask((an_attempt(case, the_wait(intake, case).since), CLERK))
    assert the_wait(intake, case).card == "yellow"
    assert timers.watch_limits(intake.database) == 0


def test_a_case_that_moves_on_is_reminded_of_no_more(intake: Intake) -> None:
    case = answered(intake)
    wait = the_wait(intake, case)
    intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
    move_clock_to(intake, wait.due_at + timedelta(days=1))
    assert timers.watch_limits(intake.database) == 0
    assert reminders(intake, case) == []


def test_what_nobody_explains_is_cancelled_when_the_time_is_over(intake: Intake) -> None:
    case = reported(intake, category=None)
    intake.ask((a_question(case), DISPATCHER))
    due_at = the_wait(intake, case).due_at
    move_clock_to(intake, due_at - 30 * SECOND)
    assert timers.watch_limits(intake.database) == 1
    move_clock_to(intake, due_at + SECOND)
    assert timers.watch_limits(intake.database) == 1
    assert [each.card for each in reminders(intake, case)] == ["yellow"]
    view = queries.get_case(intake.database, RESIDENT, case.case_id)
    assert (view.state, view.cancelled_for, view.due_at) == ("cancelled", "no_answer", None)
    assert waits(intake) == {}
    assert code_of(intake.ask((an_answer(case), RESIDENT))[0]) == "illegal_transition"
    assert timers.watch_limits(intake.database) == 0


def test_a_case_locked_elsewhere_is_left_for_the_next_look_and_holds_up_no_other(intake: Intake) -> None:
    held, other = reported(intake, category=None), reported(intake, category=None)
    move_clock_to(intake, the_wait(intake, held).due_at + timedelta(minutes=1))
    with intake.database.engine.begin() as elsewhere:
        elsewhere.execute(sa.text("SELECT 1 FROM cases WHERE case_id = :id FOR UPDATE"), {"id": held.case_id})
        assert timers.watch_limits(intake.database) == 1
    assert [len(reminders(intake, case)) for case in (held, other)] == [0, 1]
    assert timers.watch_limits(intake.database) == 1


def test_any_number_of_overdue_cases_is_gone_through_batch_by_batch(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "_BATCH", 3)
    outcomes = intake.ask(*((a_report(category=None), RESIDENT) for _ in range(8)))
    cases = [receipt(each) for each in outcomes]
    move_clock_to(intake, the_wait(intake, cases[0]).due_at + timedelta(minutes=1))
    timers.watch_all_limits(intake.database)
    assert {row.card for row in waits(intake).values()} == {"red"}
    assert [len(reminders(intake, case)) for case in cases] == [1] * 8


def test_looking_for_what_has_run_out_uses_the_index(intake: Intake) -> None:
    explained = f"EXPLAIN {repository._RUN_OUT.text}"
    with intake.database.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(sa.text(explained), {"now": datetime.now(UTC), "limit": 100})
        assert "case_wait_next" in "".join(row[0] for row in plan)
    assert set(Wait.__struct_fields__) == {
        column["name"] for column in sa.inspect(intake.database.engine).get_columns("case_wait")
    }
