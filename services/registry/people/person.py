"""Who lives in the district, and where. Pure."""

import re
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from contracts.commands.people import Relation
from services.registry.people import id_number as numbers
from services.registry.people.errors import MovedBefore, ReasonMissing, UnfitPerson

LONGEST_NAME, LONGEST_ADDRESS = 64, 200
SHORTEST_REASON, LONGEST_REASON = 5, 200
# A mobile number, or a fixed line with its area code, as digits alone.
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")
# No mobile number begins so.
_DEMO_PHONE = re.compile(r"120[0-9]{8}")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody. `person_id` is also the id of the account that they will sign in to."""

    person_id: UUID
    name: str
    birthday: date
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None


class Residence(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody lives from `valid_from` up to, not including, `valid_to`; `household` is a place."""

    person_id: UUID
    household: str
    relation: Relation
    valid_from: date
    valid_to: date | None = None


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """A person with the place where they live, if anywhere: what a command changes.

    `left` is the last day on which a residence has ended.
    """

    person: Person
    residence: Residence | None = None
    left: date | None = None


class Household(NamedTuple):
    """A household 户 as a place, and its community."""

    code: str
    valid_from: date
    valid_to: date | None
    community: str

    def exists_on(self, day: date) -> bool:
        """Return whether it exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def check(person: Person, *, demo: bool, today: date) -> None:
    """Check what is said of a person. Raises: UnfitPerson."""
    if faults := faults_of(person, demo=demo, today=today):
        raise UnfitPerson(faults)


def faults_of(person: Person, *, demo: bool, today: date) -> dict[str, str]:
    """Return what is wrong with each part, as words that a client can translate."""
    number = person.id_number
    found = {
        "name": None if is_words(person.name, LONGEST_NAME) else "length",
        "birthday": _birthday_fault(person, today=today),
        "id_number": None if number is None else numbers.fault_of(number, demo=demo, today=today),
        "phone": None if person.phone is None or is_phone(person.phone, demo=demo) else "not_a_phone",
        "address": None if person.address is None or is_words(person.address, LONGEST_ADDRESS) else "length",
    }
    return {field: fault for field, fault in found.items() if fault is not None}


def _birthday_fault(person: Person, *, today: date) -> str | None:
    if not date(1880, 1, 1) <= person.birthday <= today:
        return "out_of_range"
    number = person.id_number
    if number is None or numbers.fault_of(number, demo=True, today=today) is not None:
        return None
    return None if numbers.birthday_of(number) == person.birthday else "differs_from_id_number"


def move(resident: Resident, *, to: str | None, relation: Relation, on: date, today: date) -> list[Residence]:
    """搬家: return the residence that ends and the one that begins, whichever there are.

    `to` is None for who leaves the district. Raises: MovedBefore.
    """
    before = resident.residence
    back_before = resident.left is not None and on < resident.left
    if on > today or back_before or (before is not None and on <= before.valid_from):
        raise MovedBefore
    ended = [] if before is None else [msgspec.structs.replace(before, valid_to=on)]
    if to is None:
        return ended
    person_id = resident.person.person_id
    return [*ended, Residence(person_id=person_id, household=to, relation=relation, valid_from=on)]


def is_phone(text: str, *, demo: bool) -> bool:
    """Return whether `text` is a phone's number, of a person or of a demonstration."""
    return _PHONE.fullmatch(text) is not None or (demo and _DEMO_PHONE.fullmatch(text) is not None)


def is_words(text: str, longest: int) -> bool:
    """Return whether `text` is a line that can be printed, without blanks around it."""
    return 1 <= len(text) <= longest and text == text.strip() and text.isprintable()


def fit_reason(text: str) -> str:
    """Return why somebody wants to know. Raises: ReasonMissing."""
    reason = text.strip()
    if len(reason) < SHORTEST_REASON or not is_words(reason, LONGEST_REASON):
        raise ReasonMissing
    return reason
