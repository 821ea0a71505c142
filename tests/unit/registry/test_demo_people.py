from datetime import date

import pytest

from contracts.commands.people import Relation
from contracts.events.registry import Tier
from services.registry import demo_people, reference_data
from services.registry.demo_people import Home
from services.registry.people.person import faults_of

TODAY = date(2012, 6, 18)


@pytest.fixture(scope="module")
def homes() -> list[Home]:
    places = reference_data.read().places
    return list(demo_people.homes(each for each in places if each.tier is Tier.HOUSEHOLD))


def test_every_household_has_one_head_and_nobody_else_of_the_same_relation(homes: list[Home]) -> None:
    assert len(homes) == 3050
    for home in homes:
        relations = [each.residence.relation for each in home.residents if each.residence]
        assert relations[0] is Relation.HEAD
        assert len(set(relations)) == len(relations) == len(home.residents)


def test_nobody_bears_their_numbers_and_each_is_one_persons(homes: list[Home]) -> None:
    people = [each.person for home in homes for each in home.residents]
    assert all(faults_of(person, demo=True, today=TODAY) == {} for person in people)
    for field in ("id_number", "phone", "person_id"):
        assert len({getattr(person, field) for person in people}) == len(people) == 6791
    assert all(set(faults_of(person, demo=False, today=TODAY)) == {"id_number", "phone"} for person in people)


def test_there_are_adults_and_children_in_every_second_decade(homes: list[Home]) -> None:
    people = [each.person for home in homes for each in home.residents]
    adults = [person for person in people if person.birthday <= TODAY.replace(year=TODAY.year - 18)]
    assert 0 < len(people) - len(adults) < len(adults)


def test_a_flat_is_its_heads_alone_a_couples_a_neighbours_or_an_organisations(homes: list[Home]) -> None:
    owners = [{each.owner_id for each in home.ownerships} for home in homes]
    living = [{each.person.person_id for each in home.residents} for home in homes]
    kinds = {
        "alone": sum(len(owner) == 1 and owner <= here for owner, here in zip(owners, living, strict=True)),
        "couple": sum(len(owner) == 2 and owner <= here for owner, here in zip(owners, living, strict=True)),
        "organisation": sum(home.ownerships[0].organisation_id is not None for home in homes),
    }
    assert all(kinds.values())
    assert len(homes) - sum(kinds.values()) == 49
    assert all(home.unit.area_hundredths_m2 > 0 for home in homes)
