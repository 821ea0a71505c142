from typing import Any

import pytest

from contracts.department import Change
from contracts.events.dispatch import WorkOrderPartCompleted, WorkOrderPartExcused
from contracts.vocabulary import Kind, MediaKind
from services.dispatch.work_order import errors
from services.dispatch.work_order.decided import Decided
from services.dispatch.work_order.handling import (
    check_takes_result,
    check_takes_statement,
    complete,
    complete_part,
    excuse_part,
)
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.party import PartState
from services.dispatch.work_order.work_order import WorkOrder
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    REASON,
    STRANGER,
    a_completed_order,
    a_piece,
    a_result,
    a_signed_order,
    a_suspended_order,
    an_id,
    an_order,
)

TOGETHER = a_signed_order(co_handlers=(CO_HANDLER,))


def doing_part(order: WorkOrder, *, by: str = CO_HANDLER, **changes: Any) -> Decided:
    result = a_result(order, department=by, **changes)
    return complete_part(order, result, result_sha256=result.sha256, by=by, now=NOW)


def completing(order: WorkOrder) -> Decided:
    result = a_result(order)
    return complete(order, result, result_sha256=result.sha256, by=LEAD, now=NOW)


def test_a_co_handler_does_its_part_with_its_own_result() -> None:
    decided = doing_part(TOGETHER)
    (event,) = decided.events
    party = decided.order.party(CO_HANDLER)
    assert party is not None
    assert (party.state, party.result_id) == (PartState.DONE, an_id("result"))
    assert (decided.order.state, decided.order.version) == (State.SIGNED, 3)
    assert isinstance(event, WorkOrderPartCompleted)
    assert (event.party, event.department, event.result_id) == (CO_HANDLER, LEAD, an_id("result"))
    assert [piece.kind for piece in event.evidence] == [MediaKind.PHOTO]


def test_the_lead_has_no_part_and_a_part_is_done_once() -> None:
    with pytest.raises(errors.NotACoHandler):
        doing_part(TOGETHER, by=LEAD)
    with pytest.raises(errors.PartNotOpen):
        doing_part(doing_part(TOGETHER).order)


@pytest.mark.parametrize("order", [an_order(), a_suspended_order(co_handlers=(CO_HANDLER,))])
def test_a_part_is_done_while_the_order_is_signed(order: WorkOrder) -> None:
    with pytest.raises(errors.IllegalTransition):
        doing_part(order)


def test_a_part_is_proved_as_the_orders_kind_asks() -> None:
    order = a_signed_order(co_handlers=(CO_HANDLER,), kind=Kind.SERVICE)
    with pytest.raises(errors.EvidenceMissing):
        doing_part(order)
    proved = doing_part(order, evidence=(a_piece(kind=MediaKind.DOCUMENT),))
    assert proved.events


def test_a_part_is_not_done_with_the_leads_result_or_one_that_nobody_handed_in() -> None:
    leads = a_result(TOGETHER)
    for result in (leads, None):
        with pytest.raises(errors.UnknownResult):
            complete_part(TOGETHER, result, result_sha256=leads.sha256, by=CO_HANDLER, now=NOW)
    own = a_result(TOGETHER, department=CO_HANDLER)
    with pytest.raises(errors.ResultDiffers):
        complete_part(TOGETHER, own, result_sha256="00" * 32, by=CO_HANDLER, now=NOW)


def test_an_order_is_complete_when_every_part_is_done_or_excused() -> None:
    order = a_signed_order(co_handlers=(CO_HANDLER, STRANGER))
    with pytest.raises(errors.PartsOpen):
        completing(order)
    one_done = doing_part(order).order
    with pytest.raises(errors.PartsOpen):
        completing(one_done)
    excused = excuse_part(one_done, department=STRANGER, reason=REASON, now=NOW).order
    assert completing(excused).order.state is State.COMPLETED


def test_the_dispatcher_excuses_a_part_and_tells_that_department_and_the_lead() -> None:
    decided = excuse_part(TOGETHER, department=CO_HANDLER, reason=REASON, now=NOW)
    (event,) = decided.events
    assert isinstance(event, WorkOrderPartExcused)
    assert (event.party, decided.order.parties[1].state) == (CO_HANDLER, PartState.EXCUSED)
    told = [(each.department, each.message.change) for each in decided.messages]  # type: ignore[union-attr]
    assert told == [(CO_HANDLER, Change.PART_EXCUSED), (LEAD, Change.PART_EXCUSED)]


@pytest.mark.parametrize("department", [LEAD, STRANGER])
def test_only_a_co_handlers_open_part_is_excused(department: str) -> None:
    with pytest.raises(errors.PartNotOpen):
        excuse_part(TOGETHER, department=department, reason=REASON, now=NOW)
    with pytest.raises(errors.PartNotOpen):
        excuse_part(doing_part(TOGETHER).order, department=CO_HANDLER, reason=REASON, now=NOW)


def test_a_part_is_not_excused_without_a_reason() -> None:
    with pytest.raises(errors.TextTooShort):
        excuse_part(TOGETHER, department=CO_HANDLER, reason="免", now=NOW)


def test_whoever_has_something_to_do_hands_in_a_result() -> None:
    for department in (LEAD, CO_HANDLER):
        check_takes_result(TOGETHER, by=department)
    with pytest.raises(errors.PartNotOpen):
        check_takes_result(doing_part(TOGETHER).order, by=CO_HANDLER)
    with pytest.raises(errors.IllegalTransition):
        check_takes_result(a_completed_order(), by=LEAD)


def test_the_lead_states_its_reasons_while_it_can_ask_for_something() -> None:
    for order in (an_order(), TOGETHER):
        check_takes_statement(order, by=LEAD)
    with pytest.raises(errors.NotTheLead):
        check_takes_statement(TOGETHER, by=CO_HANDLER)
    for order in (a_suspended_order(), a_completed_order()):
        with pytest.raises(errors.IllegalTransition):
            check_takes_statement(order, by=LEAD)
