"""The reviewed data files under `data/` and the published calendar, read and checked."""

import csv
from collections.abc import Callable
from datetime import date
from importlib import resources
from typing import NamedTuple, TypeVar

from chassis.working_calendar import Year
from contracts.events.registry import Tier
from contracts.vocabulary import Kind, Urgency
from services.registry.calendar.published import known_years
from services.registry.organisation.category import Category, check_categories
from services.registry.organisation.department import Department
from services.registry.organisation.place import Place, check_tree

T = TypeVar("T")
Row = dict[str, str]


class ReferenceData(NamedTuple):
    """What a fresh district begins with."""

    places: list[Place]
    departments: list[Department]
    categories: list[Category]
    years: list[Year]

    @property
    def district(self) -> str:
        """The code of the district that the files describe."""
        return next(place.code for place in self.places if place.tier is Tier.DISTRICT)


def read() -> ReferenceData:
    """Read the three files and the calendar. Raises: ReferenceDataError where they say what cannot be."""
    data = ReferenceData(
        places=_read("places.csv", _place),
        departments=_read("departments.csv", _department),
        categories=_read("categories.csv", _category),
        years=known_years(),
    )
    check_tree(data.places)
    check_categories(data.categories, departments={each.code for each in data.departments})
    return data


def _read(name: str, value_of: Callable[[Row], T]) -> list[T]:
    text = resources.files("services.registry").joinpath("data", name).read_text(encoding="utf-8")
    return [value_of(row) for row in csv.DictReader(text.splitlines())]


def _place(row: Row) -> Place:
    return Place(
        code=row["code"],
        tier=Tier(row["tier"]),
        parent=row["parent"] or None,
        name_zh=row["zh"],
        name_en=row["en"],
        fictional=row["fictional"] == "yes",
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        successor=row["successor"] or None,
    )


def _department(row: Row) -> Department:
    return Department(code=row["code"], name_zh=row["zh"], name_en=row["en"], former=row["former"])


def _category(row: Row) -> Category:
    return Category(
        code=row["code"],
        parent=row["parent"] or None,
        name_zh=row["zh"],
        name_en=row["en"],
        kind=Kind(row["kind"]) if row["kind"] else None,
        department=row["dept"] or None,
        urgency=Urgency(row["urgency"]) if row["urgency"] else None,
        limit=row["limit"] or None,
        small=row["small"] == "yes",
        valid_from=date.fromisoformat(row["valid_from"]),
    )
