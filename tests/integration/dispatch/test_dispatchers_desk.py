"""What the guidance centre decides over RPC, and what intake's facts do to orders."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis.data.engine import Database
from chassis.principal import Principal
from contracts.commands import dispatch as asked
from contracts.commands.dispatch import StatementKind
from contracts.department import AskExtension, AskSuspension, ReturnOrder
from contracts.events.intake import CancelCause, CaseCancelled
from contracts.events.registry import DepartmentDefined
from contracts.vocabulary import SuspensionReason
from services.dispatch.metrics import ANSWERS
from services.dispatch.work_order import queries
from services.dispatch.work_order.work_order import order_id_of
from tests.integration.dispatch.district import (
    DISPATCHER,
    ORDER,
    answers,
    ask,
    complete,
    define,
    events_of,
    hear,
    let_pass,
    reply,
    sign,
    state,
    state_of,
    told,
)
from tests.integration.dispatch.test_department_messages import a_day_ahead
from tests.support.messages import data_of, rows, sent
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    REASON,
    STRANGER,
    TEXT,
    an_id,
    classified,
    merged,
    officer,
    reopened,
    reworked,
    said,
    somebody,
)

OTHER, THIRD = "ZJJ", "GAF"
SECOND_ORDER = order_id_of(an_id("case"), 1, 1)


def named(name: str, order_id: UUID = ORDER) -> dict[str, UUID]:
    return {"command_id": an_id(name), "order_id": order_id}


def departments(database: Database) -> None:
    for code in (LEAD, CO_HANDLER, OTHER, THIRD, STRANGER, "SBX"):
        define(database, DepartmentDefined(code=code, name_zh=f"{code}局", name_en=code))


def return_by(database: Database, department: str, order_id: UUID = ORDER) -> None:
    command = asked.HandInStatement(
        command_id=an_id(f"state {order_id}"),
        statement_id=an_id(f"statement {order_id}"),
        order_id=order_id,
        kind=StatementKind.RETURN,
        text=REASON,
        legal_basis="职责清单第三条",
    )
    receipt = ask(database, command, officer(department))
    given = {"statement_id": UUID(receipt["statement_id"]), "statement_sha256": receipt["sha256"]}
    reply(database, said(ReturnOrder(order_id=order_id, **given), department=department))


def redirect(database: Database, to: str, order_id: UUID = ORDER) -> dict[str, Any]:
    return ask(database, asked.RedirectOrder(**named(f"to {to}", order_id), department=to))


def test_a_returned_order_goes_to_another_department(database: Database) -> None:
    departments(database)
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    return_by(database, LEAD)
    receipt = redirect(database, OTHER)
    assert (receipt["order_id"], receipt["state"], receipt["version"]) == (str(SECOND_ORDER), "offered", 1)
    assert events_of(database) == ["offered", "returned", "offered"]
    new = sent(database)[-1]
    assert (new.subject, new.sequence, new.orderingkey) == (str(an_id("case")), 3, str(an_id("case")))
    assert (data_of(new)["department"], data_of(new)["co_handlers"]) == (OTHER, [CO_HANDLER])
    assert state_of(database) == "returned"
    assert [data["order_id"] for _, data in told(database, to=OTHER)] == [str(SECOND_ORDER)]
    assert [data["order_id"] for _, data in told(database, to=CO_HANDLER)] == [str(ORDER), str(SECOND_ORDER)]
    reply(database, said(ReturnOrder(order_id=ORDER, statement_id=an_id("x"), statement_sha256="0")))
    assert answers(database)[-1] == ("refused", "illegal_transition")


def test_the_second_return_designates_and_nobody_returns_twice(database: Database) -> None:
    departments(database)
    hear(database, classified())
    return_by(database, LEAD)
    redirect(database, OTHER)
    return_by(database, OTHER, SECOND_ORDER)
    third = UUID(redirect(database, THIRD, SECOND_ORDER)["order_id"])
    assert third == order_id_of(an_id("case"), 1, 2)
    ((_, offer),) = told(database, to=THIRD)
    assert offer["designated"]
    return_by(database, THIRD, third)
    assert answers(database, THIRD) == [("refused", "designated")]
    assert rows(database, "SELECT returned_by FROM work_order_case")[0][0] == [LEAD, OTHER]


def test_a_department_that_gets_a_case_back_does_not_return_it_again(database: Database) -> None:
    departments(database)
    hear(database, classified())
    return_by(database, LEAD)
    redirect(database, LEAD)
    return_by(database, LEAD, SECOND_ORDER)
    assert answers(database)[-1] == ("refused", "returned_before")


def test_an_order_is_redirected_once_and_to_a_department_that_exists(database: Database) -> None:
    departments(database)
    hear(database, classified())
    assert redirect(database, OTHER)["code"] == "illegal_transition"
    return_by(database, LEAD)
    for nobody in ("XXX", "SBX", "\0"):
        assert redirect(database, nobody)["code"] == "unknown_department"
    redirect(database, OTHER)
    assert redirect(database, THIRD)["code"] == "not_current"


def test_an_order_is_recalled_with_a_reason_and_redirected(database: Database) -> None:
    departments(database)
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    assert ask(database, asked.RecallOrder(**named("short"), reason="收回"))["code"] == "text_too_short"
    receipt = ask(database, asked.RecallOrder(**named("recall"), reason=REASON))
    assert receipt["state"] == "recalled"
    for department in (LEAD, CO_HANDLER):
        kind, data = told(database, to=department)[-1]
        assert (kind, data["change"], data["state"]) == ("changed", "recalled", "recalled")
    assert redirect(database, OTHER)["state"] == "offered"
    assert events_of(database) == ["offered", "signed", "recalled", "offered"]


def test_a_redirect_is_a_line_in_the_lives_of_both_orders(database: Database) -> None:
    departments(database)
    hear(database, classified())
    return_by(database, LEAD)
    redirect(database, OTHER)
    lives = rows(
        database,
        "SELECT order_id, state, detail FROM work_order_timeline WHERE step = 'redirect' ORDER BY position",
    )
    account = {"account": DISPATCHER.subject}
    assert [tuple(life) for life in lives] == [
        (ORDER, "returned", {"to": OTHER, "next": str(SECOND_ORDER)} | account),
        (SECOND_ORDER, "offered", {"previous": str(ORDER)} | account),
    ]


@pytest.mark.parametrize("step", ["offered", "signed", "returned"])
def test_a_merged_case_takes_its_order_back_and_gets_no_other(database: Database, step: str) -> None:
    departments(database)
    hear(database, classified())
    if step == "signed":
        sign(database)
    if step == "returned":
        return_by(database, LEAD)
    hear(database, merged())
    assert state_of(database) == "recalled"
    assert events_of(database)[-1] == "recalled"
    kind, data = told(database)[-1]
    assert (kind, data["change"]) == ("changed", "recalled")
    assert redirect(database, OTHER)["code"] == "illegal_transition"
    assert queries.count_waiting(database)["redirect"] == 0


def test_a_suspended_orders_case_may_be_merged_too(database: Database) -> None:
    suspend(database)
    hear(database, merged())
    assert state_of(database) == "recalled"
    assert rows(database, "SELECT * FROM due") == []


def test_a_merged_case_whose_order_was_recalled_before_is_not_redirected(database: Database) -> None:
    departments(database)
    hear(database, classified())
    ask(database, asked.RecallOrder(**named("recall"), reason=REASON))
    assert queries.count_waiting(database)["redirect"] == 1
    hear(database, merged())
    assert redirect(database, OTHER)["code"] == "illegal_transition"
    assert queries.count_waiting(database)["redirect"] == 0
    late = rows(database, "SELECT step, state FROM work_order_timeline WHERE late")
    assert [tuple(row) for row in late] == [("case.merged", "recalled")]


def test_a_case_that_is_merged_or_cancelled_before_it_has_an_order_is_passed_over(database: Database) -> None:
    cancelled = CaseCancelled(
        **{name: getattr(merged(), name) for name in merged().__struct_fields__ if name != "master_id"},
        cause=CancelCause.WITHDRAWN,
    )
    hear(database, merged(), cancelled)
    assert rows(database, "SELECT * FROM work_order") == []
    assert rows(database, "SELECT sequence FROM inbox_cursor")[0][0] == 2


def test_a_rework_goes_to_the_same_departments_in_half_the_limit(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    ask(database, asked.RecallOrder(**named("recall"), reason=REASON))
    hear(database, reworked())
    found = rows(database, "SELECT cycle, lead, parties FROM work_order ORDER BY cycle")[-1]
    assert (found[0], found[1]) == (2, LEAD)
    assert [(each["department"], each["state"]) for each in found[2]] == [
        (LEAD, "open"),
        (CO_HANDLER, "open"),
    ]
    spans = rows(
        database,
        "SELECT reason, due_at - granted_at FROM deadline WHERE party = :lead ORDER BY seq",
        lead=LEAD,
    )
    assert [span[0] for span in spans] == ["initial", "rework"]
    assert spans[1][1] < spans[0][1]


@pytest.mark.parametrize("lead", [OTHER, LEAD])
def test_a_lead_that_the_conference_names_does_not_return_the_case(database: Database, lead: str) -> None:
    departments(database)
    hear(database, classified(), reopened(lead=lead))
    return_by(database, lead, order_id_of(an_id("case"), 2))
    assert answers(database, lead) == [("refused", "designated")]


def test_a_lead_that_was_designated_is_so_when_its_work_is_to_be_done_again(database: Database) -> None:
    departments(database)
    hear(database, classified(designated=True), reworked())
    return_by(database, LEAD, order_id_of(an_id("case"), 2))
    assert answers(database) == [("refused", "designated")]


def ask_extension(database: Database) -> None:
    hear(database, classified())
    sign(database)
    given = state(database, kind=StatementKind.EXTENSION)
    reply(database, said(AskExtension(order_id=ORDER, days=2, **given)))


def suspend(database: Database, days: int = 10) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    review_on = a_day_ahead(database, days)
    given = {"reason": SuspensionReason.SEASON, "review_on": review_on}
    reply(database, said(AskSuspension(order_id=ORDER, **given)))
    ask(database, asked.GrantSuspension(**named("grant"), review_on=review_on))


def ledger(database: Database) -> list[tuple[str, str]]:
    return [tuple(row) for row in rows(database, "SELECT party, reason FROM deadline ORDER BY seq")]


def test_a_granted_extension_is_a_row_of_the_ledger_and_the_department_is_told(database: Database) -> None:
    ask_extension(database)
    assert queries.count_waiting(database) == {"approval": 1, "redirect": 0, "signature": 0}
    receipt = ask(database, asked.GrantExtension(**named("grant")))
    assert (receipt["state"], receipt["version"]) == ("signed", 4)
    assert ledger(database) == [(LEAD, "initial"), (LEAD, "extension")]
    before, after = (row[0] for row in rows(database, "SELECT due_at FROM deadline ORDER BY seq"))
    assert after > before
    kind, data = told(database)[-1]
    assert (kind, data["change"]) == ("changed", "extended")
    event = data_of(sent(database)[-1])
    assert event["due_at"] == data["due_at"]
    assert queries.count_waiting(database)["approval"] == 0
    view = queries.get_order(database, officer(), order_id=ORDER)
    assert view.due_at == after


def test_a_denied_extension_tells_the_department_why(database: Database) -> None:
    ask_extension(database)
    receipt = ask(database, asked.DenyExtension(**named("deny"), reason=REASON))
    assert receipt["state"] == "signed"
    kind, data = told(database)[-1]
    assert (kind, data["change"]) == ("changed", "extension_denied")
    view = queries.get_order(database, officer(), order_id=ORDER)
    assert (view.denied_text, view.asked) == (REASON, None)
    assert ledger(database) == [(LEAD, "initial")]
    assert ask(database, asked.GrantExtension(**named("grant")))["code"] == "not_asked"


def test_a_suspension_stops_every_clock_and_resuming_starts_them(database: Database) -> None:
    suspend(database)
    assert state_of(database) == "suspended"
    assert [tuple(row) for row in rows(database, "SELECT party, kind FROM due")] == [(LEAD, "resume")]
    for department in (LEAD, CO_HANDLER):
        kind, data = told(database, to=department)[-1]
        assert (kind, data["change"], data["due_at"]) == ("changed", "suspended", None)
    receipt = ask(database, asked.ResumeOrder(**named("resume")))
    assert receipt["state"] == "signed"
    assert ledger(database)[-2:] == [(LEAD, "resume"), (CO_HANDLER, "resume")]
    kinds = rows(database, "SELECT party, kind FROM due ORDER BY party")
    assert [tuple(kind) for kind in kinds] == [(LEAD, "yellow"), (CO_HANDLER, "yellow")]
    assert events_of(database)[-3:] == ["suspension_asked", "suspended", "resumed"]


def test_a_denied_suspension_leaves_the_order_signed(database: Database) -> None:
    hear(database, classified())
    sign(database)
    given = {"reason": SuspensionReason.BUDGET, "review_on": a_day_ahead(database, 5)}
    reply(database, said(AskSuspension(order_id=ORDER, **given)))
    far = asked.GrantSuspension(**named("far"), review_on=a_day_ahead(database, 31))
    assert ask(database, far)["code"] == "review_too_far"
    assert ask(database, asked.DenySuspension(**named("deny"), reason=REASON))["state"] == "signed"
    assert told(database)[-1][1]["change"] == "suspension_denied"


def test_the_dispatcher_excuses_a_part(database: Database) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    sign(database)
    receipt = ask(database, asked.ExcusePart(**named("excuse"), department=CO_HANDLER, reason=REASON))
    assert receipt["state"] == "signed"
    for department in (LEAD, CO_HANDLER):
        assert told(database, to=department)[-1][1]["change"] == "part_excused"
    assert events_of(database)[-1] == "part_excused"
    complete(database)
    assert answers(database)[-1] == ("accepted", "completed")


STEPS = [
    asked.RedirectOrder(**named("a"), department=OTHER),
    asked.RecallOrder(**named("b"), reason=REASON),
    asked.GrantExtension(**named("c")),
    asked.DenyExtension(**named("d"), reason=REASON),
    asked.GrantSuspension(**named("e"), review_on=date(2026, 4, 1)),
    asked.DenySuspension(**named("f"), reason=REASON),
    asked.ResumeOrder(**named("g")),
    asked.ExcusePart(**named("h"), department=CO_HANDLER, reason=REASON),
]


@pytest.mark.parametrize("command", STEPS, ids=lambda command: command.method)
@pytest.mark.parametrize(
    "principal",
    [officer(), somebody("clerk", "clerk", community="c01"), somebody("operator", "operator"), None],
)
def test_nobody_but_the_dispatcher_decides(
    database: Database, command: Any, principal: Principal | None
) -> None:
    hear(database, classified())
    assert ask(database, command, principal)["code"] == "forbidden"
    assert events_of(database) == ["offered"]


@pytest.mark.parametrize("command", STEPS, ids=lambda command: command.method)
def test_the_dispatcher_decides_on_what_was_seen_and_what_there_is(database: Database, command: Any) -> None:
    assert ask(database, command)["code"] == "unknown_order"
    hear(database, classified())
    stale = msgspec.structs.replace(command, expected_version=7, command_id=an_id("stale"))
    refused = ask(database, stale)
    assert (refused["code"], refused["fields"]) == ("stale_version", {"version": 1})


def test_an_officer_decides_on_what_was_seen(database: Database) -> None:
    hear(database, classified())
    stale = asked.SignOrder(**named("stale"), expected_version=2)
    assert ask(database, stale, officer())["code"] == "stale_version"
    fresh = asked.SignOrder(**named("fresh"), expected_version=1)
    assert ask(database, fresh, officer())["state"] == "signed"


def test_a_statement_is_kept_once_and_answered_with_its_hash(database: Database) -> None:
    hear(database, classified())
    first, again = state(database), state(database, command_id=an_id("again"))
    assert first == again
    command = asked.HandInStatement(
        command_id=an_id("other"),
        statement_id=an_id("statement"),
        order_id=ORDER,
        kind=StatementKind.RETURN,
        text=TEXT,
        legal_basis="职责清单第三条",
    )
    assert ask(database, command, officer())["code"] == "conflict"
    assert len(rows(database, "SELECT * FROM work_order_statement")) == 1


@pytest.mark.parametrize(
    ("principal", "code"),
    [(officer(CO_HANDLER), "not_the_lead"), (officer(STRANGER), "unknown_order"), (DISPATCHER, "forbidden")],
)
def test_only_an_officer_of_the_lead_hands_in_a_statement(
    database: Database, principal: Principal, code: str
) -> None:
    hear(database, classified(co_handlers=(CO_HANDLER,)))
    command = asked.HandInStatement(
        **named("state"),
        statement_id=an_id("statement"),
        kind=StatementKind.RETURN,
        text=REASON,
        legal_basis="职责清单第三条",
    )
    assert ask(database, command, principal)["code"] == code


def test_an_overdue_answer_is_counted_as_late(database: Database) -> None:
    late, in_time = (ANSWERS.labels(LEAD, word)._value for word in ("no", "yes"))
    before = late.get(), in_time.get()
    hear(database, classified(), classified(case_id=an_id("another")))
    another = order_id_of(an_id("another"), 1)
    sign(database)
    sign(database, another)
    complete(database)
    let_pass(database, timedelta(days=30))
    complete(database, another)
    assert (late.get(), in_time.get()) == (before[0] + 1, before[1] + 1)
