from collections import Counter
from datetime import date

import pytest

from contracts.events.registry import Tier
from contracts.vocabulary import Urgency
from services.registry import reference_data
from services.registry.reference_data import ReferenceData

NAMED_BY_THE_ARTICLE = {"桥头社区": "c01", "段南沟社区": "c02"}
THE_DISTRICTS_OWN = ("小南坑", "菜市", "东四尺", "东山", "西山", "苹果园", "马家坪")
OF_THE_ARTICLE = ("c01", "c02", "c03", "c04", "c05")


@pytest.fixture(scope="module")
def data() -> ReferenceData:
    return reference_data.read()


def test_the_district_has_the_articles_five_communities_with_fifty_grids_among_thirty_eight(
    data: ReferenceData,
) -> None:
    assert data.district == "140303"
    assert Counter(place.tier for place in data.places) == {
        Tier.DISTRICT: 1,
        Tier.COMMUNITY: 38,
        Tier.GRID: 50 + 33 * 6,
        Tier.BUILDING: 150 + 60,
        Tier.DOORWAY: 305,
        Tier.HOUSEHOLD: 3050,
    }
    grids = Counter(place.parent for place in data.places if place.tier is Tier.GRID)
    assert grids == {f"c{i:02}": 10 if i <= 5 else 6 for i in range(1, 39)}


def test_the_households_of_sikuang_stand_in_sixty_buildings(data: ReferenceData) -> None:
    of_sikuang = [place for place in data.places if place.name_zh.startswith("四矿小区")]
    assert all(place.code.startswith("c02-") for place in of_sikuang)
    assert Counter(place.tier for place in of_sikuang) == {
        Tier.BUILDING: 60,
        Tier.DOORWAY: 305,
        Tier.HOUSEHOLD: 3050,
    }


def test_every_grid_of_the_article_has_buildings(data: ReferenceData) -> None:
    with_buildings = {place.parent for place in data.places if place.tier is Tier.BUILDING}
    grids = {place.code for place in data.places if place.tier is Tier.GRID}
    assert with_buildings == {grid for grid in grids if grid.startswith(OF_THE_ARTICLE)}


def test_only_what_is_known_by_name_is_not_fictional(data: ReferenceData) -> None:
    named = {place.name_zh: place.code for place in data.places if not place.fictional}
    own = {f"{name}社区": f"c{i:02}" for i, name in enumerate(THE_DISTRICTS_OWN, 6)}
    assert named == {**NAMED_BY_THE_ARTICLE, **own, "矿区": "140303"}


def test_a_fictional_community_says_so_in_its_name(data: ReferenceData) -> None:
    for place in data.places:
        if place.tier is Tier.COMMUNITY and place.fictional:
            assert place.name_zh.endswith("(虚构)")
            assert place.name_en.endswith("(fictional)")


def test_everything_exists_since_the_reform(data: ReferenceData) -> None:
    assert {place.valid_from for place in data.places} == {date(2012, 6, 1)}
    assert {category.valid_from for category in data.categories} == {date(2012, 6, 1)}


def test_no_two_places_have_the_same_name(data: ReferenceData) -> None:
    for names in ([place.name_zh for place in data.places], [place.name_en for place in data.places]):
        assert len(set(names)) == len(names)


def test_there_are_twelve_headings_with_six_categories_each(data: ReferenceData) -> None:
    headings = [category.code for category in data.categories if category.parent is None]
    assert headings == [f"{number:02}" for number in range(1, 13)]
    assert Counter(category.parent for category in data.categories if category.parent) == dict.fromkeys(
        headings, 6
    )


def test_what_is_urgent_has_a_limit_in_hours(data: ReferenceData) -> None:
    urgent = [category for category in data.categories if category.urgency is Urgency.URGENT]
    assert urgent
    assert all(category.limit is not None and category.limit.endswith("h") for category in urgent)


def test_everything_has_a_name_in_both_languages(data: ReferenceData) -> None:
    names = [
        *((place.name_zh, place.name_en) for place in data.places),
        *((department.name_zh, department.name_en) for department in data.departments),
        *((category.name_zh, category.name_en) for category in data.categories),
    ]
    assert all(zh and en and zh != en for zh, en in names)


def test_a_department_is_listed_once(data: ReferenceData) -> None:
    codes = [department.code for department in data.departments]
    assert len(codes) == len(set(codes)) == 30


def test_the_street_lamp_is_urban_managements_within_three_working_days(data: ReferenceData) -> None:
    (lamp,) = (category for category in data.categories if category.code == "0202")
    assert (lamp.name_zh, lamp.department, lamp.limit) == ("路灯故障", "CGJ", "3wd")
