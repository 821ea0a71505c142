"""Persons as tests want them: nobody bears these numbers."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from contracts.commands.people import MovePerson, RegisterPerson, Relation
from services.registry.people.id_number import check_digit

_numbers = count(1)


def an_id_number(birthday: date, order: int = 1, region: str = "990303") -> str:
    first = f"{region}{birthday:%Y%m%d}{order:03d}"
    return first + check_digit(first)


def registering(household: str, **changes: Any) -> RegisterPerson:
    """Ask to put a woman of her own number on record, alone in her household."""
    number = next(_numbers)
    birthday = changes.get("birthday", date(1970, 1, 1))
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "person_id": uuid4(),
        "household": household,
        "relation": Relation.OTHER,
        "since": date(2012, 6, 1),
        "name": "王小花",
        "birthday": birthday,
        # Of a region of their own: no number that a test chooses comes again by chance.
        "id_number": an_id_number(birthday, number % 1000, "990304"),
    }
    return RegisterPerson(**given | changes)


def moving(person_id: UUID, household: str | None, on: date, **changes: Any) -> MovePerson:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "person_id": person_id,
        "household": household,
        "relation": Relation.OTHER,
        "on": on,
    }
    return MovePerson(**given | changes)
