"""Every row of both tables is walked, by the public API or a department's queue."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.dispatch.work_order import lifecycle as orders
from services.intake.case import lifecycle as cases
from tests.e2e import walks_cases, walks_orders, walks_time
from tests.e2e.walking import WALKS, Row, Trail, Walk
from tests.support import clock

PLACES = (walks_cases, walks_orders, walks_time)


def rows_of(table: Any) -> set[Row]:
    return {Row(str(row.source or "-"), str(row.kind), str(row.step), str(row.target)) for row in table}


@pytest.fixture
def movable(district: Any) -> Iterator[Any]:
    """The running cell, on real time again afterwards."""
    yield district
    if clock.ahead(district):
        clock.put_back(district)


def test_every_row_of_a_case_has_a_walk_and_no_walk_a_row_of_its_own() -> None:
    assert set[Row]().union(*(walk.cases for walk in WALKS)) == rows_of(cases.TABLE)


def test_every_row_of_an_order_has_a_walk_and_no_walk_a_row_of_its_own() -> None:
    assert set[Row]().union(*(walk.orders for walk in WALKS)) == rows_of(orders.TABLE)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.go.__name__)
def test_a_walk_takes_every_row_that_it_names(movable: Any, walk: Walk) -> None:
    trail = Trail(movable)
    walk.go(trail)
    assert walk.cases <= trail.rows_of_cases()
    assert walk.orders <= trail.orders
