"""The projection, the archive's log and a publication, over a real database."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from qiaotou_verifier.check import verify

from chassis.refusal import Forbidden, Invalid, MalformedCursor, NotFound
from chassis.signing import SigningKey
from contracts.commands.figures import Figures
from contracts.commands.intake import ArchiveCase
from contracts.events.dispatch import WorkOrderOffered
from services.intake.archive import queries as archive
from services.intake.archive.keeping import append_all_seals, append_seals
from services.intake.figures import projection, queries
from services.intake.figures.reads import Period
from services.intake.publication.writing import NotReadyError, publish
from services.intake.reference.values import local_day
from tests.integration.intake.district import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    RESIDENT,
    WORKER,
    a_bad_answer,
    a_check,
    a_good_answer,
    an_order,
    answered,
    closed,
    receipt,
    reported,
)
from tests.integration.intake.running import Intake

KEY = SigningKey("11" * 32, district="140303")
TODAY = local_day(datetime.now(UTC))
PERIOD = Period(TODAY - timedelta(days=30), TODAY + timedelta(days=2))


def archived(intake: Intake) -> None:
    case = closed(intake)
    (last,) = intake.ask((ArchiveCase(command_id=uuid4(), case_id=case.case_id), ARCHIVIST))
    assert receipt(last).state == "archived"


def found(intake: Intake, scope: str = "district") -> dict[tuple[str, str], tuple[int, int]]:
    """What the figures say after everything was counted."""
    projection.project_all(intake.database)
    return as_pairs(queries.figures(intake.database, DISPATCHER, scope=scope, **PERIOD._asdict()))


def as_pairs(figures: Figures) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (group.group, each.figure): (each.numerator, each.denominator)
        for group in figures.groups
        for each in group.figures
    }


def test_a_report_of_a_grid_worker_is_headline_and_closes(intake: Intake) -> None:
    assert found(intake)["*", "completion"] == (0, 0)
    case = answered(intake, by=WORKER)
    assert found(intake)["*", "completion"] == (0, 1)
    intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
    assert found(intake)["*", "completion"] == (1, 1)
    assert found(intake, "community")["c01", "completion"] == (1, 1)
    assert found(intake, "community")["c02", "completion"] == (0, 0)
    assert found(intake, "grid")["c01-g01", "reporting"] == (1, 1)
    assert found(intake, "department")["CGJ", "on_time"] == (1, 1)
    assert found(intake, "category")["0202", "resolution"] == (1, 1)


def test_what_others_found_lowers_the_reporting_rate(intake: Intake) -> None:
    reported(intake, by=WORKER)
    reported(intake, by=RESIDENT)
    assert found(intake)["*", "reporting"] == (1, 2)
    assert found(intake)["*", "acceptance"] == (2, 2)


def test_an_open_case_past_its_due_time_is_not_on_time_and_no_event_says_so(intake: Intake) -> None:
    case = reported(intake, by=WORKER)
    late = datetime.now(UTC) - timedelta(seconds=1)
    intake.tell("dispatch", an_order(WorkOrderOffered, case, uuid4(), due_at=late))
    assert found(intake)["*", "on_time"] == (0, 1)


def test_a_reopened_case_takes_its_closing_back(intake: Intake) -> None:
    case = answered(intake, by=WORKER)
    intake.ask((a_check(case), WORKER), (a_bad_answer(case), CLERK))
    pairs = found(intake)
    assert pairs["*", "rework"] == (1, 1)
    assert pairs["*", "satisfaction"] == (0, 1)


def test_a_department_that_a_case_has_left_is_no_group_any_more(intake: Intake) -> None:
    case = reported(intake, by=WORKER)
    assert ("CGJ", "completion") in found(intake, "department")
    intake.tell("dispatch", an_order(WorkOrderOffered, case, uuid4(), department="ZJJ"))
    groups = {group for group, _ in found(intake, "department")}
    assert groups == {"ZJJ"}


def test_whole_months_count_what_their_days_do(intake: Intake) -> None:
    month = TODAY.replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    periods = {
        "this day": Period(TODAY, TODAY + timedelta(days=1)),
        "this month": Period(month, following),
        "a year with days before and after it": Period(
            month - timedelta(days=200), following + timedelta(days=9)
        ),
        "the month before": Period((month - timedelta(days=1)).replace(day=1), month),
    }

    def counted() -> dict[str, list[tuple[int, int]]]:
        projection.project_all(intake.database)
        return {
            name: [
                as_pairs(queries.figures(intake.database, None, scope=scope, **period._asdict())).get(
                    (group, "completion"), (0, 0)
                )
                for scope, group in (("district", "*"), ("community", "c01"), ("category", "0202"))
            ]
            for name, period in periods.items()
        }

    def everywhere(closed: int) -> dict[str, list[tuple[int, int]]]:
        there = dict.fromkeys(periods, [(closed, 1)] * 3)
        return there | {"the month before": [(0, 0)] * 3}

    case = answered(intake, by=WORKER)
    assert counted() == everywhere(closed=0)
    intake.ask((a_check(case), WORKER), (a_good_answer(case), CLERK))
    assert counted() == everywhere(closed=1)
    projection.rebuild(intake.database)
    assert counted() == everywhere(closed=1)


def test_two_processes_count_nothing_twice(intake: Intake) -> None:
    for _ in range(5):
        answered(intake, by=WORKER)
    at_once = [threading.Thread(target=projection.project_all, args=(intake.database,)) for _ in range(4)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join()
    assert found(intake)["*", "completion"] == (0, 5)


def test_counted_anew_from_the_first_entry_everything_is_as_it_was(intake: Intake) -> None:
    for _ in range(3):
        archived(intake)
    answered(intake, by=WORKER)
    before = found(intake)
    projection.rebuild(intake.database)
    assert found(intake) == before


def test_behind_each_figure_stand_its_cases(intake: Intake) -> None:
    closed(intake)
    case = reported(intake, by=WORKER)
    projection.project_all(intake.database)
    behind = queries.cases_behind(
        intake.database, DISPATCHER, figure="completion", scope="community", group="c01", **PERIOD._asdict()
    )
    numbers = {each.number: (each.numerator, each.denominator) for each in behind.items}
    assert numbers[case.number] == (0, 1)
    sums = [sum(pair) for pair in zip(*numbers.values(), strict=True)]
    assert tuple(sums) == found(intake, "community")["c01", "completion"]
    first = queries.cases_behind(intake.database, DISPATCHER, figure="reporting", limit=1, **PERIOD._asdict())
    second = queries.cases_behind(
        intake.database, DISPATCHER, figure="reporting", limit=1, cursor=first.next_cursor, **PERIOD._asdict()
    )
    assert first.items[0].case_id != second.items[0].case_id
    assert second.next_cursor is None


def test_the_overdue_stand_behind_the_figure_too(intake: Intake) -> None:
    case = reported(intake, by=WORKER)
    late = datetime.now(UTC) - timedelta(seconds=1)
    intake.tell("dispatch", an_order(WorkOrderOffered, case, uuid4(), due_at=late))
    projection.project_all(intake.database)
    behind = queries.cases_behind(intake.database, DISPATCHER, figure="on_time", **PERIOD._asdict())
    assert [(each.number, each.numerator, each.denominator) for each in behind.items] == [(case.number, 0, 1)]


def test_who_may_not_look_is_refused_and_what_makes_no_sense_too(intake: Intake) -> None:
    with pytest.raises(Forbidden):
        queries.figures(intake.database, None, scope="grid")
    with pytest.raises(Forbidden):
        queries.cases_behind(intake.database, RESIDENT, figure="completion")
    for wrong in ({"scope": "street"}, {"since": date(2020, 1, 2), "until": date(2020, 1, 1)}):
        with pytest.raises(Invalid):
            queries.figures(intake.database, None, **wrong)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        queries.ranking(intake.database, figure="satisfaction")
    with pytest.raises(MalformedCursor):
        queries.cases_behind(intake.database, DISPATCHER, figure="completion", cursor="nonsense")


def test_the_log_grows_by_every_seal_once_and_its_head_is_signed(intake: Intake) -> None:
    with pytest.raises(NotFound):
        archive.log_head(intake.database, KEY)
    archived(intake)
    assert append_seals(intake.database, KEY) == 1
    first = archive.log_head(intake.database, KEY)
    archived(intake)
    archived(intake)
    append_all_seals(intake.database, KEY)
    assert append_seals(intake.database, KEY) == 0
    head, leaves = archive.log_head(intake.database, KEY), archive.log_leaves(intake.database)
    assert (first.size, head.size) == (1, 3)
    assert [leaf.index for leaf in leaves.items] == [0, 1, 2]
    assert archive.log_leaves(intake.database, limit=2).next_index == 2


def test_a_publication_is_recomputed_by_the_verifier(intake: Intake, tmp_path: Path) -> None:
    archived(intake)
    answered(intake, by=WORKER)
    reported(intake, by=RESIDENT)
    case = answered(intake, by=WORKER)
    intake.ask((a_check(case), WORKER), (a_bad_answer(case), CLERK))
    folder = published(intake, tmp_path)
    report = verify(folder, key=KEY.public)
    assert report.findings == []
    assert (report.cases, report.seals) == (4, 1)
    mine = found(intake)
    assert {name: tuple(ratio) for name, ratio in report.totals.items()} == {
        name: pair for (_, name), pair in mine.items()
    }


def test_a_change_in_the_database_itself_does_not_pass_the_verifier(intake: Intake, tmp_path: Path) -> None:
    archived(intake)
    append_all_seals(intake.database, KEY)
    with intake.database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE case_seal SET seal = repeat('0', 64)"))
    folder = published(intake, tmp_path)
    assert {finding.check for finding in verify(folder).findings} == {"seals", "log"}


def test_figures_that_have_not_caught_up_are_not_published(intake: Intake, tmp_path: Path) -> None:
    archived(intake)
    append_all_seals(intake.database, KEY)
    with pytest.raises(NotReadyError, match="not counted"):
        publish(intake.database, KEY, PERIOD, tmp_path / "out", minimum_volume=1)


def published(intake: Intake, folder: Path) -> Path:
    projection.project_all(intake.database)
    append_all_seals(intake.database, KEY)
    publish(intake.database, KEY, PERIOD, folder / "out", minimum_volume=1)
    return folder / "out"
