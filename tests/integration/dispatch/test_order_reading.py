from typing import Any
from uuid import UUID

import pytest

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Forbidden
from contracts.events.registry import DepartmentDefined
from services.dispatch.work_order import queries
from services.dispatch.work_order.errors import UnknownDepartment, UnknownOrder
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    DISPATCHER,
    ORDER,
    complete,
    define,
    do_part,
    hand_in,
    hear,
    sign,
)
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    STRANGER,
    TEXT,
    an_id,
    classified,
    officer,
    somebody,
)


def complete_one(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    do_part(database, CO_HANDLER)
    complete(database)


def listed(database: Database, principal: Principal = DISPATCHER, **asked: Any) -> list[UUID]:
    page = queries.list_orders(database, principal, queries.Filter(**asked))
    return [view.order_id for view in page.items]


def test_a_completed_order_shows_its_result_to_those_who_may_see_it(database: Database) -> None:
    complete_one(database)
    reporter = somebody("resident", "resident")
    for principal in (officer(), officer(CO_HANDLER), DISPATCHER, reporter):
        view = queries.get_order(database, principal, order_id=ORDER)
        assert (view.state, view.result_text, len(view.evidence)) == ("completed", TEXT, 1)
        assert (view.parts[-1].department, view.parts[-1].result_text) == (
            CO_HANDLER,
            TEXT,
        ) or principal == officer()
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
        page = queries.list_orders(database, officer(), queries.Filter(cursor=cursor, limit=2))
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
    sign(database)
    assert listed(database, state="signed") == [ORDER]
    assert len(listed(database)) == 2
    assert len(listed(database, department=CO_HANDLER)) == 1
    for unknown in ("XXX", "\0"):
        with pytest.raises(UnknownDepartment):
            listed(database, department=unknown)
    with pytest.raises(Forbidden):
        listed(database, somebody("clerk", "clerk", community="c01"))


def test_the_open_orders_are_counted_by_state(database: Database) -> None:
    complete_one(database)
    hear(database, classified(case_id=an_id("another")))
    assert queries.count_open(database) == {"offered": 1, "signed": 0, "suspended": 0}
