import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis.refusal import NotFound
from contracts.commands.intake import CaseReceipt
from contracts.events.dispatch import WorkOrderRecalled
from services.intake.case import merging, queries
from tests.integration.intake.district import (
    CLERK,
    DISPATCHER,
    DONE,
    NEIGHBOUR,
    PHOTO,
    RESIDENT,
    a_merging,
    a_question,
    an_answer,
    an_order,
    answered,
    code_of,
    kinds,
    receipt,
    reported,
    somebody,
)
from tests.integration.intake.running import Intake

THIRD = somebody("resident")
LOCK = sa.text("SELECT 1 FROM cases WHERE case_id = :id FOR UPDATE NOWAIT")
WAITING = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def merge(intake: Intake, case: CaseReceipt, master: CaseReceipt) -> CaseReceipt:
    return receipt(intake.ask((a_merging(case, master), DISPATCHER))[0])


def waiting(intake: Intake) -> bool:
    return bool(intake.rows("SELECT 1 FROM pg_locks WHERE NOT granted"))


def until_it_waits(intake: Intake, asked: Future[Any]) -> None:
    until = time.monotonic() + 10
    while not waiting(intake):
        assert not asked.done(), asked.result()
        assert time.monotonic() < until
        time.sleep(0.01)


def free(intake: Intake, case_id: UUID) -> bool:
    with intake.database.engine.connect() as connection, connection.begin():
        try:
            lock(connection, case_id)
        except sa.exc.OperationalError:
            return False
    return True


def lock(connection: Connection, case_id: UUID) -> None:
    connection.execute(LOCK, {"id": case_id})


def test_a_merged_case_goes_on_as_its_master_and_its_order_is_recalled_late(intake: Intake) -> None:
    master, case = reported(intake, NEIGHBOUR), reported(intake)
    assert merge(intake, case, master).state == "merged"
    view = queries.get_case(intake.database, RESIDENT, case.case_id)
    assert (view.master_id, view.due_at) == (master.case_id, None)
    assert kinds(intake, case) == ["reported", "classified", "merged"]
    intake.tell("dispatch", an_order(WorkOrderRecalled, case, case.case_id))
    assert queries.case_timeline(intake.database, RESIDENT, case.case_id).entries[-1].late
    assert sum(number for _, _, number in queries.open_by_state(intake.database)) == 1


def test_who_reported_the_merged_case_reads_the_master_but_not_where_and_by_whom(intake: Intake) -> None:
    master, case = reported(intake, NEIGHBOUR, category=None), reported(intake)
    intake.ask((a_question(master), DISPATCHER), (an_answer(master), NEIGHBOUR))
    with pytest.raises(NotFound):
        queries.get_case(intake.database, RESIDENT, master.case_id)
    merge(intake, case, master)
    view = queries.get_case(intake.database, RESIDENT, master.case_id)
    assert (view.supporters, view.mine, view.address, view.point) == (1, False, None, None)
    assert (view.question, view.answer, view.evidence) == (None, None, ())
    assert NEIGHBOUR.subject not in repr(view)
    entries = queries.case_timeline(intake.database, RESIDENT, master.case_id).entries
    assert [entry.step for entry in entries] == ["report", "ask_reporter", "answer_question"]
    assert "公交站" not in repr(entries)
    with pytest.raises(NotFound):
        queries.get_case(intake.database, THIRD, master.case_id)
    with pytest.raises(NotFound):
        queries.evidence_of(intake.database, RESIDENT, master.case_id, PHOTO.media_id)


def test_a_supporter_is_shown_what_was_done_about_it(intake: Intake) -> None:
    master, case = answered(intake, category="0202"), reported(intake, NEIGHBOUR)
    merge(intake, case, master)
    listing = queries.evidence_listing(intake.database, NEIGHBOUR, master.case_id)
    assert ([each.media_id for each in listing.items], listing.exactly) == ([DONE.media_id], False)
    assert queries.evidence_of(intake.database, NEIGHBOUR, master.case_id, DONE.media_id) == DONE


def test_the_list_of_ones_own_has_what_one_supports(intake: Intake) -> None:
    master, case = reported(intake, NEIGHBOUR, grid="c02-g01"), reported(intake)
    merge(intake, case, master)
    ids = {master.case_id, case.case_id}
    for filters in ({}, {"mine": True}):
        items = queries.list_cases(intake.database, RESIDENT, **filters).items
        assert {item.case_id for item in items} == ids
    found = queries.list_cases(intake.database, RESIDENT, mine=True, state="merged").items
    assert [item.case_id for item in found] == [case.case_id]
    assert len(queries.list_cases(intake.database, NEIGHBOUR, mine=True).items) == 1


def test_supporters_come_along_when_their_master_is_merged_itself(intake: Intake) -> None:
    one, two, three = reported(intake), reported(intake, NEIGHBOUR), reported(intake, THIRD)
    intake.ask((a_merging(one, two), DISPATCHER), (a_merging(two, three), DISPATCHER))
    supporters = queries.supporters(intake.database, DISPATCHER, three.case_id)
    assert (supporters.number, supporters.since is not None) == (2, True)
    rows = intake.rows(
        "SELECT account_id, from_case FROM case_supporter WHERE case_id = :id", id=three.case_id
    )
    assert {tuple(row) for row in rows} == {
        (UUID(RESIDENT.subject), one.case_id),
        (UUID(NEIGHBOUR.subject), two.case_id),
    }
    # From the own case to the end, each step can be read.
    first = queries.get_case(intake.database, RESIDENT, one.case_id)
    second = queries.get_case(intake.database, RESIDENT, first.master_id or one.case_id)
    assert second.master_id == three.case_id
    assert queries.get_case(intake.database, RESIDENT, three.case_id).state == "classified"


def test_nobody_supports_a_case_twice_or_their_own(intake: Intake) -> None:
    master, own = reported(intake), reported(intake)
    again, other = reported(intake, NEIGHBOUR), reported(intake, NEIGHBOUR)
    for case in (own, again, other):
        merge(intake, case, master)
    assert queries.get_case(intake.database, DISPATCHER, master.case_id).supporters == 1
    assert queries.supporters(intake.database, RESIDENT, master.case_id).number == 1


def test_merging_within_one_batch_sees_what_the_batch_has_done(intake: Intake) -> None:
    one, two = reported(intake), reported(intake, NEIGHBOUR)
    done, circle, itself = intake.ask(
        (a_merging(one, two), DISPATCHER),
        (a_merging(two, one), DISPATCHER),
        (a_merging(two, two), DISPATCHER),
    )
    assert receipt(done).state == "merged"
    assert (code_of(circle), code_of(itself)) == ("master_not_open", "same_case")


def test_what_a_department_works_on_or_nobody_has_reported_is_not_merged(intake: Intake) -> None:
    working, master = answered(intake), reported(intake)
    ghost = CaseReceipt(case_id=UUID(int=1), number="n", state="", cycle=1, version=1)
    outcomes = intake.ask(
        (a_merging(working, master), DISPATCHER),
        (a_merging(master, ghost), DISPATCHER),
        (a_merging(ghost, master), DISPATCHER),
        (a_merging(master, working), CLERK),
    )
    assert [code_of(each) for each in outcomes] == [
        "illegal_transition",
        "master_not_open",
        "not_found",
        "forbidden",
    ]


def test_a_master_that_is_closed_while_a_merge_waits_for_it_is_not_merged_into(intake: Intake) -> None:
    master, case = answered(intake, anonymous=True), reported(intake)
    with ThreadPoolExecutor(1) as elsewhere, intake.database.engine.connect() as connection:
        with connection.begin():
            lock(connection, master.case_id)
            waits = elsewhere.submit(intake.ask, (a_merging(case, master), DISPATCHER))
            until_it_waits(intake, waits)
            closing = sa.text("UPDATE cases SET state = 'closed', closed_at = now() WHERE case_id = :id")
            connection.execute(closing, {"id": master.case_id})
        assert code_of(waits.result()[0]) == "master_not_open"


@pytest.mark.parametrize("from_first", [True, False])
def test_both_cases_are_locked_in_the_order_of_their_ids(intake: Intake, *, from_first: bool) -> None:
    first, second = sorted((reported(intake), reported(intake)), key=lambda each: each.case_id)
    case, master = (first, second) if from_first else (second, first)
    with ThreadPoolExecutor(1) as elsewhere, intake.database.engine.connect() as connection:
        with connection.begin():
            lock(connection, first.case_id)
            waits = elsewhere.submit(intake.ask, (a_merging(case, master), DISPATCHER))
            until_it_waits(intake, waits)
            # It holds nothing yet that another merge could wait for.
            assert free(intake, second.case_id)
        assert receipt(waits.result()[0]).state == "merged"


def test_a_merge_holds_its_master_open_until_it_is_written(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, case = reported(intake, NEIGHBOUR), reported(intake)
    locked: list[bool] = []
    decide = merging.merge

    def watched(*args: Any, **kwargs: Any) -> Any:
        locked.append(not free(intake, master.case_id))
        return decide(*args, **kwargs)

    monkeypatch.setattr(merging, "merge", watched)
    merge(intake, case, master)
    assert locked == [True]
    assert free(intake, master.case_id)
