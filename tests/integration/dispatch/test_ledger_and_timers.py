"""The ledger never changes; what falls due is done once, whoever looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from chassis.context import Context
from chassis.data.engine import Database
from contracts.commands import dispatch as asked
from contracts.department import AskSuspension
from contracts.vocabulary import SuspensionReason, Urgency
from services.dispatch.deadline import polling
from services.dispatch.deadline.polling import do_all_that_is_due, do_what_is_due
from services.dispatch.metrics import CARDS
from services.dispatch.work_order import queries
from services.dispatch.work_order.repository import Orders
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    DISPATCHER,
    ORDER,
    ask,
    complete,
    events_of,
    hear,
    let_pass,
    reply,
    sign,
    state_of,
    told,
)
from tests.integration.dispatch.test_department_messages import a_day_ahead
from tests.support.messages import data_of, rows, sent
from tests.unit.dispatch.builders import CO_HANDLER, LEAD, an_id, classified, said


def due(database: Database) -> list[tuple[str, str]]:
    return [tuple(row) for row in rows(database, "SELECT party, kind FROM due ORDER BY kind, party")]


def cards(database: Database) -> list[tuple[str, str]]:
    shown = [data_of(event) for event in sent(database) if event.type.endswith("card_shown.v1")]
    return [(card["party"], card["card"]) for card in shown]


def let_fall_due(database: Database, time: timedelta) -> None:
    let_pass(database, time)
    do_all_that_is_due(database)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deadline SET due_at = due_at + interval '1 day'",
        "DELETE FROM deadline",
        "UPDATE deadline SET party = party",
    ],
)
def test_a_row_of_the_ledger_never_changes(database: Database, statement: str) -> None:
    hear(database, classified())
    before = rows(database, "SELECT * FROM deadline")
    with pytest.raises(DBAPIError, match="never changes"), database.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert rows(database, "SELECT * FROM deadline") == before


def test_every_row_of_the_ledger_says_by_what_it_was_counted(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    found = rows(
        database,
        "SELECT case_id, cycle, party, order_id, reason, length(calendar_version), provisional FROM deadline",
    )
    # No year of the calendar is mirrored here, so that every due time is provisional.
    expected = [(an_id("case"), 1, party, ORDER, "initial", 12, True) for party in (LEAD, CO_HANDLER)]
    assert [tuple(row) for row in found] == expected


def test_an_order_that_nobody_signs_is_offered_again_and_again_and_shown_to_the_dispatcher(
    database: Database,
) -> None:
    hear(database, classified(urgency=Urgency.URGENT, co_handlers=(CO_HANDLER,)))
    do_all_that_is_due(database)
    assert events_of(database) == ["offered"]
    for _ in range(2):
        let_fall_due(database, timedelta(minutes=31))
    assert events_of(database) == ["offered", "offered_again", "offered_again"]
    assert [data["again"] for _, data in told(database)] == [0, 1, 2]
    assert len(told(database, to=CO_HANDLER)) == 1
    page = queries.list_orders(database, DISPATCHER, queries.Filter(waiting="signature"))
    assert [(view.order_id, view.again) for view in page.items] == [(ORDER, 2)]
    sign(database)
    let_fall_due(database, timedelta(hours=2))
    assert queries.count_waiting(database)["signature"] == 0
    assert events_of(database)[3:] == ["signed"]


def test_a_timer_is_a_line_of_the_orders_life(database: Database) -> None:
    hear(database, classified(urgency=Urgency.URGENT))
    let_fall_due(database, timedelta(minutes=31))
    (life,) = rows(
        database, "SELECT kind, step, state, \"by\", detail FROM work_order_timeline WHERE kind = 'timer'"
    )
    assert tuple(life) == ("timer", "offer_again", "offered", "system", {})


def test_each_party_is_shown_a_yellow_card_and_then_a_red_one_once(database: Database) -> None:
    hear(database, classified(urgency=Urgency.URGENT, co_handlers=(CO_HANDLER,)))
    sign(database)
    counted = CARDS.labels("yellow")._value
    before = counted.get()
    # The longest limit of what is urgent is 24 hours.
    let_fall_due(database, timedelta(hours=17, minutes=59))
    assert cards(database) == []
    let_fall_due(database, timedelta(minutes=2))
    assert sorted(cards(database)) == [(LEAD, "yellow"), (CO_HANDLER, "yellow")]
    assert due(database) == [(LEAD, "red"), (CO_HANDLER, "red")]
    let_fall_due(database, timedelta(hours=5))
    assert len(cards(database)) == 2
    let_fall_due(database, timedelta(hours=1))
    assert sorted(cards(database)[2:]) == [(LEAD, "red"), (CO_HANDLER, "red")]
    let_fall_due(database, timedelta(days=30))
    assert len(cards(database)) == 4
    assert due(database) == []
    assert counted.get() == before + 2
    view = queries.get_order(database, DISPATCHER, order_id=ORDER)
    assert (view.card, [part.card for part in view.parts]) == ("red", ["red", "red"])


def test_nothing_falls_due_of_an_order_that_is_completed(database: Database) -> None:
    hear(database, classified())
    sign(database)
    complete(database)
    assert due(database) == []
    let_fall_due(database, timedelta(days=60))
    assert events_of(database) == ["offered", "signed", "completed"]


def test_a_suspension_ends_by_itself_at_the_opening_of_the_review_day(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    review_on = a_day_ahead(database, 3)
    given = {"reason": SuspensionReason.SEASON, "review_on": review_on}
    reply(database, said(AskSuspension(order_id=ORDER, **given)))
    command = {"command_id": an_id("grant"), "order_id": ORDER}
    ask(database, asked.GrantSuspension(**command, review_on=review_on))
    at = rows(database, "SELECT at AT TIME ZONE 'Asia/Shanghai' FROM due")[0][0]
    assert (at.date(), at.hour, at.minute) == (review_on, 8, 30)
    let_fall_due(database, timedelta(days=1))
    assert state_of(database) == "suspended"
    let_fall_due(database, timedelta(days=3))
    assert state_of(database) == "signed"
    assert events_of(database)[-2:] == ["suspended", "resumed"]
    for department in (LEAD, CO_HANDLER):
        kind, data = told(database, to=department)[-1]
        assert (kind, data["change"], data["state"]) == ("changed", "resumed", "signed")
    reasons = rows(database, "SELECT party, reason FROM deadline ORDER BY seq")
    assert [tuple(row) for row in reasons[2:]] == [(LEAD, "resume"), (CO_HANDLER, "resume")]


def many(database: Database, number: int) -> list[UUID]:
    cases = [an_id(f"case {i}") for i in range(number)]
    hear(database, *(classified(case_id=case, urgency=Urgency.URGENT) for case in cases))
    return [order_id_of(case, 1) for case in cases]


def test_two_pollers_at_once_do_everything_once(database: Database) -> None:
    orders = many(database, 150)
    let_pass(database, timedelta(minutes=31))
    together = Barrier(2)

    def poll(_: int) -> int:
        together.wait()
        done = 0
        while (number := do_what_is_due(database)) > 0:
            done += number
        return done

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(poll, range(2)))
    assert sum(done) >= len(orders)
    counted = rows(database, "SELECT again, count(*) FROM work_order GROUP BY again")
    assert [tuple(row) for row in counted] == [(1, len(orders))]
    assert events_of(database).count("offered_again") == len(orders)
    lived = rows(database, "SELECT count(*) FROM work_order_timeline WHERE step = 'offer_again'")
    assert lived[0][0] == len(orders)


def test_an_order_that_somebody_has_locked_is_left_for_later(database: Database) -> None:
    first, second = many(database, 2)
    let_pass(database, timedelta(minutes=31))
    with database.transaction(Context(correlation_id="t")) as uow:
        uow.store(Orders).prefetch([first])
        assert do_what_is_due(database) == 1
    again = rows(database, "SELECT id FROM work_order WHERE again = 1")
    assert again == [(second,)]
    do_all_that_is_due(database)
    assert queries.count_waiting(database)["signature"] == 2


def test_an_order_that_fails_is_left_as_it_was_and_holds_up_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = many(database, 2)
    let_pass(database, timedelta(minutes=31))
    decide = polling._decide

    def failing(order: Any, timer: Any, clock: Any) -> Any:
        if order.id == bad:
            raise ValueError(order.id)
        return decide(order, timer, clock)

    monkeypatch.setattr(polling, "_decide", failing)
    do_what_is_due(database)
    again = dict(rows(database, "SELECT id, again FROM work_order"))
    assert again == {bad: 0, good: 1}


def test_a_timer_that_no_order_speaks_of_is_taken_out(database: Database) -> None:
    hear(database, classified())
    with database.engine.begin() as connection:
        stray = "INSERT INTO due (order_id, party, kind, at) VALUES (:id, 'XXX', 'red', '2012-06-18Z')"
        connection.execute(sa.text(stray), {"id": ORDER})
    do_what_is_due(database)
    assert due(database) == [(LEAD, "offer_again"), (LEAD, "yellow")]
    assert events_of(database) == ["offered"]
