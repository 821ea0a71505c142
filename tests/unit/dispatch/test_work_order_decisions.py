from datetime import timedelta

import msgspec
import pytest

from chassis.refusal import StaleVersion
from contracts.department import OrderOffered, Part
from contracts.vocabulary import Kind, MediaKind
from services.dispatch.work_order.errors import (
    EvidenceMissing,
    IllegalTransition,
    NotTheLead,
    ResultDiffers,
    UnknownOrder,
    UnknownResult,
)
from services.dispatch.work_order.handling import check_takes_result, complete, sign
from services.dispatch.work_order.lifecycle import State
from services.dispatch.work_order.work_order import WorkOrder, check_version, known_to, order_id_of
from tests.unit.dispatch.builders import (
    CO_HANDLER,
    LEAD,
    NOW,
    STRANGER,
    a_completed_order,
    a_piece,
    a_result,
    a_signed_order,
    an_id,
    an_offer,
    an_order,
)

LATER = NOW + timedelta(hours=2)


def test_an_order_has_the_same_id_however_often_it_is_made_and_another_in_each_cycle() -> None:
    assert an_order().id == an_order().id == order_id_of(an_id("case"), 1)
    assert len({order_id_of(an_id(case), cycle) for case in ("case", "another") for cycle in (1, 2)}) == 4


def test_an_offered_order_tells_what_the_case_said_and_who_handles_it() -> None:
    offered = an_offer(co_handlers=(CO_HANDLER,))
    order, (event,) = offered.order, offered.events
    told = msgspec.to_builtins(event)
    assert (order.state, order.emitted, order.version) == (State.OFFERED, 1, 1)
    assert event.type == "dispatch.work_order.offered.v1"
    assert told["co_handlers"] == (CO_HANDLER,)
    assert {name: told[name] for name in ("department", "number", "cycle", "category", "grid")} == {
        "department": LEAD,
        "number": "140303-20260302-000001",
        "cycle": 1,
        "category": "0202",
        "grid": "c01-g01",
    }


def test_the_lead_is_no_co_handler_and_nobody_is_named_twice() -> None:
    order = an_order(co_handlers=(CO_HANDLER, LEAD, CO_HANDLER))
    assert order.departments == (LEAD, CO_HANDLER)


def test_each_department_is_told_its_own_part() -> None:
    messages = an_offer(co_handlers=(CO_HANDLER,)).messages
    assert [each.department for each in messages] == [LEAD, CO_HANDLER]
    parts = [each.message.part for each in messages if isinstance(each.message, OrderOffered)]
    assert parts == [Part.LEAD, Part.CO_HANDLER]


def test_the_lead_signs_an_offered_order() -> None:
    decided = sign(an_order(), by=LEAD, now=LATER)
    order, (event,) = decided.order, decided.events
    assert (order.state, order.signed_at, order.emitted, order.version) == (State.SIGNED, LATER, 2, 2)
    assert (event.type, event.at) == ("dispatch.work_order.signed.v1", LATER)


def test_an_order_is_signed_once() -> None:
    with pytest.raises(IllegalTransition):
        sign(a_signed_order(), by=LEAD, now=LATER)


def test_a_co_handler_neither_signs_nor_completes() -> None:
    signed = a_signed_order(co_handlers=(CO_HANDLER,))
    result = a_result(signed)
    with pytest.raises(NotTheLead):
        sign(an_order(), by=CO_HANDLER, now=NOW)
    with pytest.raises(NotTheLead):
        complete(signed, result, result_sha256=result.sha256, by=CO_HANDLER, now=NOW)


@pytest.mark.parametrize("order", [None, an_order()])
def test_to_a_department_that_it_does_not_concern_an_order_is_unknown(order: WorkOrder | None) -> None:
    with pytest.raises(UnknownOrder):
        known_to(order, STRANGER)


def test_a_co_handler_knows_the_order() -> None:
    assert known_to(an_order(), CO_HANDLER) == an_order()


def test_the_lead_completes_a_signed_order_with_its_result() -> None:
    signed = a_signed_order()
    result = a_result(signed)
    decided = complete(signed, result, result_sha256=result.sha256, by=LEAD, now=LATER)
    order, (event,) = decided.order, decided.events
    assert (order.state, order.completed_at, order.result_id) == (State.COMPLETED, LATER, result.id)
    assert order.ended_at == LATER
    assert (order.emitted, order.version) == (3, 3)
    told = msgspec.to_builtins(event)
    assert told["result_sha256"] == result.sha256
    assert told["handler_id"] == str(an_id("officer CGJ"))
    assert [piece["kind"] for piece in told["evidence"]] == ["photo"]


def test_no_word_of_the_result_is_told() -> None:
    signed = a_signed_order()
    result = a_result(signed)
    (event,) = complete(signed, result, result_sha256=result.sha256, by=LEAD, now=NOW).events
    body = msgspec.json.encode(event).decode()
    assert result.text not in body
    assert result.contact.note not in body


@pytest.mark.parametrize("order", [an_order(), a_completed_order()])
def test_only_a_signed_order_is_completed(order: WorkOrder) -> None:
    result = a_result(order)
    with pytest.raises(IllegalTransition):
        complete(order, result, result_sha256=result.sha256, by=LEAD, now=NOW)


def test_an_order_is_not_completed_with_a_result_that_nobody_handed_in() -> None:
    with pytest.raises(UnknownResult):
        complete(a_signed_order(), None, result_sha256="00" * 32, by=LEAD, now=NOW)


def test_an_order_is_not_completed_with_another_orders_or_another_departments_result() -> None:
    order = a_signed_order()
    for foreign in (a_result(an_order(cycle=2)), a_result(order, department=STRANGER)):
        with pytest.raises(UnknownResult):
            complete(order, foreign, result_sha256=foreign.sha256, by=LEAD, now=NOW)


def test_an_order_is_not_completed_when_the_hash_is_of_another_result() -> None:
    order = a_signed_order()
    with pytest.raises(ResultDiffers):
        complete(order, a_result(order), result_sha256="00" * 32, by=LEAD, now=NOW)


@pytest.mark.parametrize(
    ("kind", "shown", "needed"),
    [
        (Kind.EVENT, MediaKind.DOCUMENT, MediaKind.PHOTO),
        (Kind.COMPONENT, MediaKind.VIDEO, MediaKind.PHOTO),
        (Kind.SERVICE, MediaKind.PHOTO, MediaKind.DOCUMENT),
        (Kind.DISPUTE, MediaKind.VIDEO, MediaKind.DOCUMENT),
    ],
)
def test_each_kind_is_proved_by_its_own_evidence(kind: Kind, shown: MediaKind, needed: MediaKind) -> None:
    order = a_signed_order(kind=kind)
    lacking = a_result(order, evidence=(a_piece(kind=shown),))
    with pytest.raises(EvidenceMissing) as refused:
        complete(order, lacking, result_sha256=lacking.sha256, by=LEAD, now=NOW)
    assert refused.value.fields == {"missing": needed}
    proved = a_result(order, evidence=(a_piece(kind=shown), a_piece("other", needed)))
    decided = complete(order, proved, result_sha256=proved.sha256, by=LEAD, now=NOW)
    assert decided.order.state is State.COMPLETED


def test_results_are_taken_before_and_after_signing_but_not_after_completion() -> None:
    check_takes_result(an_order(), by=LEAD)
    check_takes_result(a_signed_order(), by=LEAD)
    with pytest.raises(IllegalTransition):
        check_takes_result(a_completed_order(), by=LEAD)


def test_what_the_caller_has_seen_must_be_how_it_stands() -> None:
    order = a_signed_order()
    check_version(order, None)
    check_version(order, 2)
    with pytest.raises(StaleVersion) as refused:
        check_version(order, 1)
    assert refused.value.fields == {"version": 2}
