from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.data.tables import metadata as chassis_tables
from chassis.data.working_years import metadata as calendar_tables
from chassis.processing import parking
from chassis.refusal import Forbidden, Unavailable
from contracts.department import CompleteOrder, SignOrder
from contracts.events.intake import CaseClassified, CaseReopened
from contracts.events.registry import CategoryDefined, DepartmentDefined
from contracts.vocabulary import Kind, Urgency
from services.dispatch.metrics import REPLIES as REPLIES_METRIC
from services.dispatch.metrics import STEPS
from services.dispatch.responsibility import models as responsibility_tables
from services.dispatch.responsibility.queries import reference_counts
from services.dispatch.service import COMMANDS, EVENTS, REPLIES
from services.dispatch.work_order import models as order_tables
from services.dispatch.work_order import queries
from services.dispatch.work_order.errors import UnknownDepartment, UnknownOrder
from services.dispatch.work_order.replies import ReplyProcessor
from services.dispatch.work_order.work_order import order_id_of
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

ORDER = order_id_of(an_id("case"), 1)
DISPATCHER = somebody("dispatcher", "dispatcher")
SEES_ALL: dict[str, Any] = {"state": None, "department": None, "cursor": None, "limit": 20}


def hear(database: Database, *events: CaseClassified | CaseReopened) -> None:
    """Let intake say these, each the next of its case."""
    last = dict(rows(database, "SELECT aggregate, sequence FROM inbox_cursor"))
    batch = []
    for event in events:
        subject = str(event.case_id)
        last[subject] = last.get(subject, 0) + 1
        batch.append(an_event(event, subject=subject, sequence=last[subject]))
    EVENTS.process(database, batch)


def define(database: Database, *events: CategoryDefined | DepartmentDefined) -> None:
    for event in events:
        subject = f"{type(event).__name__}:{event.code}"
        known = rows(database, "SELECT sequence FROM inbox_cursor WHERE aggregate = :it", it=subject)
        following = known[0][0] + 1 if known else 1
        EVENTS.process(database, [an_event(event, subject=subject, sequence=following, source="registry")])


def a_category(department: str, valid_from: date) -> CategoryDefined:
    return CategoryDefined(
        code="0202",
        parent="02",
        name_zh="路灯故障",
        name_en="street lamp",
        kind=Kind.COMPONENT,
        department=department,
        urgency=Urgency.NORMAL,
        limit="3wd",
        small=False,
        valid_from=valid_from,
    )


def hand_in(database: Database, order_id: UUID = ORDER, **changes: Any) -> dict[str, Any]:
    command = msgspec.structs.replace(handing_in(an_order(), **changes), order_id=order_id)
    (body,) = COMMANDS.process(database, [a_command(command, officer())])
    return answer_of(body)


def reply(database: Database, *messages: Inbound) -> None:
    REPLIES.process(database, messages)


def completing(receipt: dict[str, Any], order_id: UUID = ORDER) -> CompleteOrder:
    return CompleteOrder(
        order_id=order_id, result_id=UUID(receipt["result_id"]), result_sha256=receipt["sha256"]
    )


def answers(database: Database, department: str = LEAD) -> list[tuple[str, str | None]]:
    """(accepted, state) or (refused, code), in order."""
    kinds = {"department.reply.accepted.v1": "state", "department.reply.refused.v1": "code"}
    return [
        (event.type.split(".")[2], data_of(event)[kinds[event.type]])
        for event in sent(database, to=department)
        if event.type in kinds
    ]


def parked(database: Database) -> list[str]:
    return [row[0] for row in rows(database, "SELECT reason FROM inbox_parked ORDER BY position")]


def state_of(database: Database, order_id: UUID = ORDER) -> str:
    return str(rows(database, "SELECT state FROM work_order WHERE id = :id", id=order_id)[0][0])


def test_the_migration_makes_the_tables_that_the_code_speaks_of(database: Database) -> None:
    tables = sa.MetaData()
    for metadata in (order_tables.metadata, responsibility_tables.metadata, calendar_tables, chassis_tables):
        for table in metadata.tables.values():
            table.to_metadata(tables)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables) == []


def test_an_order_goes_from_its_offer_to_its_completion(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    reply(database, said(SignOrder(order_id=ORDER)))
    receipt = hand_in(database)
    reply(database, said(completing(receipt)))
    told = sent(database)
    assert [(event.type, event.sequence) for event in told] == [
        ("dispatch.work_order.offered.v1", 1),
        ("dispatch.work_order.signed.v1", 2),
        ("dispatch.work_order.completed.v1", 3),
    ]
    assert {(event.source, event.subject, event.orderingkey) for event in told} == {
        ("dispatch", str(ORDER), str(an_id("case")))
    }
    assert data_of(told[-1])["handler_id"] == officer().subject
    assert answers(database) == [("accepted", "signed"), ("accepted", "completed")]
    steps = rows(database, 'SELECT step, state, "by", late FROM work_order_timeline ORDER BY position')
    assert [tuple(step) for step in steps] == [
        ("case.classified", "offered", "intake", False),
        ("sign", "signed", LEAD, False),
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


def test_a_reopened_case_goes_back_to_its_last_departments(database: Database) -> None:
    hear(database, classified(lead=STRANGER, co_handlers=(CO_HANDLER,)), reopened(cycle=2))
    leads = rows(database, "SELECT cycle, lead, co_handlers FROM work_order ORDER BY cycle")
    assert [tuple(row) for row in leads] == [(1, STRANGER, [CO_HANDLER]), (2, STRANGER, [CO_HANDLER])]


def test_a_reopened_case_goes_to_the_lead_that_the_conference_names_by_its_date(database: Database) -> None:
    given = reopened(lead=STRANGER, due_on=date(2026, 4, 1))
    hear(database, classified(co_handlers=(CO_HANDLER,)), given, reopened(cycle=3))
    leads = rows(database, "SELECT cycle, lead, co_handlers FROM work_order ORDER BY cycle")
    assert [tuple(row) for row in leads] == [(1, LEAD, [CO_HANDLER]), (2, STRANGER, []), (3, STRANGER, [])]
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
        (officer(CO_HANDLER), "not_the_lead"),
        (officer(STRANGER), "unknown_order"),
        (DISPATCHER, "forbidden"),
        (somebody("pretender", "resident", department=LEAD), "forbidden"),
        (None, "forbidden"),
    ],
)
def test_only_an_officer_of_the_lead_hands_in_a_result(database: Database, principal: Any, code: str) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    (body,) = COMMANDS.process(database, [a_command(handing_in(an_order()), principal)])
    assert answer_of(body)["code"] == code
    assert rows(database, "SELECT * FROM work_order_result") == []


def complete_one(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    reply(database, said(SignOrder(order_id=ORDER)))
    reply(database, said(completing(hand_in(database))))


def test_a_completed_order_shows_its_result_to_those_who_may_see_it(database: Database) -> None:
    complete_one(database)
    reporter = somebody("resident", "resident")
    for principal in (officer(), officer(CO_HANDLER), DISPATCHER, reporter):
        view = queries.get_order(database, principal, order_id=ORDER)
        assert (view.state, view.result_text, len(view.evidence)) == ("completed", TEXT, 1)
        assert queries.orders_of_case(database, principal, case_id=an_id("case")).items == (view,)


def test_a_result_that_completes_nothing_yet_is_not_shown(database: Database) -> None:
    hear(database, classified())
    hand_in(database)
    view = queries.get_order(database, officer(), order_id=ORDER)
    assert (view.result_id, view.result_text, view.evidence) == (None, None, ())


def test_to_others_an_order_does_not_exist(database: Database) -> None:
    complete_one(database)
    neighbour = somebody("neighbour", "resident")
    for principal in (officer(STRANGER), neighbour):
        with pytest.raises(UnknownOrder):
            queries.get_order(database, principal, order_id=ORDER)
        assert queries.orders_of_case(database, principal, case_id=an_id("case")).items == ()


def test_nobody_is_the_reporter_of_an_anonymous_case(database: Database) -> None:
    hear(database, classified(reporter_id=None))
    with pytest.raises(UnknownOrder):
        queries.get_order(database, somebody("resident", "resident"), order_id=ORDER)


def test_a_departments_orders_come_in_pages_newest_first_each_once(database: Database) -> None:
    define(database, DepartmentDefined(code=LEAD, name_zh="城市管理局", name_en="Urban management"))
    for i in range(7):
        lead = LEAD if i % 2 else CO_HANDLER
        hear(database, classified(case_id=an_id(f"case {i}"), lead=lead, co_handlers=(LEAD,)))
    hear(database, classified(case_id=an_id("foreign"), lead=STRANGER))
    seen: list[UUID] = []
    cursor = None
    for _ in range(4):
        page = queries.list_orders(database, officer(), state=None, department=None, cursor=cursor, limit=2)
        seen += [view.order_id for view in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == [order_id_of(an_id(f"case {i}"), 1) for i in reversed(range(7))]


def test_a_list_can_be_narrowed_to_a_state_and_by_the_district_to_a_department(database: Database) -> None:
    define(
        database,
        DepartmentDefined(code=LEAD, name_zh="城市管理局", name_en="Urban management"),
        DepartmentDefined(code=CO_HANDLER, name_zh="供电公司", name_en="Power utility"),
    )
    hear(database, classified(), classified(case_id=an_id("another"), lead=CO_HANDLER))
    reply(database, said(SignOrder(order_id=ORDER)))
    asked = {**SEES_ALL, "state": "signed"}
    assert [view.order_id for view in queries.list_orders(database, DISPATCHER, **asked).items] == [ORDER]
    assert len(queries.list_orders(database, DISPATCHER, **SEES_ALL).items) == 2
    asked = {**SEES_ALL, "department": CO_HANDLER}
    assert len(queries.list_orders(database, DISPATCHER, **asked).items) == 1
    for unknown in ("XXX", "\0"):
        with pytest.raises(UnknownDepartment):
            queries.list_orders(database, DISPATCHER, **{**SEES_ALL, "department": unknown})
    with pytest.raises(Forbidden):
        queries.list_orders(database, somebody("clerk", "clerk", community="c01"), **SEES_ALL)


def test_the_open_orders_are_counted_by_state(database: Database) -> None:
    complete_one(database)
    hear(database, classified(case_id=an_id("another")))
    assert queries.count_open(database) == {"offered": 1, "signed": 0, "suspended": 0}
