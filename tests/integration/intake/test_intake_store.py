from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.working_years import calendar_of
from chassis.data.working_years import metadata as calendar_tables
from chassis.processing.commands import Request
from chassis.working_calendar import Calendar, Year
from contracts.events.dispatch import (
    WorkOrderOffered,
)
from contracts.events.registry import PlaceDefined, Tier
from services.intake.case import queries
from services.intake.case.models import XID8
from services.intake.case.models import metadata as case_tables
from services.intake.reference.models import metadata as reference_tables
from services.intake.reference.queries import reference_counts
from services.intake.reference.values import local_day
from tests.integration.intake.district import (
    RESIDENT,
    a_report,
    a_year,
    an_order,
    categories,
    closed,
    code_of,
    move_clock,
    receipt,
    reported,
)
from tests.integration.intake.running import Intake


def test_the_mirror_keeps_what_registry_said_last(intake: Intake) -> None:
    counts = reference_counts(intake.database)
    assert (counts.places, counts.categories, counts.departments) == (6, 4, 2)
    closed_grid = PlaceDefined(
        code="c01-g01",
        tier=Tier.GRID,
        parent="c01",
        name_zh="",
        name_en="",
        fictional=True,
        valid_from=date(2012, 1, 1),
        valid_to=date(2020, 1, 1),
    )
    intake.tell("registry", ("place:c01-g01", closed_grid))
    assert code_of(intake.ask((a_report(), RESIDENT))[0]) == "unknown_grid"
    assert reference_counts(intake.database).places == 6


def test_the_mirror_keeps_the_days_that_are_worked(intake: Intake) -> None:
    (subject, year) = a_year()
    intake.tell("registry", (subject, year))
    with intake.database.reading() as connection:
        calendar = calendar_of(connection)
    assert calendar == Calendar.of([Year(year=2012, holidays=year.holidays)])
    assert reference_counts(intake.database).years == 1


def test_a_category_is_in_force_from_its_first_day(intake: Intake) -> None:
    ((subject, known), *_) = categories()
    tomorrow = local_day(datetime.now(UTC)) + timedelta(days=1)
    intake.tell("registry", (subject, msgspec.structs.replace(known, valid_from=tomorrow)))
    assert code_of(intake.ask((a_report(), RESIDENT))[0]) == "unknown_category"
    move_clock(intake, timedelta(days=1))
    assert receipt(intake.ask((a_report(), RESIDENT))[0]).state == "classified"


def test_open_cases_are_counted_by_state_and_community(intake: Intake) -> None:
    closed(intake)
    reported(intake)
    reported(intake)
    reported(intake, grid="c02-g01", category=None)
    assert sorted(queries.open_by_state(intake.database)) == [
        ("classified", "c01", 2),
        ("reported", "c02", 1),
    ]


def test_the_migration_makes_the_tables_that_the_code_declares(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = intake.database.engine.dialect
    monkeypatch.setitem(dialect.ischema_names, "xid8", XID8)
    inspector = sa.inspect(intake.database.engine)
    for metadata in (case_tables, reference_tables, calendar_tables):
        for table in metadata.sorted_tables:
            made = {each["name"]: each for each in inspector.get_columns(table.name)}
            assert {
                name: (each["type"].compile(dialect), each["nullable"]) for name, each in made.items()
            } == {each.name: (each.type.compile(dialect), each.nullable) for each in table.columns}
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                each.name for each in table.primary_key
            ]


def test_a_batch_costs_few_statements_however_many_cases_are_in_it(intake: Intake) -> None:
    statements: list[str] = []
    sa.event.listen(
        intake.database.engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: statements.append(statement),
    )
    intake.ask(*((a_report(), RESIDENT) for _ in range(50)))
    assert len(statements) <= 12
    cases = [receipt(each) for each in intake.ask(*((a_report(), RESIDENT) for _ in range(20)))]
    statements.clear()
    orders = [(case, uuid4()) for case in cases]
    intake.tell("dispatch", *(an_order(WorkOrderOffered, case, order_id) for case, order_id in orders))
    assert len(statements) <= 10


def test_the_context_must_say_who_asks(intake: Intake) -> None:
    asked = a_report()
    context = Context(correlation_id="t")
    (outcome,) = intake.commands.run(intake.database, [Request(asked.command_id, asked, context)])
    assert code_of(outcome) == "forbidden"
