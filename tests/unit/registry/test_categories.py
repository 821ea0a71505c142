from typing import Any

import pytest

from services.registry.organisation.category import Category, check_categories
from services.registry.organisation.errors import UnclassifiableError
from tests.unit.registry.builders import a_category, a_heading

DEPARTMENTS = {"CGJ"}


def check(*categories: Category) -> None:
    check_categories(categories, departments=DEPARTMENTS)


def test_two_levels_make_a_tree() -> None:
    check(a_heading(), a_category())


@pytest.mark.parametrize("limit", ["2h", "4wh", "1wd", "30d"])
def test_a_limit_is_a_number_of_hours_working_hours_working_days_or_days(limit: str) -> None:
    check(a_heading(), a_category(limit=limit))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": None}, "needs kind"),
        ({"department": None}, "needs kind"),
        ({"urgency": None}, "needs kind"),
        ({"limit": None}, "needs kind"),
        ({"department": "XXX"}, "department that does not exist"),
        ({"limit": "0d"}, "limit that is none"),
        ({"limit": "3 wd"}, "limit that is none"),
        ({"limit": "3w"}, "limit that is none"),
        ({"parent": "03"}, "below its first level"),
        ({"code": "0302"}, "below its first level"),
        ({"code": "02021"}, "four-digit code"),
    ],
)
def test_a_category_that_does_not_fit_is_named_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnclassifiableError, match=reason):
        check(a_heading(), a_category(**changes))


def test_one_of_the_first_level_has_a_name_alone() -> None:
    with pytest.raises(UnclassifiableError, match="02 is of the first level"):
        check(a_category("02", parent=None))
    with pytest.raises(UnclassifiableError, match="2 is of the first level"):
        check(a_heading("2"))


def test_a_category_is_defined_once() -> None:
    with pytest.raises(UnclassifiableError, match="defined twice"):
        check(a_heading(), a_heading())


def test_the_others_are_told_of_the_second_level_alone() -> None:
    assert a_heading().event() is None
    told = a_category(small=True).event()
    assert told is not None
    assert (told.code, told.parent, told.department, told.limit, told.small) == (
        "0202",
        "02",
        "CGJ",
        "3wd",
        True,
    )
