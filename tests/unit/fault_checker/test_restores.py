"""A cell that was restored may have forgotten what was said after the point in time, and nothing else."""

from pathlib import Path

import pytest

from fault.history import Outcome, Restored
from tests.unit.fault_checker.runs import ARun, an_id, changed, healthy

OFFERED = "department.order.offered.v1"
TOLD = "department.cell.restored.v1"
# `healthy` notes its entries at 0, 1, 2 … by the number of lines before, and what is heard likewise.
POINT, BACK = 100.0, 200.0
DURING, AFTER = 150.0, 250.0


@pytest.fixture
def run() -> ARun:
    run = healthy()
    run.restores.append(Restored(point=POINT, back=BACK))
    return run


def a_case_that_is_gone(run: ARun, at: float) -> None:
    run.tried("r-0003", "report", Outcome.OK, status=201, case_id=an_id("gone"), at=at)
    run.tried("r-0003/sign", "sign", Outcome.OK, case_id=an_id("gone"), at=at)
    about = {"case_id": an_id("gone"), "order_id": an_id("gone order")}
    run.said("CGJ", an_id("gone offered"), subject=an_id("gone order"), type=OFFERED, at=at, **about)


def test_what_was_answered_after_the_point_may_be_gone(run: ARun, tmp_path: Path) -> None:
    a_case_that_is_gone(run, DURING)
    verdict = run.judged(tmp_path)
    assert verdict.clean
    assert verdict.accepted == 2
    assert verdict.notes["answers_before_a_restore"] == 2


@pytest.mark.parametrize("at", [POINT, POINT - 1, BACK, AFTER])
def test_what_was_answered_before_the_point_or_since_has_to_be_there(
    run: ARun, tmp_path: Path, at: float
) -> None:
    a_case_that_is_gone(run, at)
    verdict = run.judged(tmp_path)
    assert verdict.counts["false_201"] == 1
    assert verdict.counts["lost"] == 2  # It came to no end, and its step is not there.


def test_without_a_restore_nothing_may_be_gone(run: ARun, tmp_path: Path) -> None:
    run.restores.clear()
    a_case_that_is_gone(run, DURING)
    assert not run.judged(tmp_path).clean


def test_an_order_of_a_case_that_is_there_may_be_gone_with_what_was_said(run: ARun, tmp_path: Path) -> None:
    """It was offered, and offered as another one after the restore."""
    about = {"case_id": run.cases[0].case_id, "order_id": an_id("offered before")}
    run.said("CGJ", an_id("told"), subject=an_id("offered before"), type=OFFERED, at=DURING, **about)
    assert run.judged(tmp_path).clean
    run.restores.clear()
    assert run.judged(tmp_path).lost.count == 1


def test_who_reports_again_is_given_another_case(run: ARun, tmp_path: Path) -> None:
    """What was answered in between names a case that is gone; it is not two cases."""
    run.tried("r-0001", "report", Outcome.OK, status=201, case_id=an_id("gone"), at=DURING)
    assert run.judged(tmp_path).clean


def test_a_refusal_may_be_gone_too(run: ARun, tmp_path: Path) -> None:
    """What was refused as already done, or not yet possible, is possible in the cell that came back."""
    for at in (1, 3):
        changed(run.entries, at, outcome=Outcome.FAIL, status=409, at=DURING, case_id="")
    assert run.judged(tmp_path).clean


def test_a_number_is_used_again_in_the_new_epoch(run: ARun, tmp_path: Path) -> None:
    about = {"subject": "c01", "type": "notice.published.v1"}
    run.said("CGJ", an_id("one"), sequence=1, at=50.0, **about)
    run.said("CGJ", an_id("two, before"), sequence=2, at=DURING, **about)
    run.said("CGJ", an_id("three, before"), sequence=3, at=DURING, **about)
    run.said("CGJ", an_id("two"), sequence=2, at=AFTER, epoch=9, **about)
    assert run.judged(tmp_path).clean


@pytest.mark.parametrize("at", [50.0, AFTER])
def test_a_number_used_twice_of_what_stands_is_a_fork(run: ARun, tmp_path: Path, at: float) -> None:
    about = {"subject": "c01", "type": "notice.published.v1", "sequence": 1}
    run.said("CGJ", an_id("one, before"), at=at, **about)
    run.said("CGJ", an_id("one"), at=AFTER + 1, epoch=9, **about)
    assert run.judged(tmp_path).doubled.count == 1


def test_orders_are_told_again_by_whoever_comes_back(run: ARun, tmp_path: Path) -> None:
    offered = run.heard[0]
    about = {"case_id": offered.case_id, "order_id": offered.order_id, "subject": offered.subject}
    run.said("CGJ", an_id("again"), type=OFFERED, at=AFTER, epoch=9, sequence=4, **about)
    assert run.judged(tmp_path).clean
    run.restores.clear()
    assert run.judged(tmp_path).doubled.count == 1


def test_no_epoch_comes_after_a_higher_one(run: ARun, tmp_path: Path) -> None:
    run.said("CGJ", an_id("word"), subject="CGJ", type=TOLD, at=AFTER, epoch=9)
    run.said("CGJ", an_id("late"), subject="other", type=TOLD, at=AFTER + 1, epoch=1)
    verdict = run.judged(tmp_path)
    assert verdict.disordered.count == 1
    assert "epoch 1 after epoch 9" in verdict.disordered.examples[0]


def test_each_source_has_epochs_of_its_own(run: ARun, tmp_path: Path) -> None:
    run.said("CGJ", an_id("word"), subject="CGJ", type=TOLD, at=AFTER, epoch=9)
    run.said("CGJ", an_id("other"), subject="x", type=TOLD, at=AFTER, source="registry")
    run.said("ZJJ", an_id("else"), subject="x", type=TOLD, at=AFTER)
    assert run.judged(tmp_path).clean


def test_what_was_heard_in_between_and_stands_leaves_no_gap(run: ARun, tmp_path: Path) -> None:
    about = {"subject": "c01", "type": "notice.published.v1"}
    for sequence, at in ((1, 50.0), (2, DURING), (3, AFTER)):
        run.said("CGJ", an_id(f"{sequence}"), sequence=sequence, at=at, **about)
    assert run.judged(tmp_path).clean
    del run.heard[-2]
    assert run.judged(tmp_path).disordered.count == 1
