"""What faults do to a healthy system is no violation, and is not called one."""

from pathlib import Path

import msgspec
import pytest

from fault.final_state import Line
from fault.history import Entry, Outcome
from tests.unit.fault_checker.runs import ARun, an_id, changed, healthy, line, relived

OFFERED = "department.order.offered.v1"
ACCEPTED = "department.reply.accepted.v1"


@pytest.fixture
def run() -> ARun:
    return healthy()


def test_an_unknown_outcome_may_have_been_done(run: ARun, tmp_path: Path) -> None:
    changed(run.entries, 3, outcome=Outcome.UNKNOWN, status=504, case_id="")
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert (verdict.accepted, verdict.notes["unknown_done"], verdict.notes["unknown_not_done"]) == (1, 1, 0)


def test_an_unknown_outcome_may_not_have_been_done(run: ARun, tmp_path: Path) -> None:
    run.tried("r-0003", "report", Outcome.UNKNOWN)
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert (verdict.accepted, verdict.notes["unknown_done"], verdict.notes["unknown_not_done"]) == (2, 0, 1)


def test_a_try_without_any_answer_is_unknown(run: ARun, tmp_path: Path) -> None:
    """The client died, or the run was over."""
    del run.entries[3]
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["unknown_done"] == 1


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNKNOWN])
def test_a_refusal_beside_a_try_that_explains_the_case_is_none(
    run: ARun, tmp_path: Path, outcome: Outcome
) -> None:
    changed(run.entries, 1, outcome=Outcome.FAIL, status=401)
    changed(run.entries, 3, outcome=outcome)
    assert run.judged(tmp_path).clean


@pytest.mark.parametrize("status", [500, 502])
def test_a_server_error_is_no_clear_refusal(run: ARun, tmp_path: Path, status: int) -> None:
    changed(run.entries, 1, outcome=Outcome.FAIL, status=status)
    changed(run.entries, 3, outcome=Outcome.FAIL, status=status, case_id="")
    assert run.judged(tmp_path).clean


def test_two_lines_of_one_moment_do_not_go_back_in_time(run: ARun, tmp_path: Path) -> None:
    """What is taken in one batch has one time."""
    life = list(run.cases[0].life)
    changed(life, 4, at=life[3].at)
    changed(run.cases, 0, life=tuple(life))
    assert run.judged(tmp_path).clean


def test_a_503_promises_only_that_asking_again_will_tell(run: ARun, tmp_path: Path) -> None:
    changed(run.entries, 1, outcome=Outcome.FAIL, status=503)
    changed(run.entries, 3, outcome=Outcome.FAIL, status=503, case_id="")
    assert run.judged(tmp_path).clean


def test_a_report_that_was_refused_and_is_not_there_is_no_matter(run: ARun, tmp_path: Path) -> None:
    run.tried("r-0003", "report", Outcome.FAIL, status=422, code="invalid")
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["refused"] == 1


def test_a_step_that_another_op_has_taken_is_rightly_refused(run: ARun, tmp_path: Path) -> None:
    run.tried("r-0001/check-again", "check", Outcome.FAIL, status=409, case_id=an_id("r-0001"))
    assert run.judged(tmp_path).clean


def test_the_same_answer_as_often_as_one_asks_is_fine(run: ARun, tmp_path: Path) -> None:
    run.entries.extend(run.entries[2:4])
    assert run.judged(tmp_path).clean


def test_hearing_the_same_event_again_is_fine(run: ARun, tmp_path: Path) -> None:
    run.heard.extend(list(run.heard))
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["heard_again"] == 4


def test_a_department_that_repeats_itself_is_answered_again(run: ARun, tmp_path: Path) -> None:
    for answer in ("first", "again"):
        run.said("CGJ", an_id(answer), subject=an_id("message"), type=ACCEPTED)
    assert run.judged(tmp_path).clean


def test_a_department_that_reconciles_is_offered_again_what_stands(run: ARun, tmp_path: Path) -> None:
    again = msgspec.structs.replace(run.heard[1], event_id=an_id("again"), type=OFFERED)
    run.heard.append(again)
    run.entries.append(
        Entry(at=0, client="department-CGJ", op="CGJ/1", action="reconcile", outcome=Outcome.INVOKE)
    )
    assert run.judged(tmp_path).clean


def test_one_version_told_to_two_departments_is_two_messages(run: ARun, tmp_path: Path) -> None:
    helper = msgspec.structs.replace(run.heard[0], event_id=an_id("helper"), department="GRS")
    run.heard.append(helper)
    assert run.judged(tmp_path).clean


def test_versions_that_do_not_concern_a_department_are_no_gap(run: ARun, tmp_path: Path) -> None:
    assert [each.sequence for each in run.heard[:2]] == [1, 4]
    assert run.judged(tmp_path).clean


def test_cases_of_others_are_no_business_of_the_run(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 1, tail="路灯不亮。")
    del run.entries[len(run.entries) // 2 :]
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["cases_of_others"] == 1


def test_an_op_that_ends_as_another_one_is_told_apart(run: ARun, tmp_path: Path) -> None:
    run.tried("0001", "report", Outcome.UNKNOWN)
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["unknown_not_done"] == 1


def test_a_reminder_and_a_late_fact_move_nothing(run: ARun, tmp_path: Path) -> None:
    def with_both(life: list[Line]) -> None:
        life.insert(3, line(4, "timer", "remind", "classified"))
        recalled = line(
            4, "fact", "work_order.recalled", "classified", late=True, detail={"order_id": "another"}
        )
        life.insert(3, recalled)

    run.cases[0] = relived(run.cases[0], with_both)
    assert run.judged(tmp_path).clean


def test_what_was_archived_a_moment_ago_need_not_be_in_the_log_yet(tmp_path: Path) -> None:
    run = healthy(3)
    run.leaves.pop()
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["seals_not_in_the_log_yet"] == 1


def test_a_step_that_nobody_here_has_asked_for_is_noted(run: ARun, tmp_path: Path) -> None:
    run.entries = [each for each in run.entries if each.op != "r-0001/visit"]
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["steps_nobody_asked_for"] == 1


def test_an_acknowledged_step_that_names_no_case_is_noted(run: ARun, tmp_path: Path) -> None:
    at = next(
        at for at, each in enumerate(run.entries) if each.outcome is Outcome.OK and each.action == "visit"
    )
    changed(run.entries, at, case_id="")
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.notes["steps_of_no_case"] == 1
