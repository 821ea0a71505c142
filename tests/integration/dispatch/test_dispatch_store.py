from datetime import date
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.data.engine import Database
from chassis.data.epochs import metadata as epoch_tables
from chassis.data.settled import metadata as settled_tables
from chassis.data.tables import metadata as chassis_tables
from chassis.data.working_years import metadata as calendar_tables
from chassis.processing import parking
from chassis.refusal import Unavailable
from contracts.department import SignOrder
from contracts.events.registry import DepartmentDefined
from services.dispatch.deadline import models as deadline_tables
from services.dispatch.metrics import REPLIES as REPLIES_METRIC
from services.dispatch.metrics import STEPS
from services.dispatch.responsibility import models as responsibility_tables
from services.dispatch.responsibility.queries import reference_counts
from services.dispatch.service import COMMANDS, EVENTS
from services.dispatch.work_order import models as order_tables
from services.dispatch.work_order.replies import ReplyProcessor
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    DISPATCHER,
    ORDER,
    a_category,
    answers,
    completing,
    define,
    do_part,
    hand_in,
    hear,
    parked,
    reply,
    sign,
    state_of,
)
from tests.support.messages import a_command, an_event, answer_of, data_of, rows, sent
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    STRANGER,
    TEXT,
    an_envelope,
    an_id,
    an_order,
    classified,
    handing_in,
    officer,
    reopened,
    said,
    somebody,
)


def test_the_migration_makes_the_tables_that_the_code_speaks_of(database: Database) -> None:
    tables = sa.MetaData()
    ours = (order_tables.metadata, deadline_tables.metadata, responsibility_tables.metadata)
    for metadata in (*ours, calendar_tables, chassis_tables, epoch_tables, settled_tables):
        for table in metadata.tables.values():
            table.to_metadata(tables)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables) == []


def test_an_order_goes_from_its_offer_to_its_completion(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    do_part(database, CO_HANDLER)
    receipt = hand_in(database)
    reply(database, said(completing(receipt)))
    told = sent(database)
    assert [(event.type, event.sequence) for event in told] == [
        ("dispatch.work_order.offered.v1", 1),
        ("dispatch.work_order.signed.v1", 2),
        ("dispatch.work_order.part_completed.v1", 3),
        ("dispatch.work_order.completed.v1", 4),
    ]
    assert {(event.source, event.subject, event.orderingkey) for event in told} == {
        ("dispatch", str(an_id("case")), str(an_id("case")))
    }
    assert data_of(told[-1])["handler_id"] == officer().subject
    assert answers(database) == [("accepted", "signed"), ("accepted", "completed")]
    assert answers(database, CO_HANDLER) == [("accepted", "signed")]
    steps = rows(database, 'SELECT step, state, "by", late FROM work_order_timeline ORDER BY position')
    assert [tuple(step) for step in steps] == [
        ("case.classified", "offered", "intake", False),
        ("sign", "signed", LEAD, False),
        ("complete_part", "signed", CO_HANDLER, False),
        ("complete", "completed", LEAD, False),
    ]


def test_the_whole_loop_fits_in_two_batches_of_a_transaction_each(database: Database) -> None:
    cases = [an_id(f"case {i}") for i in range(30)]
    orders = [order_id_of(case, 1) for case in cases]
    hear(database, *(classified(case_id=case) for case in cases))
    reply(database, *(said(SignOrder(order_id=order)) for order in orders))
    assert {row[0] for row in rows(database, "SELECT state FROM work_order")} == {"signed"}
    assert len(answers(database)) == 30


def test_lead_and_co_handlers_find_the_order_on_their_queues_each_with_its_part(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    for department, part in ((LEAD, "lead"), (CO_HANDLER, "co_handler")):
        (offer,) = sent(database, to=department)
        assert (offer.type, offer.subject, offer.sequence) == (
            "department.order.offered.v1",
            str(ORDER),
            1,
        )
        assert data_of(offer)["part"] == part


def test_an_order_for_a_department_that_is_not_known_yet_is_made_all_the_same(database: Database) -> None:
    hear(database, classified(lead="NEW"))
    assert len(sent(database, to="NEW")) == 1
    assert parked(database) == []


def test_a_case_classified_again_in_the_same_cycle_is_late_and_changes_nothing(database: Database) -> None:
    hear(database, classified(), classified(lead=STRANGER))
    assert [event.type for event in sent(database)] == ["dispatch.work_order.offered.v1"]
    assert sent(database, to=STRANGER) == []
    late = rows(database, "SELECT step, state FROM work_order_timeline WHERE late")
    assert [tuple(row) for row in late] == [("case.classified", "offered")]


def test_a_fact_that_dispatch_does_not_name_advances_the_cursor_alone(database: Database) -> None:
    other = an_event(classified(), subject=str(an_id("case")), sequence=1)
    body = other.body.replace(b"intake.case.classified.v1", b"intake.case.checked.v1")
    EVENTS.process(database, [other._replace(body=body)])
    assert rows(database, "SELECT * FROM work_order") == []
    assert rows(database, "SELECT sequence FROM inbox_cursor")[0][0] == 1


def departments(database: Database) -> list[tuple[int, str, list[str]]]:
    """Cycle, lead and co-handlers of every order, oldest first."""
    found = rows(database, "SELECT cycle, lead, parties FROM work_order ORDER BY cycle, redirect")
    return [(cycle, lead, [each["department"] for each in parties[1:]]) for cycle, lead, parties in found]


def test_a_reopened_case_goes_back_to_its_last_departments(database: Database) -> None:
    hear(database, classified(lead=STRANGER, co_handlers=(CO_HANDLER,)), reopened(cycle=2))
    assert departments(database) == [(1, STRANGER, [CO_HANDLER]), (2, STRANGER, [CO_HANDLER])]


def test_a_reopened_case_goes_to_the_lead_that_the_conference_names_by_its_date(database: Database) -> None:
    given = reopened(lead=STRANGER, due_on=date(2026, 4, 1))
    hear(database, classified(co_handlers=(CO_HANDLER,)), given, reopened(cycle=3))
    assert departments(database) == [(1, LEAD, [CO_HANDLER]), (2, STRANGER, []), (3, STRANGER, [])]
    detail = rows(database, "SELECT detail FROM work_order_timeline ORDER BY position")[1][0]
    assert detail == {"cause": "dissatisfied", "due_on": "2026-04-01"}


def test_a_reopened_case_without_an_earlier_order_goes_by_the_matrix(database: Database) -> None:
    define(database, a_category("ZJJ", date(2012, 1, 1)), a_category("CGJ", date(2026, 1, 1)))
    hear(database, reopened())
    hear(database, reopened(case_id=an_id("another"), category="9999"))
    leads = rows(database, "SELECT category, lead FROM work_order ORDER BY category")
    assert [tuple(row) for row in leads] == [("0202", "CGJ"), ("9999", "DDC")]


def test_an_order_of_an_older_cycle_is_left_as_it_is(database: Database) -> None:
    hear(database, classified(), reopened(cycle=2))
    assert state_of(database) == "offered"


def test_what_the_matrix_held_before_stays_on_record(database: Database) -> None:
    old, new = a_category("ZJJ", date(2012, 1, 1)), a_category("CGJ", date(2019, 3, 1))
    define(database, old, new, a_category("GDS", date(2019, 3, 1)))
    held = rows(database, "SELECT department, valid_from FROM responsibility ORDER BY valid_from")
    assert [tuple(row) for row in held] == [("ZJJ", date(2012, 1, 1)), ("GDS", date(2019, 3, 1))]


def test_the_mirror_counts_what_has_arrived(database: Database) -> None:
    define(
        database,
        a_category("ZJJ", date(2012, 1, 1)),
        a_category("CGJ", date(2019, 3, 1)),
        DepartmentDefined(code=LEAD, name_zh="城市管理局", name_en="Urban management"),
    )
    counts = reference_counts(database)
    assert (counts.categories, counts.departments) == (1, 1)


@pytest.mark.parametrize(("department", "code"), [(CO_HANDLER, "not_the_lead"), (STRANGER, "unknown_order")])
def test_a_department_that_does_not_lead_is_refused_on_its_own_queue(
    database: Database, department: str, code: str
) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    reply(database, said(SignOrder(order_id=ORDER), department=department))
    assert answers(database, department) == [("refused", code)]
    assert state_of(database) == "offered"


def test_a_step_is_counted_when_it_is_committed_and_not_when_it_is_refused(database: Database) -> None:
    signed, refused = STEPS.labels("sign", LEAD), REPLIES_METRIC.labels(LEAD, "illegal_transition")
    before = signed._value.get(), refused._value.get()
    hear(database, classified())
    for _ in range(3):
        reply(database, said(SignOrder(order_id=ORDER)))
    assert (signed._value.get(), refused._value.get()) == (before[0] + 1, before[1] + 2)


def test_a_refused_message_among_accepted_ones_takes_none_of_them_with_it(database: Database) -> None:
    hear(database, classified(), classified(case_id=an_id("another")))
    another = SignOrder(order_id=order_id_of(an_id("another"), 1))
    nonsense = SignOrder(order_id=an_id("no order"))
    reply(database, said(SignOrder(order_id=ORDER)), said(nonsense), said(another))
    assert [answer[0] for answer in answers(database)] == ["accepted", "refused", "accepted"]
    assert rows(database, "SELECT count(*) FROM work_order WHERE state = 'signed'")[0][0] == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"result_id": an_id("no result")}, "unknown_result"),
        ({"result_sha256": "00" * 32}, "result_differs"),
    ],
)
def test_a_completion_that_does_not_fit_its_result_is_refused(
    database: Database, change: dict[str, Any], code: str
) -> None:
    hear(database, classified())
    reply(database, said(SignOrder(order_id=ORDER)))
    receipt = hand_in(database)
    reply(database, said(msgspec.structs.replace(completing(receipt), **change)))
    assert answers(database)[-1] == ("refused", code)
    assert state_of(database) == "signed"


def test_a_repeated_message_is_done_once_and_answered_the_same_again(database: Database) -> None:
    hear(database, classified())
    message = said(SignOrder(order_id=ORDER), message_id=an_id("message"))
    reply(database, message)
    reply(database, message._replace(redelivered=True), message)
    assert answers(database) == [("accepted", "signed")] * 3
    assert len(sent(database)) == 2
    in_reply_to = {data_of(event)["in_reply_to"] for event in sent(database, to=LEAD)[1:]}
    assert in_reply_to == {str(an_id("message"))}


def test_a_refused_message_stays_refused_when_it_comes_again(database: Database) -> None:
    hear(database, classified())
    receipt = hand_in(database)
    early = said(completing(receipt), message_id=an_id("early"))
    reply(database, early)
    reply(database, said(SignOrder(order_id=ORDER)))
    reply(database, early)
    reply(database, said(completing(receipt)))
    assert answers(database) == [
        ("refused", "illegal_transition"),
        ("accepted", "signed"),
        ("refused", "illegal_transition"),
        ("accepted", "completed"),
    ]


def test_another_message_under_an_id_that_was_used_is_refused(database: Database) -> None:
    hear(database, classified(), classified(case_id=an_id("another")))
    reply(database, said(SignOrder(order_id=ORDER), message_id=an_id("message")))
    other = SignOrder(order_id=order_id_of(an_id("another"), 1))
    reply(database, said(other, message_id=an_id("message")))
    assert answers(database) == [("accepted", "signed"), ("refused", "key_reused")]


@pytest.mark.parametrize("user", [None, "gateway", f"department.{STRANGER}"])
def test_a_message_without_its_departments_signature_is_parked_and_not_answered(
    database: Database, user: str | None
) -> None:
    hear(database, classified())
    reply(database, said(SignOrder(order_id=ORDER), user_id=user))
    assert parked(database) == ["unsigned_sender"]
    assert answers(database) == []
    assert answers(database, STRANGER) == []
    assert state_of(database) == "offered"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"more":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        an_envelope(SignOrder(order_id=ORDER), LEAD, an_id("message")).replace(b"sign.v1", b"sign.v9"),
    ],
)
def test_what_cannot_be_read_is_parked_and_answered(database: Database, body: bytes) -> None:
    hear(database, classified())
    reply(database, said(body), said(SignOrder(order_id=ORDER)))
    assert len(parked(database)) == 1
    assert sorted(answers(database)) == [("accepted", "signed"), ("refused", "malformed_request")]


def test_a_parked_message_keeps_its_sender_and_may_not_name_one_of_our_events(database: Database) -> None:
    forged = an_event(classified(), subject=str(an_id("case")), sequence=2)
    reply(database, said(forged.body, headers={"x": "\0"}))
    (row,) = rows(database, "SELECT source, aggregate, sequence, message_key, headers FROM inbox_parked")
    assert tuple(row[:3]) == (None, None, None)
    assert row.message_key.startswith("sha256:")
    assert row.headers == {"user-id": f"department.{LEAD}"}


def test_a_handler_that_fails_has_its_message_parked_and_its_sender_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(database, classified(), classified(case_id=an_id("another")))
    orders = [ORDER, order_id_of(an_id("another"), 1)]
    with database.engine.begin() as connection:
        spoil = sa.text("UPDATE work_order SET state = 'nonsense' WHERE id = :id")
        connection.execute(spoil, {"id": ORDER})
    reply(database, *(said(SignOrder(order_id=order)) for order in orders))
    assert parked(database) == ["internal"]
    assert sorted(answers(database)) == [("accepted", "signed"), ("refused", "internal")]


def test_a_database_that_is_away_keeps_the_messages(database: Database) -> None:
    away = Database("postgresql://nobody:x@127.0.0.1:1/nowhere", source="dispatch")
    with pytest.raises(Unavailable):
        ReplyProcessor("dispatch").process(away, [said(SignOrder(order_id=ORDER))])


def test_a_message_on_which_a_process_died_is_parked(database: Database) -> None:
    hear(database, classified())
    message = said(SignOrder(order_id=ORDER))._replace(redelivered=True)
    key = f"reply:{message.user_id}:{message.fallback_key}"
    with database.engine.begin() as connection:
        note = sa.text("INSERT INTO inbox_attempt (message_key, attempts) VALUES (:key, 1)")
        connection.execute(note, {"key": key})
    reply(database, message)
    assert len(parked(database)) == 1
    assert state_of(database) == "offered"


def test_what_comes_for_the_first_time_beside_a_repeat_is_no_suspect(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(database, classified())
    again, fresh = (said(SignOrder(order_id=ORDER)) for _ in range(2))
    noted: list[str] = []
    note = parking.note_attempt
    monkeypatch.setattr(
        parking,
        "note_attempt",
        lambda database, key, *, survived: (noted.append(key), note(database, key, survived=survived))[1],
    )
    reply(database, again._replace(redelivered=True), fresh)
    assert noted == [f"reply:{again.user_id}:{again.fallback_key}"]


def test_a_result_is_kept_once_and_answered_with_its_hash(database: Database) -> None:
    hear(database, classified())
    first, again = hand_in(database), hand_in(database, command_id=an_id("again"))
    assert first == again
    assert rows(database, "SELECT sha256, text FROM work_order_result") == [(first["sha256"], TEXT)]
    other = hand_in(database, command_id=an_id("other"), text=TEXT + "另有说明。")
    assert other["code"] == "conflict"


def test_a_machines_result_names_no_handler(database: Database) -> None:
    hear(database, classified())
    machine = msgspec.structs.replace(officer(), subject=f"department:{LEAD}")
    command = handing_in(an_order())
    COMMANDS.process(database, [a_command(command, machine)])
    assert rows(database, "SELECT handed_in_by FROM work_order_result") == [(None,)]


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        (officer(STRANGER), "unknown_order"),
        (DISPATCHER, "forbidden"),
        (somebody("pretender", "resident", department=LEAD), "forbidden"),
        (None, "forbidden"),
    ],
)
def test_only_an_officer_of_a_department_in_the_order_hands_in_a_result(
    database: Database, principal: Any, code: str
) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    (body,) = COMMANDS.process(database, [a_command(handing_in(an_order()), principal)])
    assert answer_of(body)["code"] == code
    assert rows(database, "SELECT * FROM work_order_result") == []
