"""The two-level tree of categories 类别. Pure."""

import re
from collections.abc import Collection, Iterable
from datetime import date

import msgspec

from contracts.events.registry import CategoryDefined
from contracts.vocabulary import Kind, Urgency
from services.registry.organisation.errors import UnclassifiableError

_LIMIT = re.compile(r"[1-9]\d*(h|wh|wd|d)")
_FIRST, _SECOND = re.compile(r"\d{2}"), re.compile(r"\d{4}")


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A category, in force from `valid_from`.

    One of the first level has a name alone. One of the second has a kind, a default department,
    an urgency and a limit (`2h`, `3wd`, `30d`); `small` says that it may be settled on the spot.
    """

    code: str
    parent: str | None
    name_zh: str
    name_en: str
    kind: Kind | None
    department: str | None
    urgency: Urgency | None
    limit: str | None
    small: bool
    valid_from: date

    def event(self) -> CategoryDefined | None:
        """Return what the other services are told: nothing of the first level."""
        if self.parent is None:
            return None
        if self.kind is None or self.department is None or self.urgency is None or self.limit is None:
            raise UnclassifiableError(self.code, "needs kind, department, urgency and limit")
        return CategoryDefined(
            code=self.code,
            parent=self.parent,
            name_zh=self.name_zh,
            name_en=self.name_en,
            kind=self.kind,
            department=self.department,
            urgency=self.urgency,
            limit=self.limit,
            small=self.small,
            valid_from=self.valid_from,
        )


def check_categories(categories: Iterable[Category], *, departments: Collection[str]) -> None:
    """Check that the categories make a tree of two levels. Raises: UnclassifiableError."""
    by_code: dict[str, Category] = {}
    for category in categories:
        if category.code in by_code:
            raise UnclassifiableError(category.code, "is defined twice")
        by_code[category.code] = category
    first = {code for code, category in by_code.items() if category.parent is None}
    for category in by_code.values():
        if category.parent is None:
            _check_first(category)
        else:
            _check_second(category, first=first, departments=departments)


def _check_first(category: Category) -> None:
    details = (category.kind, category.department, category.urgency, category.limit)
    if _FIRST.fullmatch(category.code) is None or any(detail is not None for detail in details):
        raise UnclassifiableError(category.code, "is of the first level and has a two-digit code and a name")


def _check_second(category: Category, *, first: Collection[str], departments: Collection[str]) -> None:
    category.event()
    if category.parent not in first or category.code[:2] != category.parent:
        raise UnclassifiableError(category.code, "does not stand below its first level")
    if _SECOND.fullmatch(category.code) is None:
        raise UnclassifiableError(category.code, "needs a four-digit code")
    if category.department not in departments:
        raise UnclassifiableError(category.code, "names a department that does not exist")
    if _LIMIT.fullmatch(category.limit or "") is None:
        raise UnclassifiableError(category.code, "has a limit that is none")
