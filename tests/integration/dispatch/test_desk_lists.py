"""What the desks list, what the ledger shows to whom, and who was responsible on a day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import Invalid, NotFound
from contracts.commands import dispatch as asked
from contracts.commands.dispatch import StatementKind
from contracts.department import AskExtension, AskSuspension, ReturnOrder
from contracts.events.registry import DepartmentDefined
from contracts.vocabulary import SuspensionReason, Urgency
from services.dispatch.deadline.polling import do_all_that_is_due
from services.dispatch.deadline.queries import deadlines_of_case
from services.dispatch.responsibility.queries import responsibility, responsibility_history
from services.dispatch.work_order import queries
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    DISPATCHER,
    ORDER,
    a_category,
    ask,
    complete,
    define,
    do_part,
    hear,
    let_pass,
    reply,
    sign,
    state,
)
from tests.integration.dispatch.test_department_messages import a_day_ahead
from tests.support.messages import rows
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    REASON,
    STRANGER,
    an_id,
    classified,
    officer,
    reopened,
    said,
    somebody,
)


def order_of(name: str) -> UUID:
    return order_id_of(an_id(name), 1)


def listed(database: Database, principal: Principal = DISPATCHER, **given: Any) -> list[UUID]:
    page = queries.list_orders(database, principal, queries.Filter(**given))
    return [view.order_id for view in page.items]


def several(database: Database, *names: str, **changes: Any) -> None:
    for name in names:
        hear(database, classified(case_id=an_id(name), **changes))


@pytest.mark.parametrize("said_again", [True, False])
def test_a_list_is_read_from_either_end_page_by_page(database: Database, *, said_again: bool) -> None:
    names = [f"case {i}" for i in range(5)]
    several(database, *names)
    define(database, DepartmentDefined(code=LEAD, name_zh="城市管理局", name_en="Urban management"))
    for principal in (DISPATCHER, officer()):
        seen: list[UUID] = []
        cursor = None
        while True:
            order = "oldest" if said_again or cursor is None else None
            asked_for = queries.Filter(order=order, cursor=cursor, limit=2)
            page = queries.list_orders(database, principal, asked_for)
            seen += [view.order_id for view in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == [order_of(name) for name in names]


def test_a_list_that_was_begun_cannot_be_turned_round(database: Database) -> None:
    several(database, "one", "another")
    begun = queries.list_orders(database, DISPATCHER, queries.Filter(order="oldest", limit=1))
    turned = queries.Filter(order="newest", cursor=begun.next_cursor)
    with pytest.raises(Invalid):
        queries.list_orders(database, DISPATCHER, turned)


def test_the_desk_lists_what_waits_for_the_centre(database: Database) -> None:
    several(database, "asked", "returned", "recalled", "unsigned", "quiet")
    sign(database, order_of("asked"))
    sign(database, order_of("quiet"))
    given = state(database, order_of("asked"), kind=StatementKind.EXTENSION)
    reply(database, said(AskExtension(order_id=order_of("asked"), days=1, **given)))
    other = {"statement_id": an_id("other"), "command_id": an_id("other")}
    stated = state(database, order_of("returned"), **other)
    reply(database, said(ReturnOrder(order_id=order_of("returned"), **stated)))
    given_id = {"command_id": an_id("recall"), "order_id": order_of("recalled")}
    ask(database, asked.RecallOrder(**given_id, reason=REASON))
    let_pass(database, timedelta(days=4))
    do_all_that_is_due(database)
    assert listed(database, waiting="approval") == [order_of("asked")]
    assert listed(database, waiting="redirect") == [order_of("recalled"), order_of("returned")]
    assert listed(database, waiting="signature") == [order_of("unsigned")]
    assert queries.count_waiting(database) == {"approval": 1, "redirect": 2, "signature": 1}
    (view,) = queries.list_orders(database, DISPATCHER, queries.Filter(waiting="approval")).items
    assert view.asked is not None
    assert (view.asked.days, view.asked.text) == (1, REASON)


def test_what_was_redirected_waits_no_more(database: Database) -> None:
    define(database, DepartmentDefined(code=STRANGER, name_zh="教育局", name_en="Education"))
    hear(database, classified())
    reply(database, said(ReturnOrder(order_id=ORDER, **state(database))))
    assert listed(database, waiting="redirect") == [ORDER]
    command = {"command_id": an_id("redirect"), "order_id": ORDER}
    ask(database, asked.RedirectOrder(**command, department=STRANGER))
    assert listed(database, waiting="redirect") == []


def test_the_overdue_are_those_whose_clock_has_run_out(database: Database) -> None:
    several(database, "late", "completed", "suspended", urgency=Urgency.URGENT)
    several(database, "later")
    define(database, DepartmentDefined(code=LEAD, name_zh="城市管理局", name_en="Urban management"))
    for name in ("completed", "suspended"):
        sign(database, order_of(name))
    complete(database, order_of("completed"))
    review_on = a_day_ahead(database, 9)
    given = {"reason": SuspensionReason.SEASON, "review_on": review_on}
    reply(database, said(AskSuspension(order_id=order_of("suspended"), **given)))
    command = {"command_id": an_id("grant"), "order_id": order_of("suspended")}
    ask(database, asked.GrantSuspension(**command, review_on=review_on))
    now = let_pass(database, timedelta(days=2))
    assert listed(database, overdue=True) == [order_of("late")]
    assert listed(database, officer(), overdue=True) == [order_of("late")]
    assert set(listed(database, due_before=now + timedelta(days=60))) == {order_of("late"), order_of("later")}
    assert listed(database, due_before=now - timedelta(days=2)) == []
    assert listed(database, overdue=True, department=LEAD, state="signed") == []


def test_a_department_looks_at_its_own_due_time(database: Database) -> None:
    for code in (LEAD, CO_HANDLER):
        define(database, DepartmentDefined(code=code, name_zh=f"{code}局", name_en=code))
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    do_part(database, CO_HANDLER)
    let_pass(database, timedelta(days=30))
    assert listed(database, officer(), overdue=True) == [ORDER]
    assert listed(database, officer(CO_HANDLER), overdue=True) == []
    assert listed(database, overdue=True) == [ORDER]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            "SELECT * FROM work_order WHERE waits = 'approval' ORDER BY offered_at, id LIMIT 20",
            "work_order_waiting",
        ),
        (
            "SELECT order_id FROM work_order_part WHERE runs_to < (SELECT cell_now())",
            "work_order_part_running",
        ),
        ("SELECT order_id FROM due WHERE at < '2026-03-02Z' ORDER BY at LIMIT 100", "due_next"),
        (
            "SELECT * FROM work_order_part WHERE department = 'CGJ' AND open ORDER BY offered_at",
            "work_order_part_open",
        ),
    ],
)
def test_what_is_asked_all_the_time_is_found_by_an_index(
    database: Database, statement: str, index: str
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}"))
    assert index in plan
    assert "Sort" not in plan


def test_the_ledger_is_shown_as_far_as_the_orders_are(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER, STRANGER)))
    case_id = an_id("case")

    def parties(principal: Principal) -> list[str]:
        ledger = deadlines_of_case(database, principal, case_id=case_id)
        assert ledger.case_id == case_id
        return [row.party for row in ledger.items]

    reporter, neighbour = somebody("resident", "resident"), somebody("neighbour", "resident")
    for principal in (DISPATCHER, officer(), reporter, somebody("clerk", "clerk", community="c01")):
        assert parties(principal) == [LEAD, CO_HANDLER, STRANGER]
    assert parties(officer(CO_HANDLER)) == [CO_HANDLER]
    for principal in (neighbour, officer("XXX"), somebody("clerk", "clerk", community="c02")):
        assert parties(principal) == []


def test_a_department_that_has_returned_a_case_sees_its_own_order_alone(database: Database) -> None:
    define(database, DepartmentDefined(code=STRANGER, name_zh="教育局", name_en="Education"))
    hear(database, classified())
    reply(database, said(ReturnOrder(order_id=ORDER, **state(database))))
    command = {"command_id": an_id("redirect"), "order_id": ORDER}
    ask(database, asked.RedirectOrder(**command, department=STRANGER))
    orders = queries.orders_of_case(database, DISPATCHER, case_id=an_id("case")).items
    assert [(view.department, view.state) for view in orders] == [(STRANGER, "offered"), (LEAD, "returned")]
    for department in (LEAD, STRANGER):
        found = queries.orders_of_case(database, officer(department), case_id=an_id("case")).items
        assert [view.department for view in found] == [department]
        ledger = deadlines_of_case(database, officer(department), case_id=an_id("case"))
        assert [row.party for row in ledger.items] == [department]
    (returned,) = [view for view in orders if view.department == LEAD]
    assert returned.ending is not None
    assert (returned.ending.text, returned.ending.legal_basis) == (REASON, "《城市照明管理规定》第三条")


def a_matrix(database: Database) -> None:
    define(database, a_category("ZJJ", date(2012, 1, 1)), a_category("CGJ", date(2019, 3, 1)))


def test_whose_task_a_category_has_been_is_told_oldest_first(database: Database) -> None:
    a_matrix(database)
    items = responsibility_history(database, category="0202").items
    assert [(each.department, each.valid_from, each.valid_to) for each in items] == [
        ("ZJJ", date(2012, 1, 1), date(2019, 3, 1)),
        ("CGJ", date(2019, 3, 1), None),
    ]


@pytest.mark.parametrize(
    ("on", "department"),
    [(date(2012, 1, 1), "ZJJ"), (date(2019, 2, 28), "ZJJ"), (date(2019, 3, 1), "CGJ"), (None, "CGJ")],
)
def test_who_was_responsible_on_a_day(database: Database, on: date | None, department: str) -> None:
    a_matrix(database)
    for category in ("0202", None):
        items = responsibility(database, category=category, on=on).items
        assert [(each.category, each.department, each.limit) for each in items] == [
            ("0202", department, "3wd")
        ]


def test_before_anybody_was_named_nobody_was_responsible(database: Database) -> None:
    a_matrix(database)
    assert responsibility(database, category="0202", on=date(2011, 12, 31)).items == ()


@pytest.mark.parametrize("category", ["9999", "\0"])
def test_a_category_that_does_not_exist_is_not_found(database: Database, category: str) -> None:
    with pytest.raises(NotFound):
        responsibility_history(database, category=category)
    with pytest.raises(NotFound):
        responsibility(database, category=category, on=None)


def test_the_limit_of_an_order_is_the_one_that_its_category_had(database: Database) -> None:
    define(database, a_category("CGJ", date(2012, 1, 1)))
    hear(database, classified(), classified(case_id=an_id("unknown"), category="9999"))
    limits = rows(database, 'SELECT category, "limit" FROM work_order ORDER BY category')
    assert [tuple(row) for row in limits] == [("0202", "3wd"), ("9999", "5wd")]


def test_a_case_keeps_the_limit_with_which_it_was_classified(database: Database) -> None:
    define(database, a_category("CGJ", date(2012, 1, 1)))
    hear(database, classified())
    shorter = msgspec.structs.replace(a_category("CGJ", date(2012, 1, 2)), limit="1wd")
    define(database, shorter)
    hear(database, reopened())
    limits = rows(database, 'SELECT cycle, "limit" FROM work_order ORDER BY cycle')
    assert [tuple(row) for row in limits] == [(1, "3wd"), (2, "3wd")]
