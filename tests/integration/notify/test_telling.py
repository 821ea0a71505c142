from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from chassis.bus.inbound import Inbound
from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Invalid, MalformedCursor
from contracts.commands.notify import MarkRead, MessagePage
from contracts.events import dispatch, intake
from contracts.events.registry import AccountOpened, CategoryDefined
from contracts.vocabulary import Kind, Role, Urgency
from services.notify.message import queries
from services.notify.message.models import metadata as message_tables
from services.notify.reference.models import metadata as reference_tables
from services.notify.reference.queries import reference_counts
from services.notify.service import COMMANDS, EVENTS
from tests.support.messages import a_command, an_event, answer_of, rows
from tests.unit.notify.builders import (
    ARCHIVIST,
    AT,
    CASE,
    CLERK,
    CO_OFFICER,
    DISPATCHER,
    NUMBER,
    OFFICER,
    ORDER,
    REPORTER,
    WORKER,
)
from tests.unit.notify.builders import an_event as a_fact

ACCOUNTS = [
    AccountOpened(account_id=REPORTER, roles=(Role.RESIDENT,)),
    AccountOpened(account_id=WORKER, roles=(Role.GRID_WORKER,), community="c01", grid="c01-g01"),
    AccountOpened(account_id=CLERK, roles=(Role.CLERK,), community="c01"),
    AccountOpened(account_id=DISPATCHER, roles=(Role.DISPATCHER,)),
    AccountOpened(account_id=ARCHIVIST, roles=(Role.ARCHIVIST,)),
    AccountOpened(account_id=OFFICER, roles=(Role.DEPARTMENT,), department="CGJ"),
    AccountOpened(account_id=CO_OFFICER, roles=(Role.DEPARTMENT,), department="GDS"),
]
LAMP = CategoryDefined(
    code="0202",
    parent="02",
    name_zh="路灯故障",
    name_en="street lamp",
    kind=Kind.COMPONENT,
    department="CGJ",
    urgency=Urgency.NORMAL,
    limit="3wd",
    small=False,
    valid_from=AT.date(),
)
A_LOOP: list[tuple[str, Any]] = [
    ("intake", a_fact(intake.CaseReported)),
    ("intake", a_fact(intake.CaseClassified)),
    ("dispatch", a_fact(dispatch.WorkOrderOffered)),
    ("dispatch", a_fact(dispatch.WorkOrderSigned)),
    ("intake", a_fact(intake.CaseStarted)),
    ("dispatch", a_fact(dispatch.WorkOrderCompleted, result_id=ORDER, result_sha256="0" * 64)),
    ("intake", a_fact(intake.CaseAnswered)),
    ("intake", a_fact(intake.CaseChecked)),
    ("intake", a_fact(intake.CaseClosed)),
    ("intake", a_fact(intake.CaseArchived)),
]


@pytest.fixture
def district(database: Database) -> Database:
    """Give a notify that has heard of everybody."""
    hear(database, *(("registry", each) for each in (*ACCOUNTS, LAMP)))
    return database


def inbound(database: Database, said: Sequence[tuple[str, Any]]) -> list[Inbound]:
    """What the broker would deliver, each the next of its aggregate."""
    last = {(row[0], row[1]): row[2] for row in rows(database, "SELECT * FROM inbox_cursor")}
    batch = []
    for source, fact in said:
        subject = subject_of(source, fact)
        last[source, subject] = last.get((source, subject), 0) + 1
        batch.append(an_event(fact, subject=subject, sequence=last[source, subject], source=source))
    return batch


def subject_of(source: str, fact: Any) -> str:
    names = {"intake": "case_id", "dispatch": "order_id", "registry": "account_id"}
    return str(getattr(fact, names[source], None) or f"category:{fact.code}")


def hear(database: Database, *said: tuple[str, Any]) -> list[Inbound]:
    batch = inbound(database, said)
    EVENTS.process(database, batch)
    return batch


def person(account_id: UUID) -> Principal:
    return Principal(subject=str(account_id))


def messages(database: Database, of: UUID, **wanted: Any) -> MessagePage:
    given = {"cursor": None, "limit": 20, "unread_only": False} | wanted
    return queries.list_messages(database, person(of), **given)


def templates(database: Database, of: UUID) -> list[str]:
    """What somebody was told, oldest first."""
    return [each.template for each in reversed(messages(database, of).items)]


def mark(database: Database, *message_ids: UUID, by: UUID) -> dict[str, Any]:
    asked = MarkRead(command_id=uuid4(), message_ids=message_ids)
    (body,) = COMMANDS.process(database, [a_command(asked, person(by))])
    return answer_of(body)


def test_the_migration_makes_the_tables_that_the_code_declares(database: Database) -> None:
    inspector = sa.inspect(database.engine)
    dialect = database.engine.dialect
    for metadata in (message_tables, reference_tables):
        for table in metadata.sorted_tables:
            made = {each["name"]: each for each in inspector.get_columns(table.name)}
            assert {
                name: (each["type"].compile(dialect), each["nullable"]) for name, each in made.items()
            } == {each.name: (each.type.compile(dialect), each.nullable) for each in table.columns}
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                each.name for each in table.primary_key
            ]


def test_a_case_that_goes_round_tells_everybody_of_their_step(district: Database) -> None:
    hear(district, *A_LOOP)
    assert templates(district, REPORTER) == [
        "case.reported",
        "case.classified",
        "case.started",
        "case.answered",
        "case.checked",
        "case.closed",
        "case.archived",
    ]
    assert templates(district, WORKER) == ["case.to_check", "case.closed_in_grid"]
    assert templates(district, CLERK) == ["case.to_visit"]
    assert templates(district, OFFICER) == ["order.offered"]
    assert templates(district, CO_OFFICER) == ["order.part_offered"]
    assert templates(district, ARCHIVIST) == ["case.to_archive"]
    assert templates(district, DISPATCHER) == []


def test_one_event_at_a_time_tells_the_same_as_a_batch(district: Database) -> None:
    for each in A_LOOP:
        hear(district, each)
    assert len(templates(district, REPORTER)) == 7
    assert rows(district, "SELECT count(*), count(DISTINCT message_id) FROM message") == [(13, 13)]


def test_who_reported_the_same_is_told_how_the_other_case_ends(district: Database) -> None:
    other, second = UUID(int=300), uuid4()
    merged = a_fact(intake.CaseMerged, case_id=other, reporter_id=second, master_id=CASE)
    hear(district, ("intake", a_fact(intake.CaseReported)))
    hear(
        district,
        ("intake", a_fact(intake.CaseReported, case_id=other, reporter_id=second)),
        ("intake", merged),
        ("intake", a_fact(intake.CaseClosed)),
    )
    assert templates(district, second) == ["case.reported", "case.merged", "case.supported_closed"]
    assert "case.supported_closed" not in templates(district, REPORTER)


def test_the_reporter_of_an_extended_order_is_found_though_the_event_does_not_name_anybody(
    district: Database,
) -> None:
    hear(district, ("intake", a_fact(intake.CaseReported)))
    hear(district, ("dispatch", a_fact(dispatch.WorkOrderExtended)))
    assert templates(district, REPORTER) == ["case.reported", "case.extended"]


def test_an_event_that_comes_twice_tells_once(district: Database) -> None:
    batch = hear(district, *A_LOOP)
    EVENTS.process(district, batch)
    EVENTS.process(district, [each._replace(redelivered=True) for each in batch])
    assert rows(district, "SELECT count(*) FROM message") == [(13,)]


def test_the_database_itself_keeps_a_text_once_a_person_and_event(district: Database) -> None:
    batch = hear(district, *A_LOOP)
    with district.engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE inbox, inbox_cursor"))
    EVENTS.process(district, batch)
    assert rows(district, "SELECT count(*) FROM message") == [(13,)]
    assert rows(district, "SELECT count(*) FROM inbox_parked") == [(0,)]


def test_a_message_is_about_the_event_that_caused_it(district: Database) -> None:
    (event,) = hear(district, ("intake", a_fact(intake.CaseReported)))
    found = rows(district, "SELECT event_id, person, case_id, number, at FROM message")
    recorded = rows(district, "SELECT event_id FROM inbox WHERE source = 'intake'")
    assert found == [(recorded[0][0], REPORTER, CASE, NUMBER, AT)]
    assert str(found[0][0]) in event.body.decode()


def test_a_page_is_newest_first_and_the_next_one_goes_on(district: Database) -> None:
    hear(district, *A_LOOP)
    first = messages(district, REPORTER, limit=3)
    second = messages(district, REPORTER, limit=3, cursor=first.next_cursor)
    third = messages(district, REPORTER, limit=3, cursor=second.next_cursor)
    told = [each.template for page in (first, second, third) for each in page.items]
    assert told == list(reversed(templates(district, REPORTER)))
    assert third.next_cursor is None
    assert len({each.message_id for page in (first, second, third) for each in page.items}) == 7


def test_a_page_that_is_just_full_is_the_last(district: Database) -> None:
    hear(district, *A_LOOP)
    assert messages(district, REPORTER, limit=7).next_cursor is None


def test_messages_are_in_the_order_of_the_steps_time(district: Database) -> None:
    later = a_fact(intake.CaseReported, at=AT + timedelta(days=1), case_id=uuid4())
    hear(district, ("intake", later), ("intake", a_fact(intake.CaseReported)))
    assert [each.at for each in messages(district, REPORTER).items] == [later.at, AT]


def test_a_message_shows_its_categorys_name(district: Database) -> None:
    hear(district, *A_LOOP)
    (visit,) = messages(district, CLERK).items
    assert visit.text_zh == f"案件 {NUMBER} (路灯故障) 核查通过, 请回访。"
    assert visit.text_en == f"Case {NUMBER} (street lamp) was checked: the return visit is due."


def test_reading_takes_a_message_out_of_the_unread_ones(district: Database) -> None:
    hear(district, *A_LOOP)
    first, second = messages(district, WORKER).items
    assert messages(district, WORKER).unread == 2
    assert mark(district, first.message_id, by=WORKER) == {"message_ids": [str(first.message_id)]}
    assert mark(district, first.message_id, by=WORKER) == {"message_ids": [str(first.message_id)]}
    left = messages(district, WORKER, unread_only=True)
    assert (left.unread, left.items) == (1, (second,))
    assert [each.read for each in messages(district, WORKER).items] == [True, False]


def test_somebody_elses_message_cannot_be_read(district: Database) -> None:
    hear(district, *A_LOOP)
    own = messages(district, WORKER).items[0].message_id
    foreign = messages(district, CLERK).items[0].message_id
    assert mark(district, own, foreign, by=WORKER)["code"] == "not_found"
    assert mark(district, uuid4(), by=WORKER)["code"] == "not_found"
    assert (messages(district, WORKER).unread, messages(district, CLERK).unread) == (2, 1)


@pytest.mark.parametrize("number", [0, 101])
def test_one_to_a_hundred_messages_are_marked_at_once(district: Database, number: int) -> None:
    assert mark(district, *(uuid4() for _ in range(number)), by=WORKER)["code"] == "invalid"


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_has_one_to_a_hundred_messages(district: Database, limit: int) -> None:
    with pytest.raises(Invalid):
        messages(district, WORKER, limit=limit)


def test_a_cursor_of_nobodys_is_malformed(district: Database) -> None:
    with pytest.raises(MalformedCursor):
        messages(district, WORKER, cursor="not a cursor")


def test_an_account_that_moves_takes_its_messages_to_the_new_grid(district: Database) -> None:
    moved = AccountOpened(account_id=WORKER, roles=(Role.GRID_WORKER,), community="c02", grid="c02-g01")
    hear(district, ("registry", moved))
    hear(district, ("intake", a_fact(intake.CaseAnswered)))
    assert templates(district, WORKER) == []
    hear(district, ("intake", a_fact(intake.CaseAnswered, grid="c02-g01", case_id=uuid4())))
    assert templates(district, WORKER) == ["case.to_check"]


def test_the_mirror_counts_what_has_arrived(district: Database) -> None:
    counts = reference_counts(district)
    assert (counts.accounts, counts.categories) == (7, 1)


def test_a_batch_costs_few_statements_however_many_cases_are_in_it(
    district: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids = [f"c01-g{number % 10 + 1:02}" for number in range(50)]
    batch = inbound(
        district, [("intake", a_fact(intake.CaseAnswered, case_id=uuid4(), grid=grid)) for grid in grids]
    )
    statements: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(cursor: Any, statement: Any, *given: Any, **more: Any) -> Any:
        statements.append(str(statement))
        return execute(cursor, statement, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        EVENTS.process(district, batch)
    assert rows(district, "SELECT count(*) FROM message") == [(55,)]
    assert len([each for each in statements if "addressee" in each]) == 1
    assert len([each for each in statements if "INTO message" in each]) == 1
    assert len(statements) <= 8


def test_what_was_told_is_counted_by_its_text(district: Database) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("qiaotou_notifications_total", {"template": "case.to_visit"}) or 0

    before = counted()
    hear(district, *A_LOOP)
    assert counted() == before + 1
