"""Each kind of violation is found, called what it is, and told in words."""

from pathlib import Path

import msgspec
import pytest

from fault.final_state import FinalCase, Line
from fault.history import Entry, Outcome
from tests.unit.fault_checker.runs import BEGIN, ARun, an_id, changed, healthy, line, lived, relived

CASE = an_id("r-0001")
OFFERED = "department.order.offered.v1"
ACCEPTED, REFUSED = "department.reply.accepted.v1", "department.reply.refused.v1"


@pytest.fixture
def run() -> ARun:
    return healthy()


def found(run: ARun, folder: Path) -> dict[str, int]:
    """Return what is found, and see that whatever is counted is said in words."""
    verdict = run.judged(folder)
    for kind in verdict.counts:
        figure = getattr(verdict, kind)
        assert len(figure.examples) == min(10, figure.count)
    return {kind: count for kind, count in verdict.counts.items() if count}


def words(run: ARun, folder: Path, kind: str) -> str:
    return "\n".join(getattr(run.judged(folder), kind).examples)


def test_a_healthy_run_has_nothing_to_find(run: ARun, tmp_path: Path) -> None:
    verdict = run.judged(tmp_path)
    assert verdict.clean, verdict
    assert verdict.accepted == 2
    assert verdict.notes["cases_of_others"] == 0
    assert verdict.notes["steps_nobody_asked_for"] == 0


def test_an_accepted_case_that_is_not_there_is_lost_and_its_201_was_false(run: ARun, tmp_path: Path) -> None:
    del run.cases[0]
    run.leaves.clear()
    counts = found(run, tmp_path)
    assert counts["false_201"] == 1
    # The report, its six acknowledged steps, and the case that its order is of.
    assert counts["lost"] == 8
    assert CASE in words(run, tmp_path, "false_201")


def test_a_201_that_names_the_case_of_another_op_is_false(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, tail="路灯不亮。 r-0002")
    changed(run.cases, 1, tail="路灯不亮。 r-0001")
    assert found(run, tmp_path) == {"false_201": 2}


def test_a_201_with_another_case_id_than_the_case_has_is_false(run: ARun, tmp_path: Path) -> None:
    changed(run.entries, 3, case_id=an_id("nothing"))
    assert found(run, tmp_path)["false_201"] == 1


def test_a_201_that_names_no_case_is_false(run: ARun, tmp_path: Path) -> None:
    changed(run.entries, 3, case_id="")
    assert found(run, tmp_path) == {"false_201": 1}


def test_an_accepted_case_that_came_to_no_end_is_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, seal=None)
    run.cases[0] = relived(run.cases[0], lambda life: life.pop())
    run.leaves.clear()
    # The case, and the archiving that was acknowledged.
    assert found(run, tmp_path) == {"lost": 2}
    assert "it stands closed" in words(run, tmp_path, "lost")


@pytest.mark.parametrize("end", [("refuse", "refused"), ("withdraw", "cancelled"), ("merge", "merged")])
def test_a_case_put_aside_has_its_end_too(tmp_path: Path, end: tuple[str, str]) -> None:
    run = ARun()
    run.tried("r-1", "report", Outcome.OK, status=201, case_id=CASE)
    life = lived(("command", "report", "reported"), ("command", *end))
    number = "140303-20260302-000001"
    run.cases.append(
        FinalCase(case_id=CASE, number=number, state=end[1], version=2, tail=" r-1", seal=None, life=life)
    )
    assert found(run, tmp_path) == {}


def test_a_case_that_no_list_has_is_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, listed=False)
    assert found(run, tmp_path) == {"lost": 1}


@pytest.mark.parametrize(
    ("action", "step"),
    [
        ("sign", "work_order.signed"),
        ("complete", "work_order.completed"),
        ("check", "pass_check"),
        ("visit", "record_satisfied"),
        ("archive", "archive"),
    ],
)
def test_an_acknowledged_step_that_the_timeline_does_not_show_is_lost(
    run: ARun, tmp_path: Path, action: str, step: str
) -> None:
    gone = next(each for each in run.cases[0].life if each.step == step)
    run.cases[0] = relived(run.cases[0], lambda life: life.remove(gone))
    assert f"{action} r-0001/{action} of case {CASE}" in words(run, tmp_path, "lost")


def test_a_result_that_was_handed_in_and_is_not_with_the_order_is_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.orders, 0, result_id=None)
    assert found(run, tmp_path) == {"lost": 1}
    assert "hand_in" in words(run, tmp_path, "lost")


def test_a_step_acknowledged_of_two_cases_is_doubled(run: ARun, tmp_path: Path) -> None:
    run.tried("r-0001/check", "check", Outcome.OK, attempt=2, status=200, case_id=an_id("r-0002"))
    assert found(run, tmp_path) == {"doubled": 1}


def test_one_op_with_two_cases_is_doubled(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 1, tail="路灯不亮。 r-0001")
    counts = found(run, tmp_path)
    assert counts["doubled"] == 1
    assert "has become 2 cases" in words(run, tmp_path, "doubled")


def test_two_answers_that_name_two_cases_are_doubled(run: ARun, tmp_path: Path) -> None:
    run.tried("r-0001", "report", Outcome.OK, attempt=3, status=201, case_id=an_id("r-0002"))
    assert found(run, tmp_path) == {"doubled": 1, "false_201": 1}


@pytest.mark.parametrize("position", range(9))
def test_any_step_twice_is_doubled(run: ARun, tmp_path: Path, position: int) -> None:
    run.cases[0] = relived(run.cases[0], lambda life: life.insert(position, life[position]))
    counts = found(run, tmp_path)
    # To extend an order again is a step of its own, and nobody can see that it was not meant.
    assert counts == ({} if position == 4 else {"doubled": 1})


def test_a_fact_told_twice_is_doubled_though_it_came_late(run: ARun, tmp_path: Path) -> None:
    def told_again(life: list[Line]) -> None:
        life.insert(6, msgspec.structs.replace(run.cases[0].life[3], late=True, state="answered"))

    run.cases[0] = relived(run.cases[0], told_again)
    assert found(run, tmp_path) == {"doubled": 1}


def test_two_orders_for_one_cycle_are_doubled(run: ARun, tmp_path: Path) -> None:
    another = msgspec.structs.replace(run.orders[0], order_id=an_id("another"), result_id=None)
    run.orders.append(another)
    counts = found(run, tmp_path)
    assert counts["doubled"] == 1
    assert "2 orders in cycle 1" in words(run, tmp_path, "doubled")


@pytest.mark.parametrize(("gone", "what"), [("signed_at", "signed"), ("completed_at", "completed")])
def test_what_order_and_timeline_do_not_both_know_is_lost(
    run: ARun, tmp_path: Path, gone: str, what: str
) -> None:
    changed(run.orders, 0, **{gone: None})
    assert found(run, tmp_path) == {"lost": 1}
    assert f"work_order.{what} its timeline alone" in words(run, tmp_path, "lost")


def test_an_order_that_was_offered_and_is_not_there_is_lost(run: ARun, tmp_path: Path) -> None:
    run.orders.pop()
    assert found(run, tmp_path) == {"lost": 1}


def test_an_order_that_a_department_was_told_of_and_that_is_not_there_is_lost(
    run: ARun, tmp_path: Path
) -> None:
    about = {"case_id": CASE, "order_id": an_id("nothing")}
    run.said("CGJ", an_id("told"), subject=an_id("nothing"), type=OFFERED, **about)
    assert found(run, tmp_path) == {"lost": 1}
    assert "told of order" in words(run, tmp_path, "lost")


def test_two_outcomes_are_doubled(run: ARun, tmp_path: Path) -> None:
    run.cases[0] = relived(run.cases[0], lambda life: life.append(line(10, "command", "merge", "merged")))
    counts = found(run, tmp_path)
    assert counts["doubled"] == 1
    assert "2 outcomes: archive and merge" in words(run, tmp_path, "doubled")


def test_one_number_for_two_cases_is_doubled(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 1, number=run.cases[0].number)
    assert found(run, tmp_path) == {"doubled": 1}


def test_a_number_that_is_left_out_is_noted(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 1, number="140303-20260302-000004")
    assert run.judged(tmp_path).notes["numbers_left_out"] == 2


@pytest.mark.parametrize("where", ["case", "log"])
def test_two_seals_are_doubled(run: ARun, tmp_path: Path, where: str) -> None:
    changed(run.cases if where == "case" else run.leaves, 0, seal="00")
    assert found(run, tmp_path) == {"doubled": 1}


def test_a_case_twice_in_the_archives_log_is_doubled(run: ARun, tmp_path: Path) -> None:
    run.leaves.append(msgspec.structs.replace(run.leaves[0], index=2))
    assert found(run, tmp_path) == {"doubled": 1}


def test_a_seal_of_a_case_that_is_not_there_is_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.leaves, 1, case_id=an_id("gone"))
    assert found(run, tmp_path) == {"lost": 1}


def test_a_gap_in_the_archives_log_is_disorder(run: ARun, tmp_path: Path) -> None:
    changed(run.leaves, 1, index=2)
    assert found(run, tmp_path) == {"disordered": 1}


def test_an_archived_case_without_a_seal_is_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, seal=None)
    archived = msgspec.structs.replace(run.cases[0].life[-1], detail={})
    changed(run.cases, 0, life=(*run.cases[0].life[:-1], archived))
    run.leaves.clear()
    assert found(run, tmp_path) == {"lost": 1}


def test_a_report_refused_by_every_try_that_is_a_case_was_falsely_refused(run: ARun, tmp_path: Path) -> None:
    changed(run.entries, 1, outcome=Outcome.FAIL, status=409)
    changed(run.entries, 3, outcome=Outcome.FAIL, status=409, case_id="")
    assert found(run, tmp_path) == {"false_refusals": 1}


def test_a_step_refused_by_every_try_that_was_taken_was_falsely_refused(run: ARun, tmp_path: Path) -> None:
    at = next(
        at for at, each in enumerate(run.entries) if each.outcome is Outcome.OK and each.action == "visit"
    )
    changed(run.entries, at, outcome=Outcome.FAIL, status=409)
    assert found(run, tmp_path) == {"false_refusals": 1}


def test_a_gap_in_a_timeline_is_disorder(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, life=run.cases[0].life[:4] + run.cases[0].life[5:])
    assert found(run, tmp_path) == {"disordered": 1}


def test_a_version_that_the_timeline_does_not_reach_is_disorder(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, version=10)
    assert found(run, tmp_path) == {"disordered": 1}


def test_a_timeline_that_goes_back_in_time_is_disorder(run: ARun, tmp_path: Path) -> None:
    life = list(run.cases[0].life)
    changed(life, 4, at=BEGIN)
    changed(run.cases, 0, life=tuple(life))
    assert found(run, tmp_path) == {"disordered": 1}


def test_a_step_that_does_not_follow_the_one_before_is_disorder(run: ARun, tmp_path: Path) -> None:
    def unsigned(life: list[Line]) -> None:
        life[3], life[4] = life[4], life[3]

    run.cases[0] = relived(run.cases[0], unsigned)
    assert set(found(run, tmp_path)) == {"disordered"}


def test_a_cycle_that_nothing_has_begun_is_disorder(run: ARun, tmp_path: Path) -> None:
    life = list(run.cases[0].life)
    changed(life, 8, cycle=2)
    changed(run.cases, 0, life=tuple(life))
    assert found(run, tmp_path) == {"disordered": 1}


def test_a_case_that_stands_elsewhere_than_its_timeline_ends_is_disorder(run: ARun, tmp_path: Path) -> None:
    changed(run.cases, 0, state="merged")
    assert found(run, tmp_path) == {"disordered": 1}


def test_hearing_the_later_before_the_earlier_is_disorder(run: ARun, tmp_path: Path) -> None:
    run.heard[0], run.heard[1] = run.heard[1], run.heard[0]
    assert found(run, tmp_path) == {"disordered": 1}


def test_a_gap_in_what_is_told_to_all_is_disorder(run: ARun, tmp_path: Path) -> None:
    for sequence in (1, 2, 4):
        run.said(
            "observer",
            an_id(f"{sequence}"),
            source="intake",
            subject=CASE,
            sequence=sequence,
            type="intake.x.v1",
        )
    assert found(run, tmp_path) == {"disordered": 1}
    assert "never heard 3" in words(run, tmp_path, "disordered")


def test_one_place_in_a_line_under_two_ids_is_a_fork(run: ARun, tmp_path: Path) -> None:
    run.said("CGJ", an_id("forged"), subject=run.heard[0].subject, type=OFFERED)
    run.heard.insert(1, run.heard.pop())
    assert found(run, tmp_path) == {"doubled": 1}


def test_reconciling_does_not_excuse_another_case(run: ARun, tmp_path: Path) -> None:
    another = {"event_id": an_id("again"), "case_id": an_id("r-0002")}
    run.heard.insert(1, msgspec.structs.replace(run.heard[0], **another))
    run.entries.append(
        Entry(at=0, client="department-CGJ", op="CGJ/1", action="reconcile", outcome=Outcome.INVOKE)
    )
    assert found(run, tmp_path) == {"doubled": 1}


def test_one_message_accepted_and_refused_is_a_fork(run: ARun, tmp_path: Path) -> None:
    run.said("CGJ", an_id("yes"), subject=an_id("message"), type=ACCEPTED)
    run.said("CGJ", an_id("no"), subject=an_id("message"), type=REFUSED)
    assert found(run, tmp_path) == {"doubled": 1}


def test_one_id_with_two_contents_is_doubled(run: ARun, tmp_path: Path) -> None:
    run.heard.append(msgspec.structs.replace(run.heard[0], order_id=run.orders[1].order_id))
    assert found(run, tmp_path) == {"doubled": 1}


def test_what_is_for_one_department_and_reaches_another_is_doubled(run: ARun, tmp_path: Path) -> None:
    run.heard.append(msgspec.structs.replace(run.heard[0], department="GRS"))
    assert found(run, tmp_path) == {"doubled": 1}


def test_an_order_of_no_case_was_made_and_its_case_was_lost(run: ARun, tmp_path: Path) -> None:
    changed(run.orders, 0, case_id=an_id("nobody's"))
    assert "which is not there" in words(run, tmp_path, "lost")


def test_one_result_of_two_orders_is_doubled(run: ARun, tmp_path: Path) -> None:
    changed(run.orders, 1, result_id=run.orders[0].result_id)
    assert found(run, tmp_path) == {"doubled": 1}
