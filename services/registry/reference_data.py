"""The reviewed data files under `data/` and the published calendar, read and checked."""

import csv
from collections.abc import Callable, Iterator
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
    """Read the files and the calendar. Raises: ReferenceDataError where they say what cannot be."""
    data = ReferenceData(
        places=[*_read("places.csv", _place), *_estates()],
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


def _estates() -> Iterator[Place]:
    """Give the buildings of each estate 小区 with their doorways and households."""
    for row in _read("estates.csv", lambda each: each):
        for number in range(int(row["first"]), int(row["last"]) + 1):
            yield from _building(row, number)


def _building(row: Row, number: int) -> Iterator[Place]:
    def unit(tier: Tier, parent: str, code: str, zh: str, en: str) -> Place:
        return Place(
            code=code,
            tier=tier,
            parent=parent,
            name_zh=zh,
            name_en=en,
            fictional=row["fictional"] == "yes",
            valid_from=date.fromisoformat(row["valid_from"]),
        )

    building = f"{row['grid']}-{row['mark']}{number:02d}"
    zh, en = f"{row['zh']}{number}号楼", f"{row['en']}, building {number}"
    yield unit(Tier.BUILDING, row["grid"], building, zh, en)
    for way in range(1, int(row["doorways"]) + 1):
        doorway = f"{building}-d{way}"
        yield unit(Tier.DOORWAY, building, doorway, f"{zh}{way}单元", f"{en}, doorway {way}")
        for home in range(int(row["households"])):
            # Two on a floor: 101, 102, 201, …
            door = f"{home // 2 + 1}{home % 2 + 1:02d}"
            yield unit(
                Tier.HOUSEHOLD,
                doorway,
                f"{doorway}-h{door}",
                f"{zh}{way}单元{door}",
                f"{en}, doorway {way}, {door}",
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
