"""What is reported in the half-year: how often, when, in which words, shown by which picture."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from random import Random

import msgspec

from chassis.working_time import Limit
from contracts.vocabulary import Kind, Urgency
from services.registry.organisation.category import Category

_FILE = Path(__file__).with_name("matters.csv")
_ALL_YEAR = range(1, 13)
DISPUTES, PETITIONS = "06", "07"
BACKLOG = "0704"


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A category as the plan uses it; `weight` 0 is never drawn by chance."""

    code: str
    name: str
    kind: Kind
    urgency: Urgency
    limit: Limit
    department: str
    small: bool
    weight: int
    months: range
    picture: str
    reports: tuple[str, ...]
    result: str

    @property
    def group(self) -> str:
        """The first level of the category."""
        return self.code[:2]

    @property
    def urgent(self) -> bool:
        """Whether it is handled on holidays too, and signed at once."""
        return self.urgency is Urgency.URGENT

    @property
    def visible(self) -> bool:
        """Whether it can be stood in front of, and so is shown by photos."""
        return self.kind in {Kind.EVENT, Kind.COMPONENT}

    def happens_on(self, day: date) -> bool:
        """Whether it is of this season."""
        return day.month in self.months


class Matters:
    """All matters, drawn from by weight."""

    def __init__(self, categories: Iterable[Category]) -> None:
        known = {each.code: each for each in categories}
        with _FILE.open(encoding="utf-8", newline="") as file:
            self.all = tuple(_matter(row, known[row["code"]]) for row in csv.DictReader(file))
        self._by_code = {each.code: each for each in self.all}

    def __getitem__(self, code: str) -> Matter:
        return self._by_code[code]

    def of(self, group: str) -> tuple[Matter, ...]:
        """Return those of one first-level category."""
        return tuple(each for each in self.all if each.group == group)

    def usual(self) -> tuple[Matter, ...]:
        """Return those that are drawn by chance."""
        return tuple(each for each in self.all if each.weight)


def draw(among: Sequence[Matter], day: date, rng: Random) -> Matter | None:
    """Draw one that happens on this day, by weight; None where there is none."""
    fitting = [each for each in among if each.happens_on(day)]
    return rng.choices(fitting, [each.weight or 1 for each in fitting])[0] if fitting else None


def _matter(row: dict[str, str], category: Category) -> Matter:
    kind, urgency, limit, department = category.kind, category.urgency, category.limit, category.department
    if kind is None or urgency is None or limit is None or department is None:
        raise ValueError(f"{category.code} is no category of the second level")
    return Matter(
        code=category.code,
        name=category.name_zh,
        kind=kind,
        urgency=urgency,
        limit=Limit.parse(limit),
        department=department,
        small=category.small,
        weight=int(row["weight"]),
        months=_months(row["months"]),
        picture=row["picture"],
        reports=tuple(row["reports"].split("|")),
        result=row["result"],
    )


def _months(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last) + 1) if text else _ALL_YEAR
