"""The responsibility matrix: category -> department, by the day. Pure."""

from datetime import date, datetime, timedelta, timezone

import msgspec

from contracts.events.registry import CategoryDefined
from contracts.vocabulary import Urgency

# China keeps one time and no summer time.
_DISTRICT_TIME = timezone(timedelta(hours=8))
# Where the matrix names nobody, the guidance centre 指导中心 takes the matter in hand itself.
GUIDANCE_CENTRE = "DDC"
# 演练部门: it gets test orders, and never a case.
SANDBOX = "SBX"
# Where the matrix has no limit yet: the longest that the urgency has in the district's categories.
_LONGEST_LIMITS = {
    Urgency.URGENT: "24h",
    Urgency.NORMAL: "5wd",
    Urgency.COMPLEX: "15wd",
    Urgency.MEDIATION: "30d",
    Urgency.PETITION: "60d",
}


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A category is a department's task from a day on, until another assignment begins."""

    category: str
    valid_from: date
    department: str
    kind: str
    urgency: str
    limit: str


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Every assignment that one category has had, oldest first. None is ever dropped."""

    assignments: tuple[Assignment, ...] = ()


def assignment(event: CategoryDefined) -> Assignment:
    """Return what registry says of a category."""
    return Assignment(
        category=event.code,
        valid_from=event.valid_from,
        department=event.department,
        kind=event.kind.value,
        urgency=event.urgency.value,
        limit=event.limit,
    )


def assign(matrix: Matrix | None, new: Assignment) -> Matrix:
    """Return the matrix with `new`, which replaces an assignment of the same day alone."""
    others = [each for each in matrix.assignments if each.valid_from != new.valid_from] if matrix else []
    return Matrix(assignments=tuple(sorted([*others, new], key=lambda each: each.valid_from)))


def assigned_on(matrix: Matrix | None, day: date) -> Assignment | None:
    """Return the assignment that held on `day`."""
    begun = [each for each in matrix.assignments if each.valid_from <= day] if matrix else []
    return begun[-1] if begun else None


def responsible_on(matrix: Matrix | None, day: date) -> str:
    """Return the department that was responsible on `day`, else the guidance centre."""
    held = assigned_on(matrix, day)
    return GUIDANCE_CENTRE if held is None else held.department


def limit_on(matrix: Matrix | None, day: date, urgency: Urgency) -> str:
    """Return the limit that held on `day`, else the longest of the urgency."""
    held = assigned_on(matrix, day)
    return _LONGEST_LIMITS[urgency] if held is None else held.limit


def local_day(at: datetime) -> date:
    """Return the district's day."""
    return at.astimezone(_DISTRICT_TIME).date()
