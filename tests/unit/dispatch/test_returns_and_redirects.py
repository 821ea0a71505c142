from typing import Any

import msgspec
import pytest

from chassis.refusal import Refusal
from contracts.commands.dispatch import StatementKind
from contracts.department import Change, OrderChanged, OrderOffered
from contracts.events.dispatch import WorkOrderOffered, WorkOrderRecalled, WorkOrderReturned
from contracts.vocabulary import DeadlineReason
from services.dispatch.work_order import errors
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.handling import return_order
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.offering import Redirected, case_merged, recall, redirect
from services.dispatch.work_order.party import Ending, PartState, Waiting
from services.dispatch.work_order.statement import Named
from services.dispatch.work_order.work_order import CaseMemory, WorkOrder, order_id_of
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    REASON,
    STRANGER,
    a_clock,
    a_completed_order,
    a_memory,
    a_recalled_order,
    a_returned_order,
    a_signed_order,
    a_statement,
    a_suspended_order,
    an_id,
    an_order,
    extension_asked,
    suspension_asked,
)

OTHER = "ZJJ"


def returning(
    order: WorkOrder, memory: CaseMemory | None = None, **changes: Any
) -> tuple[Decided, CaseMemory]:
    stated = a_statement(order)
    given: dict[str, Any] = {"suggested": None, "suggested_is_known": True, "by": LEAD, "now": NOW}
    named = changes.pop("named", Named(stated.id, stated.sha256, stated))
    return return_order(order, memory or a_memory(order), named, **{**given, **changes})


def redirecting(order: WorkOrder, memory: CaseMemory | None = None, **changes: Any) -> Redirected:
    given: dict[str, Any] = {"to": OTHER, "is_known": True, "clock": a_clock()}
    return redirect(order, memory or a_memory(order), **{**given, **changes})


def test_the_lead_returns_an_offered_order_with_its_reason_and_a_suggestion() -> None:
    decided, memory = returning(an_order(), suggested=OTHER)
    order, (event,) = decided.order, decided.events
    assert (order.state, order.ended_at, order.waits) == (State.RETURNED, NOW, Waiting.REDIRECT)
    assert order.ending == Ending(at=NOW, statement_id=an_id("statement"), suggested=OTHER)
    assert isinstance(event, WorkOrderReturned)
    assert event.suggested == OTHER
    assert memory.returned_by == (LEAD,)


def test_no_word_of_a_statement_is_told() -> None:
    decided, _ = returning(an_order(), suggested=OTHER)
    assert REASON not in msgspec.json.encode(decided.events).decode()


def test_only_the_lead_returns_and_only_before_it_signs() -> None:
    with pytest.raises(errors.NotTheLead):
        returning(an_order(), by=CO_HANDLER)
    for order in (a_signed_order(), a_completed_order(), a_recalled_order()):
        with pytest.raises(errors.IllegalTransition):
            returning(order)


def test_a_designated_order_is_not_returned() -> None:
    with pytest.raises(errors.Designated):
        returning(an_order(designated=True))


def test_a_department_returns_a_case_once() -> None:
    order = an_order()
    with pytest.raises(errors.ReturnedBefore):
        returning(order, a_memory(order, returned_by=(STRANGER, LEAD)))


def test_an_order_is_not_returned_without_a_statement_for_it() -> None:
    order = an_order()
    stated = a_statement(order)
    foreign = (
        None,
        a_statement(order, kind=StatementKind.EXTENSION),
        a_statement(order, department=STRANGER),
        a_statement(an_order(cycle=2)),
    )
    for statement in foreign:
        with pytest.raises(errors.UnknownStatement):
            returning(order, named=Named(stated.id, stated.sha256, statement))
    with pytest.raises(errors.StatementDiffers):
        returning(order, named=Named(stated.id, "00" * 32, stated))


def test_a_department_that_does_not_exist_is_not_suggested() -> None:
    with pytest.raises(errors.UnknownDepartment):
        returning(an_order(), suggested="XXX", suggested_is_known=False)


@pytest.mark.parametrize("order", [a_returned_order(), a_recalled_order()])
def test_a_returned_or_recalled_order_goes_to_another_department_as_a_new_one(order: WorkOrder) -> None:
    old, new, memory = redirecting(order)
    (event,) = new.events
    assert (old.state, old.version, old.emitted) == (order.state, order.version, order.emitted)
    assert (old.waits, old.followed) == (None, True)
    assert new.order.id == order_id_of(an_id("case"), 1, redirect=1)
    assert (new.order.state, new.order.lead, new.order.redirect) == (State.OFFERED, OTHER, 1)
    assert (new.order.emitted, new.order.version) == (1, 1)
    assert isinstance(event, WorkOrderOffered)
    assert (event.department, event.co_handlers, event.cycle) == (OTHER, (CO_HANDLER,), 1)
    assert (memory.order_id, memory.redirects, memory.lead) == (new.order.id, 1, OTHER)


def test_every_redirect_of_a_cycle_has_an_id_of_its_own_that_is_always_the_same() -> None:
    ids = [order_id_of(an_id("case"), cycle, redirect) for cycle in (1, 2) for redirect in (0, 1, 2)]
    assert len(set(ids)) == 6
    assert order_id_of(an_id("case"), 1, 2) == order_id_of(an_id("case"), 1, 2)


def test_the_new_department_has_the_whole_limit_for_the_reason_of_the_cycles_first_row() -> None:
    order = a_returned_order()
    later = a_clock(NOW.replace(day=9))
    _, new, _ = redirecting(order, a_memory(order, reason=DeadlineReason.REWORK), clock=later)
    assert [(row.party, row.reason, row.granted_at) for row in new.deadlines] == [
        (OTHER, DeadlineReason.REWORK, later.now),
        (CO_HANDLER, DeadlineReason.REWORK, later.now),
    ]
    # Half of five working days are three: from Monday the 9th to Thursday the 12th at 18:00.
    assert {row.due_at for row in new.deadlines} == {NOW.replace(day=12, hour=10, minute=0)}


def test_a_co_handler_that_becomes_the_lead_is_no_co_handler_any_more() -> None:
    _, new, _ = redirecting(a_returned_order(), to=CO_HANDLER)
    assert new.order.departments == (CO_HANDLER,)


@pytest.mark.parametrize("state", [PartState.DONE, PartState.EXCUSED])
def test_a_part_that_was_done_or_excused_stays_so_and_is_not_offered_again(state: PartState) -> None:
    order = a_recalled_order()
    lead, other = order.parties
    settled = msgspec.structs.replace(other, state=state, result_id=an_id("result"))
    _, new, _ = redirecting(msgspec.structs.replace(order, parties=(lead, settled)))
    assert new.order.parties[1] == settled
    assert [each.department for each in new.messages] == [OTHER]
    assert [row.party for row in new.deadlines] == [OTHER]


def test_an_order_that_another_one_follows_is_not_redirected() -> None:
    order = a_returned_order()
    with pytest.raises(errors.NotCurrent):
        redirecting(order, a_memory(order, order_id=an_id("another")))


def test_nothing_of_a_merged_case_is_redirected() -> None:
    order = a_recalled_order()
    with pytest.raises(Refusal) as refused:
        redirecting(order, a_memory(order, merged=True))
    assert refused.value.code == "illegal_transition"


def test_nobody_gets_an_order_who_does_not_exist() -> None:
    with pytest.raises(errors.UnknownDepartment):
        redirecting(a_returned_order(), is_known=False)


@pytest.mark.parametrize("order", [an_order(), a_signed_order(), a_completed_order(), a_suspended_order()])
def test_an_order_that_a_department_has_is_not_redirected(order: WorkOrder) -> None:
    with pytest.raises(errors.IllegalTransition):
        redirecting(order)


@pytest.mark.parametrize(("returned_by", "designated"), [((LEAD,), False), ((LEAD, STRANGER), True)])
def test_the_second_return_designates_the_next_department(
    returned_by: tuple[str, ...],
    designated: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    order = a_returned_order()
    _, new, memory = redirecting(order, a_memory(order, returned_by=returned_by))
    (event,) = new.events
    assert isinstance(event, WorkOrderOffered)
    assert {new.order.designated, event.designated, memory.designated} == {designated}
    offered = [each.message for each in new.messages if isinstance(each.message, OrderOffered)]
    assert {message.designated for message in offered} == {designated}


@pytest.mark.parametrize("order", [an_order(), a_signed_order(co_handlers=(CO_HANDLER,))])
def test_the_dispatcher_takes_an_order_back_and_every_department_is_told(order: WorkOrder) -> None:
    decided = recall(order, reason=REASON, now=NOW)
    (event,) = decided.events
    assert (decided.order.state, decided.order.ended_at) == (State.RECALLED, NOW)
    assert decided.order.waits is Waiting.REDIRECT
    assert decided.order.ending == Ending(at=NOW, text=REASON)
    assert isinstance(event, WorkOrderRecalled)
    assert [(each.department, each.message.change) for each in decided.messages] == [  # type: ignore[union-attr]
        (LEAD, Change.RECALLED),
        (CO_HANDLER, Change.RECALLED),
    ]


def test_an_order_is_not_taken_back_without_a_reason() -> None:
    for reason, refusal in (("太短", errors.TextTooShort), ("长" * 2_001, errors.TextTooLong)):
        with pytest.raises(refusal):
            recall(an_order(), reason=reason, now=NOW)
    with pytest.raises(errors.TextUnfit):
        recall(an_order(), reason=REASON + "\0", now=NOW)


@pytest.mark.parametrize("order", [a_suspended_order(), a_completed_order(), a_returned_order()])
def test_a_suspended_or_an_ended_order_is_not_taken_back(order: WorkOrder) -> None:
    with pytest.raises(errors.IllegalTransition):
        recall(order, reason=REASON, now=NOW)


@pytest.mark.parametrize(
    "order", [an_order(), a_signed_order(), a_suspended_order(), a_returned_order()], ids=lambda o: o.state
)
def test_a_merged_case_takes_its_order_back_and_asks_for_no_other(order: WorkOrder) -> None:
    decided = case_merged(order, now=NOW)
    assert decided is not None
    assert (decided.order.state, decided.order.waits) == (State.RECALLED, None)
    assert [type(event) for event in decided.events] == [WorkOrderRecalled]
    changes = {each.message.change for each in decided.messages if isinstance(each.message, OrderChanged)}
    assert changes == {Change.RECALLED}


@pytest.mark.parametrize("order", [a_completed_order(), a_recalled_order()], ids=lambda o: o.state)
def test_a_case_that_is_merged_too_late_leaves_its_order(order: WorkOrder) -> None:
    assert case_merged(order, now=NOW) is None


@pytest.mark.parametrize("order", [extension_asked(a_signed_order()), suspension_asked(a_signed_order())])
def test_taking_an_order_back_clears_what_was_asked(order: WorkOrder) -> None:
    assert order.request is not None
    assert recall(order, reason=REASON, now=NOW).order.request is None
    merged = case_merged(order, now=NOW)
    assert merged is not None
    assert merged.order.request is None
