from uuid import UUID

import msgspec
import pytest

from chassis.principal import Principal
from chassis.refusal import Invalid, MalformedCursor, Refusal
from contracts.commands.dispatch import OrderView
from services.dispatch.work_order import queries
from services.dispatch.work_order.queries import may_see
from services.dispatch.work_order.reads import Found
from tests.unit.dispatch.builders import CO_HANDLER, LEAD, NOW, STRANGER, an_id, an_order, officer, somebody

RESIDENT = somebody("resident", "resident")


def found(reporter_id: UUID | None = None) -> Found:
    order = msgspec.structs.asdict(an_order())
    view = OrderView(
        **{name: order[name] for name in OrderView.__struct_fields__ if name in order},
        order_id=order["id"],
        department=order["lead"],
        result_text=None,
        evidence=(),
    )
    return Found(view, reporter_id)


@pytest.mark.parametrize(
    "principal",
    [
        officer(LEAD),
        officer(CO_HANDLER),
        somebody("dispatcher", "dispatcher"),
        somebody("archivist", "archivist"),
        somebody("inspector", "inspector"),
        somebody("clerk", "clerk", community="c01"),
        somebody("worker", "grid_worker", community="c01", grid="c01-g01"),
    ],
)
def test_an_order_is_seen_by_its_departments_and_its_places_staff(principal: Principal) -> None:
    assert may_see(principal, found())


@pytest.mark.parametrize(
    "principal",
    [
        officer(STRANGER),
        somebody("clerk", "clerk", community="c02"),
        somebody("clerk", "clerk"),
        somebody("worker", "grid_worker", community="c01", grid="c01-g02"),
        somebody("an officer's friend", "resident", department=LEAD),
        somebody("neighbour", "resident"),
        RESIDENT,
    ],
)
def test_an_order_is_hidden_from_everybody_else(principal: Principal) -> None:
    assert not may_see(principal, found())
    assert not may_see(principal, found(an_id("another")))


def test_the_reporter_reads_the_answer() -> None:
    assert may_see(RESIDENT, found(an_id("resident")))


def test_a_cursor_comes_back_as_the_place_that_it_was_made_of() -> None:
    view = found().view
    assert queries._decode(queries._encode(view)) == (NOW, view.order_id)


WITHOUT_A_ZONE = "WyIyMDI2LTAzLTAyVDAxOjMwOjAwIiwiNmJhN2I4MTEtOWRhZC0xMWQxLTgwYjQtMDBjMDRmZDQzMGM4Il0"


@pytest.mark.parametrize("cursor", ["", "!", "bm8", "W10", "é", WITHOUT_A_ZONE])
def test_a_cursor_that_is_not_ours_is_malformed(cursor: str) -> None:
    with pytest.raises(MalformedCursor):
        queries._decode(cursor)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_from_one_to_a_hundred_orders(limit: int) -> None:
    with pytest.raises(Invalid):
        queries._limit(limit)


def test_a_state_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid):
        queries._state("archived")


def test_nobody_but_the_district_lists_another_departments_orders() -> None:
    assert queries._department(officer(LEAD), None) == LEAD
    assert queries._department(somebody("dispatcher", "dispatcher"), STRANGER) == STRANGER
    for principal, asked in [(officer(LEAD), STRANGER), (RESIDENT, None), (RESIDENT, LEAD)]:
        with pytest.raises(Refusal, match="own orders"):
            queries._department(principal, asked)
