"""Each thing that a department says on the bus, and what comes of it in the store."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.data.engine import Database
from contracts.commands import dispatch as commands
from contracts.commands.dispatch import StatementKind
from contracts.department import (
    AskExtension,
    AskSuspension,
    CompletePart,
    Reconcile,
    ReturnOrder,
    SignOrder,
)
from contracts.envelope import Payload
from contracts.events.registry import DepartmentDefined
from contracts.vocabulary import SuspensionReason, Urgency
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    ORDER,
    answers,
    ask,
    complete,
    define,
    do_part,
    events_of,
    hand_in,
    hear,
    let_pass,
    reply,
    sign,
    state,
    state_of,
    told,
)
from tests.support.messages import data_of, rows, sent
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    REASON,
    STRANGER,
    an_id,
    classified,
    officer,
    said,
)

OTHER = "ZJJ"


def a_day_ahead(database: Database, days: int) -> date:
    """A day of the district, counted from the cell's own."""
    today: date = rows(database, "SELECT (cell_now() AT TIME ZONE 'Asia/Shanghai')::date")[0][0]
    return today + timedelta(days=days)


def asked_of(database: Database) -> dict[str, Any] | None:
    found: dict[str, Any] | None = rows(database, "SELECT request FROM work_order")[0][0]
    return found


def test_a_lead_returns_an_order_with_its_statement(database: Database) -> None:
    define(database, DepartmentDefined(code=OTHER, name_zh="住建局", name_en="Housing"))
    hear(database, classified())
    reply(database, said(ReturnOrder(order_id=ORDER, **state(database), suggested=OTHER)))
    assert answers(database) == [("accepted", "returned")]
    assert data_of(sent(database)[-1])["suggested"] == OTHER
    assert rows(database, "SELECT returned_by FROM work_order_case")[0][0] == [LEAD]
    assert rows(database, "SELECT waits FROM work_order")[0][0] == "redirect"


def test_an_order_is_not_returned_in_favour_of_nobody(database: Database) -> None:
    define(database, DepartmentDefined(code="SBX", name_zh="演练部门", name_en="Sandbox"))
    hear(database, classified())
    given = state(database)
    for suggested in ("XXX", "SBX", "\0"):
        reply(database, said(ReturnOrder(order_id=ORDER, **given, suggested=suggested)))
    assert answers(database) == [("refused", "unknown_department")] * 3
    assert state_of(database) == "offered"


def test_a_case_classified_with_a_designated_lead_is_not_returned(database: Database) -> None:
    hear(database, classified(designated=True))
    ((_, offer),) = told(database)
    assert offer["designated"]
    reply(database, said(ReturnOrder(order_id=ORDER, **state(database))))
    assert answers(database) == [("refused", "designated")]


def test_a_department_asks_for_an_extension_once(database: Database) -> None:
    hear(database, classified())
    sign(database)
    given = state(database, kind=StatementKind.EXTENSION)
    for _ in range(2):
        reply(database, said(AskExtension(order_id=ORDER, days=2, **given)))
    assert answers(database)[1:] == [("accepted", "signed"), ("refused", "asked_before")]
    assert data_of(sent(database)[-1])["days"] == 2
    assert (asked_of(database) or {})["days"] == 2


@pytest.mark.parametrize(
    ("urgency", "days", "passed", "code"),
    [
        (Urgency.URGENT, 1, timedelta(0), "never_extended"),
        (Urgency.NORMAL, 0, timedelta(0), "invalid"),
        (Urgency.NORMAL, 99, timedelta(0), "too_many_days"),
        (Urgency.NORMAL, 1, timedelta(days=30), "past_due"),
    ],
)
def test_an_extension_out_of_reason_or_time_is_refused(
    database: Database, urgency: Urgency, days: int, passed: timedelta, code: str
) -> None:
    hear(database, classified(urgency=urgency))
    sign(database)
    given = state(database, kind=StatementKind.EXTENSION)
    let_pass(database, passed)
    reply(database, said(AskExtension(order_id=ORDER, days=days, **given)))
    assert answers(database)[-1] == ("refused", code)
    assert asked_of(database) is None


def test_a_department_asks_for_a_suspension_within_thirty_days(database: Database) -> None:
    hear(database, classified())
    sign(database)
    for days in (0, 31, 30):
        given = {"reason": SuspensionReason.SEASON, "review_on": a_day_ahead(database, days)}
        reply(database, said(AskSuspension(order_id=ORDER, **given)))
    assert answers(database)[1:] == [
        ("refused", "invalid"),
        ("refused", "review_too_far"),
        ("accepted", "signed"),
    ]
    assert events_of(database) == ["offered", "signed", "suspension_asked"]
    assert data_of(sent(database)[-1])["reason"] == "season"


def test_a_suspension_with_a_statement_that_nobody_handed_in_is_refused(database: Database) -> None:
    hear(database, classified())
    sign(database)
    given = {"reason": SuspensionReason.COURT, "review_on": a_day_ahead(database, 9)}
    reply(database, said(AskSuspension(order_id=ORDER, **given, statement_id=an_id("no statement"))))
    assert answers(database)[-1] == ("refused", "unknown_statement")
    stated = state(database, kind=StatementKind.SUSPENSION)
    reply(database, said(AskSuspension(order_id=ORDER, **given, **stated)))
    assert answers(database)[-1] == ("accepted", "signed")


def test_a_co_handler_does_its_part_before_the_lead_completes(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    complete(database)
    assert answers(database)[-1] == ("refused", "parts_open")
    do_part(database, CO_HANDLER)
    assert answers(database, CO_HANDLER) == [("accepted", "signed")]
    event = data_of(sent(database)[-1])
    assert (event["party"], event["department"]) == (CO_HANDLER, LEAD)
    receipt = hand_in(database, command_id=an_id("again"))
    named = {"result_id": UUID(receipt["result_id"]), "result_sha256": receipt["sha256"]}
    reply(database, said(CompletePart(order_id=ORDER, **named)))
    assert answers(database)[-1] == ("refused", "not_a_co_handler")


def test_a_department_says_on_the_bus_what_its_officer_would_say_by_hand(database: Database) -> None:
    hear(database, classified(), classified(case_id=an_id("another")))
    another = order_id_of(an_id("another"), 1)
    sign(database)
    receipt = ask(database, commands.SignOrder(command_id=an_id("by hand"), order_id=another), officer())
    assert (receipt["state"], receipt["version"], receipt["order_id"]) == ("signed", 2, str(another))
    lives = rows(database, "SELECT step, state, \"by\" FROM work_order_timeline WHERE step = 'sign'")
    assert [tuple(life) for life in lives] == [("sign", "signed", LEAD)] * 2


def test_a_machine_says_the_same_again_without_doing_it_twice(database: Database) -> None:
    hear(database, classified())
    message = said(ReturnOrder(order_id=ORDER, **state(database)), message_id=an_id("returning"))
    reply(database, message)
    reply(database, message)
    assert answers(database) == [("accepted", "returned")] * 2
    assert events_of(database) == ["offered", "returned"]


def order_of(name: str) -> UUID:
    return order_id_of(an_id(name), 1)


def test_a_department_is_sent_its_open_orders_again_as_they_stand(database: Database) -> None:
    hear(
        database,
        classified(case_id=an_id("signed")),
        classified(case_id=an_id("offered")),
        classified(case_id=an_id("completed")),
        classified(case_id=an_id("a part"), lead=STRANGER, co_handlers=(LEAD,)),
        classified(case_id=an_id("a part done"), lead=STRANGER, co_handlers=(LEAD,)),
        classified(case_id=an_id("foreign"), lead=STRANGER),
    )
    sign(database, order_of("signed"))
    sign(database, order_of("completed"))
    complete(database, order_of("completed"))
    sign(database, order_of("a part done"), department=STRANGER)
    do_part(database, LEAD, order_of("a part done"))
    before = len(sent(database, to=LEAD))
    reply(database, said(Reconcile()))
    answer, *offers = sent(database, to=LEAD)[before:]
    assert data_of(answer)["order_id"] is None
    assert (data_of(answer)["state"], data_of(answer)["open_orders"]) == ("reconciled", 3)
    found = {data["order_id"]: (data["part"], data["state"]) for data in map(data_of, offers)}
    assert found == {
        str(order_of("signed")): ("lead", "signed"),
        str(order_of("offered")): ("lead", "offered"),
        str(order_of("a part")): ("co_handler", "offered"),
    }
    assert all(data_of(offer)["due_at"] for offer in offers)


def test_what_is_said_just_before_in_the_same_batch_shows_in_what_is_sent_again(database: Database) -> None:
    hear(database, classified())
    reply(database, said(SignOrder(order_id=ORDER)), said(Reconcile()))
    assert [data["state"] for kind, data in told(database) if kind == "offered"] == ["offered", "signed"]


def test_a_reconcile_that_comes_again_is_answered_by_how_it_stands_then(database: Database) -> None:
    hear(database, classified())
    message = said(Reconcile(), message_id=an_id("reconcile"))
    reply(database, message)
    sign(database)
    reply(database, message)
    counted = [data_of(event) for event in sent(database, to=LEAD)]
    assert [data["open_orders"] for data in counted if data.get("state") == "reconciled"] == [1, 1]
    assert [data["state"] for kind, data in told(database) if kind == "offered"] == [
        "offered",
        "offered",
        "signed",
    ]


@pytest.mark.parametrize(
    "payload",
    [
        SignOrder(order_id=ORDER),
        ReturnOrder(order_id=ORDER, statement_id=an_id("x"), statement_sha256="00"),
        AskExtension(order_id=ORDER, days=1, statement_id=an_id("x"), statement_sha256="00"),
        AskSuspension(order_id=ORDER, reason=SuspensionReason.SEASON, review_on=date(2026, 4, 1)),
        CompletePart(order_id=ORDER, result_id=an_id("x"), result_sha256="00"),
    ],
    ids=lambda payload: payload.type,
)
def test_to_a_department_without_a_part_the_order_does_not_exist(
    database: Database, payload: Payload
) -> None:
    hear(database, classified())
    reply(database, said(payload, department=STRANGER))
    assert answers(database, STRANGER) == [("refused", "unknown_order")]


def test_no_word_of_a_statement_leaves_the_store(database: Database) -> None:
    hear(database, classified())
    reply(database, said(ReturnOrder(order_id=ORDER, **state(database))))
    bodies = [bytes(row[0]).decode() for row in rows(database, "SELECT body FROM outbox")]
    assert not [body for body in bodies if REASON in body]
