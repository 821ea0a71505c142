"""A cell that has orders from before there were deadlines is brought up to date with them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.migrate import migrate
from contracts.department import Part
from ops.databases import Databases
from services.dispatch.work_order.party import PartState
from services.dispatch.work_order.repository import Cases, Orders
from tests.support.messages import rows
from tests.unit.dispatch.builders import CO_HANDLER, LEAD, an_id

AT = datetime(2012, 6, 18, 1, tzinfo=UTC)
OPEN, DONE = an_id("open order"), an_id("done order")
BEFORE = (
    """
    INSERT INTO work_order (id, case_id, number, cycle, state, lead, co_handlers, category, kind, urgency,
        community, grid, offered_at, completed_at, emitted, version)
    VALUES (:id, :case_id, 'n', 1, :state, 'CGJ', '["GDS"]', '0202', 'C', 'N', 'c01', 'c01-g01', :at,
        :completed_at, 1, 1)
    """,
    """
    INSERT INTO work_order_part (order_id, department, part, offered_at)
    VALUES (:id, 'GDS', 'co_handler', :at), (:id, 'CGJ', 'lead', :at)
    """,
    """
    INSERT INTO work_order_case (case_id, number, category, community, grid, cycle, lead, co_handlers)
    VALUES (:case_id, 'n', '0202', 'c01', 'c01-g01', 1, 'CGJ', '["GDS"]')
    """,
)


@pytest.fixture
def upgraded(databases: Databases) -> Iterator[Database]:
    url = databases.copy("template1", "test_dispatch_upgrade", owner="dispatch")
    migrate(url, "services.dispatch.migrations", to="0002")
    database = Database(url, source="dispatch", pool_size=2)
    with database.engine.begin() as connection:
        for order_id, state in ((OPEN, "signed"), (DONE, "completed")):
            completed_at = AT if state == "completed" else None
            given: dict[str, Any] = {"id": order_id, "case_id": order_id, "state": state, "at": AT}
            for statement in BEFORE:
                connection.execute(sa.text(statement), {**given, "completed_at": completed_at})
    migrate(url, "services.dispatch.migrations")
    yield database
    database.close()
    databases.drop("test_dispatch_upgrade")


def test_orders_from_before_there_were_deadlines_can_be_gone_on_with(upgraded: Database) -> None:
    with upgraded.transaction(Context(correlation_id="t")) as uow:
        open_, done = (uow.store(Orders).get(order_id) for order_id in (OPEN, DONE))
        memory = uow.store(Cases).get(OPEN)
    assert open_ is not None
    assert done is not None
    assert [(party.department, party.part) for party in open_.parties] == [
        (LEAD, Part.LEAD),
        (CO_HANDLER, Part.CO_HANDLER),
    ]
    assert {party.term.due_at for party in open_.parties} == {AT + timedelta(days=7)}
    assert {party.state for party in done.parties} == {PartState.DONE}
    assert (done.ended_at, open_.limit) == (AT, "5wd")
    assert memory is not None
    assert (memory.order_id, memory.returned_by, memory.limit) == (OPEN, (), "5wd")


def test_only_the_open_ones_run(upgraded: Database) -> None:
    running: list[UUID] = [
        row[0] for row in rows(upgraded, "SELECT order_id FROM work_order_part WHERE open")
    ]
    assert running == [OPEN, OPEN]
    assert rows(upgraded, "SELECT count(*) FROM work_order_part WHERE runs_to IS NOT NULL")[0][0] == 2
