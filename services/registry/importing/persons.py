"""Rows of persons: what each says, and what is wrong with it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from contracts.commands.people import Relation
from services.registry.importing.columns import RELATIONS, Faults, Line, day_of
from services.registry.people import id_number as numbers
from services.registry.people.person import Household, Person, faults_of

_NOBODY = UUID(int=0)


class Newcomer(NamedTuple):
    """A row that says who somebody is and where they live; `since` is None where it says nothing."""

    row: int
    person: Person
    household: str
    relation: Relation
    since: date | None


class OnRecord(NamedTuple):
    """What registry knows: households, whose numbers and phones these are, who lives where, who is a head."""

    households: Mapping[str, Household]
    holders: Mapping[tuple[str, str], UUID]
    homes: Mapping[UUID, str]
    heads: Mapping[str, UUID]


def newcomer(line: Line, faults: Faults, *, demo: bool, today: date) -> Newcomer:
    """Return what a row says; what is wrong with it is noted."""
    household, name = faults.required(line, "household"), faults.required(line, "name")
    faults.required(line, "relation")
    relation = faults.read(line, "relation", RELATIONS.get, "not_one_of_these")
    number = faults.id_number(line, "id_number")
    birthday = faults.read(line, "birthday", day_of, "not_a_date")
    since = faults.read(line, "since", day_of, "not_a_date")
    phone = line.text("phone")
    if birthday is None and number is not None and numbers.fault_of(number, demo=demo, today=today) is None:
        birthday = numbers.birthday_of(number)
    if number is None and phone is None and not faults.of(line.number):
        faults.add(line.number, "id_number", "number_or_phone")
    if birthday is None and number is None and not faults.of(line.number):
        faults.add(line.number, "birthday", "required")
    person = Person(
        person_id=_NOBODY,
        name=name,
        # A stand-in where the row has a fault already: nothing of it is kept.
        birthday=birthday or today,
        id_number=number,
        phone=phone,
        address=line.text("address"),
    )
    if not faults.of(line.number):
        for column, code in faults_of(person, demo=demo, today=today).items():
            faults.add(line.number, column, code)
    return Newcomer(line.number, person, household, relation or Relation.OTHER, since)


def check(
    newcomers: Sequence[Newcomer], known: OnRecord, faults: Faults, *, community: str, today: date
) -> list[Newcomer]:
    """Return who is new; whoever lives there already is passed over. What is wrong is noted."""
    fresh: list[Newcomer] = []
    seen: dict[tuple[str, str], int] = {}
    heads = set(known.heads)
    for each in newcomers:
        if faults.of(each.row):
            continue
        _check_household(each, known, faults, community=community, today=today)
        holders = {known.holders[key] for key in keys_of(each.person) if key in known.holders}
        if len(holders) == 1 and {known.homes.get(holder) for holder in holders} == {each.household}:
            continue
        for column, text in keys_of(each.person):
            if (column, text) in known.holders:
                faults.add(each.row, column, "on_record_elsewhere")
            elif (column, text) in seen:
                faults.add(each.row, column, "twice_in_the_file")
            seen[column, text] = each.row
        if each.relation is Relation.HEAD and each.household in heads:
            faults.add(each.row, "relation", "household_has_head")
        if each.relation is Relation.HEAD:
            heads.add(each.household)
        fresh.append(each)
    return fresh


def keys_of(person: Person) -> list[tuple[str, str]]:
    """Return what a person is found by, by column."""
    found = {"id_number": person.id_number, "phone": person.phone}
    return [(column, text) for column, text in found.items() if text is not None]


def _check_household(each: Newcomer, known: OnRecord, faults: Faults, *, community: str, today: date) -> None:
    household = known.households.get(each.household)
    if household is None or household.community != community:
        faults.add(each.row, "household", "unknown_household")
    elif each.since is not None and (each.since > today or not household.exists_on(each.since)):
        faults.add(each.row, "since", "out_of_range")
