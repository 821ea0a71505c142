from datetime import UTC, date, datetime

import pytest

from contracts.events.registry import Tier
from services.intake.reference.values import Grid, Place, local_day

DAY = date(2026, 3, 2)


def a_place(**fields: object) -> Place:
    given: dict[str, object] = {
        "code": "c01-g01",
        "tier": Tier.GRID,
        "parent": "c01",
        "above": "140303",
        "valid_from": date(2012, 1, 1),
        "valid_to": None,
    }
    return Place(**(given | fields))  # type: ignore[arg-type]


def test_a_grid_stands_in_a_community_of_a_district() -> None:
    assert a_place().as_grid(DAY) == Grid(code="c01-g01", community="c01", district="140303")


@pytest.mark.parametrize("tier", [Tier.DISTRICT, Tier.COMMUNITY, Tier.BUILDING])
def test_another_place_is_no_grid(tier: Tier) -> None:
    assert a_place(tier=tier).as_grid(DAY) is None


@pytest.mark.parametrize("missing", ["parent", "above"])
def test_a_grid_whose_tree_has_not_arrived_is_not_known_yet(missing: str) -> None:
    assert a_place(**{missing: None}).as_grid(DAY) is None


def test_a_grid_exists_from_its_first_day_and_no_more_on_its_last() -> None:
    assert a_place(valid_from=DAY).as_grid(DAY) is not None
    assert a_place(valid_from=date(2026, 3, 3)).as_grid(DAY) is None
    assert a_place(valid_to=date(2026, 3, 3)).as_grid(DAY) is not None
    assert a_place(valid_to=DAY).as_grid(DAY) is None


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    assert local_day(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert local_day(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == DAY
