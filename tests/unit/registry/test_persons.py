from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from contracts.commands.people import Relation
from services.registry.people import id_number, masking
from services.registry.people.errors import MovedBefore, ReasonMissing
from services.registry.people.person import Person, Residence, Resident, faults_of, fit_reason, move
from services.registry.property.unit import area_of
from tests.unit.registry.neighbours import an_id_number

TODAY = date(2026, 3, 1)
BORN = date(1970, 1, 1)
WOMAN = Person(person_id=UUID(int=1), name="王小花", birthday=BORN)
HOME = Residence(person_id=UUID(int=1), household="h1", relation=Relation.HEAD, valid_from=date(2012, 6, 1))


@pytest.mark.parametrize("published", ["11010519491231002X", "440524188001010014"])
def test_the_numbers_of_the_standard_have_the_right_check_digit(published: str) -> None:
    """Source: the examples of GB 11643-1999."""
    assert id_number.check_digit(published[:17]) == published[17]
    assert id_number.fault_of(published, demo=False, today=TODAY) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110105194912310021", "check_digit"),
        ("11010519491231002x", "not_an_id_number"),
        ("1101051949123100", "not_an_id_number"),
        ("１１０１０５19491231002X", "not_an_id_number"),
        ("11010519490231002" + id_number.check_digit("11010519490231002"), "no_such_birthday"),
        ("11010520490101002" + id_number.check_digit("11010520490101002"), "no_such_birthday"),
        (an_id_number(BORN), "demo_id_number"),
    ],
)
def test_what_is_no_identity_number_is_told_by_a_word(number: str, fault: str) -> None:
    assert id_number.fault_of(number, demo=False, today=TODAY) == fault


def test_a_number_that_nobody_bears_is_taken_in_a_demonstration() -> None:
    assert id_number.fault_of(an_id_number(BORN), demo=True, today=TODAY) is None


def test_every_single_wrong_digit_and_every_swap_is_noticed() -> None:
    number = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            changed = number[:place] + digit + number[place + 1 :]
            assert changed == number or id_number.check_digit(changed[:17]) != number[17]


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"name": ""}, {"name": "length"}),
        ({"name": " 王"}, {"name": "length"}),
        ({"name": "王\n花"}, {"name": "length"}),
        ({"name": "王" * 65}, {"name": "length"}),
        ({"birthday": date(2026, 3, 2)}, {"birthday": "out_of_range"}),
        ({"birthday": date(1870, 1, 1)}, {"birthday": "out_of_range"}),
        ({"id_number": an_id_number(date(1970, 1, 2))}, {"birthday": "differs_from_id_number"}),
        ({"phone": "138-0000-0001"}, {"phone": "not_a_phone"}),
        ({"phone": "0353-2021234"}, {"phone": "not_a_phone"}),
        ({"phone": "03532021234"}, {}),
        ({"address": ""}, {"address": "length"}),
        ({"name": "", "phone": "1"}, {"name": "length", "phone": "not_a_phone"}),
    ],
)
def test_every_part_that_is_not_right_is_named(changes: dict[str, Any], faults: dict[str, str]) -> None:
    person = msgspec.structs.replace(WOMAN, **changes)
    assert faults_of(person, demo=True, today=TODAY) == faults


def test_a_mask_shows_what_the_rules_say_and_no_more() -> None:
    assert masking.name("欧阳小花") == "欧*"
    assert masking.id_number("14030319491231123X") == "140303********123X"
    assert masking.phone("13800000001") == "138****0001"
    assert masking.address("四矿小区1号楼") == "****"
    assert (masking.id_number(None), masking.phone(None), masking.address(None)) == (None, None, None)


def test_a_move_ends_one_residence_and_begins_another() -> None:
    resident = Resident(person=WOMAN, residence=HOME)
    ended, begun = move(resident, to="h2", relation=Relation.CHILD, on=TODAY, today=TODAY)
    assert ended == msgspec.structs.replace(HOME, valid_to=TODAY)
    assert begun == Residence(
        person_id=HOME.person_id, household="h2", relation=Relation.CHILD, valid_from=TODAY
    )
    assert move(resident, to=None, relation=Relation.OTHER, on=TODAY, today=TODAY) == [ended]
    nowhere = Resident(person=WOMAN)
    assert move(nowhere, to="h2", relation=Relation.CHILD, on=TODAY, today=TODAY) == [begun]


@pytest.mark.parametrize("on", [HOME.valid_from, date(2012, 5, 31), date(2026, 3, 2)])
def test_a_move_lies_after_the_last_and_not_in_the_future(on: date) -> None:
    with pytest.raises(MovedBefore):
        move(Resident(person=WOMAN, residence=HOME), to="h2", relation=Relation.CHILD, on=on, today=TODAY)


@pytest.mark.parametrize("reason", ["", "   ", "四个字吧 "[:4], "字" * 201, "看一看\n看一看"])
def test_a_reason_is_a_line_of_five_to_two_hundred_characters(reason: str) -> None:
    with pytest.raises(ReasonMissing):
        fit_reason(reason)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("68.25", 6_825),
        ("68.2", 6_820),
        ("68", 6_800),
        ("0.01", 1),
        ("0", None),
        ("-1", None),
        ("68.255", None),
        ("68,25", None),
        ("６８", None),
        ("1e3", None),
        ("9999999", None),
    ],
)
def test_an_area_is_read_exactly_or_not_at_all(text: str, area: int | None) -> None:
    assert area_of(text) == area
