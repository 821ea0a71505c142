from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events.registry import Tier
from services.registry.organisation.errors import MisplacedError
from services.registry.organisation.place import ABOVE, Place, check_tree, is_code
from tests.unit.registry.builders import SINCE, a_place, a_tree

END = date(2020, 1, 1)


def test_a_district_with_a_unit_of_each_tier_is_a_tree() -> None:
    check_tree(a_tree())


def test_every_tier_but_the_district_stands_below_another() -> None:
    assert [tier for tier, above in ABOVE.items() if above is None] == [Tier.DISTRICT]
    assert set(ABOVE) == set(Tier)


@pytest.mark.parametrize("tier", list(Tier))
def test_only_doorways_and_households_are_kept_from_the_other_services(tier: Tier) -> None:
    assert (a_place(tier).event() is None) is (tier in {Tier.DOORWAY, Tier.HOUSEHOLD})


@pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.DISTRICT])
@pytest.mark.parametrize("above", list(Tier))
def test_a_unit_stands_below_the_tier_above_it_and_no_other(tier: Tier, above: Tier) -> None:
    places = [*a_tree(), a_place(tier, code="x1", parent=a_place(above).code)]
    if ABOVE[tier] is above:
        check_tree(places)
    else:
        with pytest.raises(MisplacedError, match="x1 needs a"):
            check_tree(places)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "c01 g01"}, "is no code"),
        ({"code": "c" * 33}, "is no code"),
        ({"valid_to": SINCE}, "ends before it begins"),
        ({"valid_from": SINCE - timedelta(days=1)}, "when what is above it does not"),
        ({"parent": None}, "needs a community above it"),
        ({"successor": "c01-g01"}, "cannot take its place"),
        ({"valid_to": END, "successor": "c01"}, "cannot take its place"),
        ({"valid_to": END, "successor": "c99-g01"}, "cannot take its place"),
        ({"valid_to": END, "successor": "c01-g01"}, "does not exist when it ends"),
    ],
)
def test_a_grid_that_does_not_fit_is_named_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MisplacedError, match=reason):
        check_tree([a_place(), a_place(Tier.COMMUNITY), a_place(Tier.GRID, **changes)])


def test_nothing_outlives_what_is_above_it() -> None:
    community = a_place(Tier.COMMUNITY, valid_to=END)
    check_tree([a_place(), community, a_place(Tier.GRID, valid_to=END)])
    with pytest.raises(MisplacedError, match="c01-g01 exists when"):
        check_tree([a_place(), community, a_place(Tier.GRID)])


def test_a_unit_that_ends_hands_over_to_one_that_exists_then() -> None:
    heir = a_place(Tier.GRID, code="c01-g02", valid_from=END)
    ended = a_place(Tier.GRID, valid_to=END, successor="c01-g02")
    check_tree([a_place(), a_place(Tier.COMMUNITY), ended, heir])


def test_a_code_is_defined_once() -> None:
    with pytest.raises(MisplacedError, match="140303 is defined twice"):
        check_tree([a_place(), a_place()])


def test_a_district_stands_below_nothing() -> None:
    with pytest.raises(MisplacedError, match="nothing above it"):
        check_tree([a_place(parent="14")])


@pytest.mark.parametrize(
    ("day", "exists"),
    [
        (SINCE - timedelta(days=1), False),
        (SINCE, True),
        (END - timedelta(days=1), True),
        (END, False),
    ],
)
def test_a_period_holds_its_first_day_and_not_its_last(day: date, exists: bool) -> None:  # noqa: FBT001
    assert a_place(valid_to=END).exists_on(day) is exists


def test_a_unit_without_an_end_goes_on() -> None:
    assert a_place().exists_on(date(2100, 1, 1))


@pytest.mark.parametrize("text", ["", "-", "c01-", "c01--g01", "c01\x00", "社区", "c01;DROP", "x" * 33])
def test_what_cannot_be_a_code_never_reaches_the_database(text: str) -> None:
    assert not is_code(text)


def test_what_the_others_are_told_of_a_place_is_public() -> None:
    place: Place = a_place(Tier.GRID, valid_to=END)
    told = place.event()
    assert (told.code, told.tier, told.parent) == ("c01-g01", Tier.GRID, "c01")
    assert (told.valid_from, told.valid_to, told.fictional) == (SINCE, END, False)
