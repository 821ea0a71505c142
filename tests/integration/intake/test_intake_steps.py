from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from chassis.data.clock import set_offset
from contracts.commands.intake import (
    ArchiveCase,
    CaseReceipt,
    ClassifyCase,
)
from contracts.events.dispatch import (
    WorkOrderOffered,
    WorkOrderSigned,
)
from contracts.events.governance import ResolutionAdopted
from services.intake.case import queries, timers
from services.intake.case.seal import (
    commitments_to,
    entry_document,
    evidence_document,
    seal_over,
    text_document,
)
from tests.integration.intake.district import (
    ARCHIVIST,
    CLERK,
    DISPATCHER,
    LAMP_POST,
    RESIDENT,
    WORKER,
    a_bad_answer,
    a_check,
    a_completion,
    a_good_answer,
    a_report,
    an_order,
    answered,
    closed,
    code_of,
    kinds,
    move_clock,
    receipt,
    reported,
)
from tests.integration.intake.running import Intake
from tests.support.places import says_degrees


def test_a_case_goes_all_the_way_round_and_its_seal_can_be_recomputed(intake: Intake) -> None:
    case = closed(intake)
    (last,) = intake.ask((ArchiveCase(command_id=uuid4(), case_id=case.case_id), ARCHIVIST))
    assert receipt(last).state == "archived"
    assert kinds(intake, case) == [
        "reported",
        "classified",
        "started",
        "answered",
        "checked",
        "closed",
        "archived",
    ]
    assert [event.sequence for event in intake.emitted(case.case_id)] == list(range(1, 8))
    view = queries.get_case(intake.database, CLERK, case.case_id)
    seal = queries.case_seal(intake.database, CLERK, case.case_id)
    life = queries.case_timeline(intake.database, CLERK, case.case_id)
    ((salt,),) = intake.rows("SELECT salt FROM case_salt WHERE case_id = :id", id=case.case_id)
    documents = [
        text_document(view.text),
        *map(evidence_document, view.evidence),
        *map(entry_document, life.entries[:-1]),
    ]
    assert seal.commitments == commitments_to(bytes(salt), documents)
    assert seal.seal == view.seal == seal_over(case.case_id, case.number, seal.commitments)
    assert [entry.position for entry in life.entries] == list(range(1, view.version + 1))


def test_steps_of_one_case_may_share_a_batch_up_to_its_archiving(intake: Intake) -> None:
    cases = [answered(intake), answered(intake)]
    outcomes = intake.ask(
        *((a_check(case), WORKER) for case in cases),
        *((a_good_answer(case), CLERK) for case in cases),
        *((ArchiveCase(command_id=uuid4(), case_id=case.case_id), ARCHIVIST) for case in cases),
    )
    assert [receipt(each).state for each in outcomes[::2]] == ["checked", "closed", "archived"]
    for case in cases:
        seal = queries.case_seal(intake.database, ARCHIVIST, case.case_id)
        assert len(seal.commitments) == 1 + 3 + 7


def test_a_refused_command_leaves_nothing_and_spoils_no_other(intake: Intake) -> None:
    good, foreign = a_report(), a_report(grid="c01-g02")
    unknown = a_report(category="9999")
    nul_grid, nul_category = a_report(grid="c01\0g01"), a_report(category="02\0")
    bad = ((unknown, RESIDENT), (foreign, WORKER), (nul_grid, RESIDENT), (nul_category, RESIDENT))
    *refused, done = intake.ask(*bad, (good, RESIDENT))
    assert [code_of(each) for each in refused] == [
        "unknown_category",
        "foreign_grid",
        "unknown_grid",
        "unknown_category",
    ]
    assert receipt(done).number.endswith("-000001")
    assert intake.rows("SELECT case_id FROM cases") == [(good.case_id,)]
    assert intake.rows("SELECT DISTINCT case_id FROM case_timeline") == [(good.case_id,)]
    assert {event.subject for event in intake.emitted(good.case_id)} == {str(good.case_id)}


def test_numbers_count_up_within_and_across_batches_and_begin_anew_each_day(intake: Intake) -> None:
    first = intake.ask(*((a_report(), RESIDENT) for _ in range(3)))
    second = intake.ask(*((a_report(), RESIDENT) for _ in range(2)))
    with intake.database.engine.begin() as connection:
        set_offset(connection, timedelta(days=1), mode="test")
    (third,) = intake.ask((a_report(), RESIDENT))
    numbers = [receipt(each).number for each in (*first, *second)]
    assert [number[-6:] for number in numbers] == [f"{n:06d}" for n in range(1, 6)]
    assert numbers[0].startswith("140303-")
    assert receipt(third).number[-6:] == "000001"
    assert receipt(third).number[7:15] > numbers[0][7:15]


def test_a_case_id_is_used_once(intake: Intake) -> None:
    case_id = uuid4()
    one, other = a_report(case_id=case_id), a_report(case_id=case_id)
    outcomes = intake.ask((one, RESIDENT), (other, RESIDENT))
    assert receipt(outcomes[0]).version == 2
    assert code_of(outcomes[1]) == "conflict"
    assert code_of(intake.ask((a_report(case_id=case_id), RESIDENT))[0]) == "conflict"


def test_a_command_told_twice_is_done_once(intake: Intake) -> None:
    asked = a_report()
    first, again = intake.ask((asked, RESIDENT), (asked, RESIDENT))
    assert first == again == intake.ask((asked, RESIDENT))[0]
    assert len(intake.rows("SELECT 1 FROM cases")) == 1


def test_the_dispatcher_classifies_what_came_without_a_category(intake: Intake) -> None:
    case = reported(intake, category=None)
    asked = ClassifyCase(
        command_id=uuid4(),
        case_id=case.case_id,
        category="0301",
        lead="ZJJ",
        co_handlers=("CGJ",),
        expected_version=1,
    )
    wrong = ClassifyCase(command_id=uuid4(), case_id=case.case_id, category="0301", lead="NONE")
    refused, done = intake.ask((wrong, DISPATCHER), (asked, DISPATCHER))
    assert code_of(refused) == "unknown_department"
    assert receipt(done).state == "classified"
    assert queries.get_case(intake.database, DISPATCHER, case.case_id).co_handlers == ("CGJ",)


def test_nothing_personal_and_no_free_text_is_in_the_outbox(intake: Intake) -> None:
    case = answered(intake)
    intake.ask((a_check(case), WORKER), (a_bad_answer(case), CLERK))
    bodies = b"".join(bytes(row[0]) for row in intake.rows("SELECT body FROM outbox")).decode()
    for secret in ("路灯", "桥头街", "没有人来修过"):
        assert secret not in bodies
    for degrees in (LAMP_POST.longitude_deg, LAMP_POST.latitude_deg):
        assert not says_degrees(bodies, str(degrees))


def test_an_anonymous_case_has_no_account_in_any_table_of_its_own(intake: Intake) -> None:
    case = answered(intake, anonymous=True)
    (done,) = intake.ask((a_check(case), WORKER))
    assert receipt(done).state == "closed"
    for table in ("cases", "case_timeline", "outbox", "inbox", "case_seal"):
        for (row,) in intake.rows(f"SELECT {table}::text FROM {table}"):  # noqa: S608 - names of ours
            assert RESIDENT.subject not in row
    assert RESIDENT.subject.encode() not in b"".join(
        bytes(row[0]) for row in intake.rows("SELECT body FROM outbox")
    )


def test_a_late_fact_is_a_line_of_the_timeline_and_nothing_else(intake: Intake) -> None:
    case = closed(intake)
    before = intake.emitted(case.case_id)
    view = queries.get_case(intake.database, CLERK, case.case_id)
    intake.tell("dispatch", an_order(WorkOrderSigned, case, uuid4()))
    after = queries.get_case(intake.database, CLERK, case.case_id)
    assert (after.state, after.version) == ("closed", view.version + 1)
    assert queries.case_timeline(intake.database, CLERK, case.case_id).entries[-1].late
    assert intake.emitted(case.case_id) == before


def test_a_fact_about_a_case_that_nobody_reported_is_parked(intake: Intake) -> None:
    ghost = CaseReceipt(case_id=uuid4(), number="n", state="", cycle=1, version=1)
    intake.tell("dispatch", an_order(WorkOrderSigned, ghost, uuid4()))
    ((reason,),) = intake.rows("SELECT reason FROM inbox_parked")
    assert "UnknownCase" in reason


def test_three_dissatisfactions_lead_to_the_conference_and_its_resolution_round_again(intake: Intake) -> None:
    case = reported(intake)
    for cycle in (1, 2, 3):
        order_id = uuid4()
        intake.tell(
            "dispatch",
            an_order(WorkOrderOffered, case, order_id, cycle=cycle),
            an_order(WorkOrderSigned, case, order_id, cycle=cycle),
            a_completion(case, order_id, cycle=cycle),
        )
        outcomes = intake.ask((a_check(case), WORKER), (a_bad_answer(case), CLERK))
    assert receipt(outcomes[1]).state == "awaiting_conference"
    adopted = ResolutionAdopted(
        resolution_id=uuid4(),
        item_id=uuid4(),
        meeting_id=uuid4(),
        case_id=case.case_id,
        lead="ZJJ",
        due_on=date(2030, 1, 1),
        at=datetime.now(UTC),
    )
    intake.tell("governance", (str(adopted.item_id), adopted))
    view = queries.get_case(intake.database, CLERK, case.case_id)
    assert (view.state, view.cycle, view.escalation, view.lead) == ("classified", 4, 2, "ZJJ")
    reopened = ["reopened", "started", "answered", "checked"]
    assert kinds(intake, case)[2:] == [*reopened[1:], *reopened, *reopened, "escalated", "reopened"]


def test_fifteen_days_after_closing_time_archives_what_nobody_has(intake: Intake) -> None:
    cases = [closed(intake) for _ in range(3)]
    assert timers.archive_rested(intake.database) == 0
    move_clock(intake, timedelta(days=14, hours=23, minutes=59))
    assert timers.archive_rested(intake.database) == 0
    move_clock(intake, timedelta(days=15))
    with intake.database.engine.begin() as elsewhere:
        elsewhere.execute(
            sa.text("SELECT 1 FROM cases WHERE case_id = :id FOR UPDATE"), {"id": cases[0].case_id}
        )
        assert timers.archive_rested(intake.database) == 2
    timers.archive_all_rested(intake.database)
    for case in cases:
        assert kinds(intake, case)[-1] == "archived"
        assert queries.case_seal(intake.database, CLERK, case.case_id).seal


def test_a_case_whose_life_has_a_gap_stays_closed_and_holds_up_no_other(intake: Intake) -> None:
    broken, whole = closed(intake), closed(intake)
    with intake.database.engine.begin() as connection:
        connection.execute(
            sa.text("DELETE FROM case_timeline WHERE case_id = :id AND position = 3"), {"id": broken.case_id}
        )
    move_clock(intake, timedelta(days=15))
    assert timers.archive_rested(intake.database) == 1
    assert queries.get_case(intake.database, CLERK, broken.case_id).state == "closed"
    assert queries.get_case(intake.database, CLERK, whole.case_id).state == "archived"
