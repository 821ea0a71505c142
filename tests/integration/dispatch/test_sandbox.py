"""Test orders: nobody hears of them but their department, and the centre is played."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import dispatch as asked
from contracts.commands.dispatch import StatementKind
from contracts.department import AskExtension, AskSuspension, ReturnOrder, SignOrder
from contracts.envelope import Payload
from contracts.events.registry import DepartmentDefined
from contracts.vocabulary import SuspensionReason
from services.dispatch.deadline.polling import do_all_that_is_due
from services.dispatch.metrics import STEPS
from services.dispatch.responsibility.matrix import SANDBOX
from services.dispatch.work_order import queries
from services.dispatch.work_order.errors import UnknownOrder
from tests.integration.dispatch.district import (
    DISPATCHER,
    a_category,
    answers,
    ask,
    define,
    hear,
    let_pass,
    reply,
    told,
)
from tests.integration.dispatch.test_department_messages import a_day_ahead
from tests.support.messages import data_of, rows, sent
from tests.unit.dispatch.builders import LEAD, REASON, an_id, classified, officer, said, somebody

DRILL = an_id("drill")


def make(database: Database, principal: Principal | None = None, **changes: Any) -> dict[str, Any]:
    define(database, a_category("CGJ", date(2012, 1, 1)))
    given = {"command_id": an_id("make"), "order_id": DRILL, "category": "0202", **changes}
    return ask(database, asked.MakeSandboxOrder(**given), principal or officer(SANDBOX))


def say(database: Database, payload: Payload) -> None:
    reply(database, said(payload, department=SANDBOX))


def state(database: Database, kind: StatementKind) -> dict[str, Any]:
    command = asked.HandInStatement(
        command_id=an_id(f"state {kind}"),
        statement_id=an_id(f"statement {kind}"),
        order_id=DRILL,
        kind=kind,
        text=REASON,
        legal_basis="职责清单第三条",
    )
    receipt = ask(database, command, officer(SANDBOX))
    return {"statement_id": UUID(receipt["statement_id"]), "statement_sha256": receipt["sha256"]}


def heard(database: Database) -> list[str]:
    """What the sandbox department found on its queue, in order: an answer, or what has changed."""
    return [data_of(event).get("change", event.type.split(".")[2]) for event in sent(database, to=SANDBOX)]


def test_the_sandbox_department_gets_an_order_in_a_real_category_and_nobody_hears_of_it(
    database: Database,
) -> None:
    steps = STEPS.labels("case.classified", SANDBOX)._value.get()
    receipt = make(database)
    assert (receipt["order_id"], receipt["state"], receipt["version"]) == (str(DRILL), "offered", 1)
    ((kind, offer),) = told(database, to=SANDBOX)
    assert (kind, offer["kind"], offer["urgency"], offer["part"]) == ("offered", "C", "N", "lead")
    assert offer["due_at"] is not None
    say(database, SignOrder(order_id=DRILL))
    assert answers(database, SANDBOX) == [("accepted", "signed")]
    assert sent(database) == []
    assert rows(database, "SELECT DISTINCT destination FROM outbox") == [(f"department.{SANDBOX}",)]
    assert STEPS.labels("case.classified", SANDBOX)._value.get() == steps
    assert queries.count_open(database) == {"offered": 0, "signed": 0, "suspended": 0}


@pytest.mark.parametrize(
    "principal", [officer(LEAD), DISPATCHER, somebody("x", "resident", department=SANDBOX)]
)
def test_nobody_else_makes_a_test_order(database: Database, principal: Principal) -> None:
    assert make(database, principal)["code"] in {"not_the_sandbox", "forbidden"}
    assert rows(database, "SELECT * FROM work_order") == []


def test_a_test_order_is_made_once_and_in_a_category_that_exists(database: Database) -> None:
    make(database)
    assert make(database, command_id=an_id("another"))["code"] == "conflict"
    for category in ("9999", "\0"):
        given = {"command_id": an_id(category), "order_id": an_id("other"), "category": category}
        assert ask(database, asked.MakeSandboxOrder(**given), officer(SANDBOX))["code"] == "unknown_category"


def test_what_a_test_order_asks_for_is_granted_after_the_answer(database: Database) -> None:
    make(database)
    say(database, SignOrder(order_id=DRILL))
    before = len(heard(database))
    say(database, AskExtension(order_id=DRILL, days=2, **state(database, StatementKind.EXTENSION)))
    assert heard(database)[before:] == ["accepted", "extended"]
    given = {"reason": SuspensionReason.SEASON, "review_on": a_day_ahead(database, 9)}
    say(database, AskSuspension(order_id=DRILL, **given))
    assert heard(database)[before + 2 :] == ["accepted", "suspended"]
    assert answers(database, SANDBOX)[-1] == ("accepted", "signed")
    let_pass(database, timedelta(days=10))
    do_all_that_is_due(database)
    assert heard(database)[-1] == "resumed"
    assert sent(database) == []


def test_an_officer_of_the_sandbox_is_granted_what_is_asked_by_hand(database: Database) -> None:
    make(database)
    given = {"command_id": an_id("sign"), "order_id": DRILL}
    ask(database, asked.SignOrder(**given), officer(SANDBOX))
    command = asked.AskSuspension(
        command_id=an_id("ask"),
        order_id=DRILL,
        reason=SuspensionReason.SEASON,
        review_on=a_day_ahead(database, 9),
    )
    assert ask(database, command, officer(SANDBOX))["state"] == "signed"
    assert heard(database)[-1] == "suspended"


def test_a_returned_test_order_waits_for_nobody(database: Database) -> None:
    make(database)
    say(database, ReturnOrder(order_id=DRILL, **state(database, StatementKind.RETURN)))
    assert answers(database, SANDBOX) == [("accepted", "returned")]
    assert queries.count_waiting(database)["redirect"] == 0


def test_the_dispatcher_sees_a_test_order_and_leaves_it_alone(database: Database) -> None:
    make(database)
    assert queries.get_order(database, DISPATCHER, order_id=DRILL).sandbox
    command = asked.RecallOrder(command_id=an_id("recall"), order_id=DRILL, reason=REASON)
    assert ask(database, command)["code"] == "not_the_sandbox"
    for principal in (officer(LEAD), somebody("a", "archivist"), somebody("o", "operator")):
        with pytest.raises(UnknownOrder):
            queries.get_order(database, principal, order_id=DRILL)


def test_test_orders_are_listed_to_their_department_and_to_a_dispatcher_who_asks_for_it(
    database: Database,
) -> None:
    define(database, DepartmentDefined(code=SANDBOX, name_zh="演练部门", name_en="Sandbox"))
    make(database)
    hear(database, classified())

    def listed(principal: Principal, **given: Any) -> list[UUID]:
        page = queries.list_orders(database, principal, queries.Filter(**given))
        return [view.order_id for view in page.items]

    assert listed(officer(SANDBOX)) == [DRILL]
    assert listed(DISPATCHER, department=SANDBOX) == [DRILL]
    assert DRILL not in listed(DISPATCHER)
    assert listed(somebody("inspector", "inspector"), department=SANDBOX) == []
