"""Which courses the cases take: so many of each, dealt by chance. Pure."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from ops.demo import closed, unclosed
from ops.demo.courses import Course
from ops.demo.volumes import REPORTED, STILL_OPEN, scaled

T = TypeVar("T")

# Of the 1116 that the five communities close; the rest goes straight.
_CLOSED = {
    "returned": 18,
    "returned twice": 3,
    "recalled": 4,
    "extended": 24,
    "not extended": 4,
    "suspended": 8,
    "suspended until": 6,
    "not suspended": 2,
    "reworked": 26,
    "dissatisfied": 20,
    "dissatisfied twice": 4,
    "adopted": 2,
    "declined": 2,
    "unreachable": 12,
    "asked": 8,
    "together": 8,
    "alone after all": 2,
    "reopened": 5,
    "reopened by the inspector": 3,
}
_WHOLE = REPORTED - STILL_OPEN
_OF_OTHERS = {"straight": 60, "anonymous": 12, "asked": 8, "unreachable": 6, "dissatisfied": 6, "reworked": 4}
_DISPUTES = {"straight": 84, "dissatisfied": 6, "extended": 4, "unreachable": 3, "returned": 3}
_REFUSED_OF_OTHERS = 0.04


class Left(NamedTuple):
    """A way of staying open, of one category or of any."""

    course: Course
    category: str | None = None


# The 35 that the five communities have in hand: 14 of shantytown renewal, 8 of heating, 6 of property, 7
# whose clock stands.
_HEADLINE_OPEN = (
    (8, "in progress", "0306"),
    (4, "given more time", "0306"),
    (2, "returned still", "0306"),
    (4, "in progress", "0303"),
    (2, "unsigned", "0303"),
    (1, "unchecked", "0303"),
    (1, "unvisited", "0303"),
    (2, "in progress", "0305"),
    (2, "dissatisfied still", "0305"),
    (1, "before the conference", "0305"),
    (1, "not reached", "0305"),
    (3, "suspended for the season", "0203"),
    (2, "suspended for the season", "0206"),
    (1, "suspended by a court", "0104"),
    (1, "suspended for money", "1101"),
)
_ELSEWHERE_OPEN = {
    "in progress": 30,
    "unsigned": 8,
    "given more time": 8,
    "returned still": 4,
    "recalled still": 2,
    "suspended for the season": 8,
    "suspended for money": 3,
    "suspended by a court": 3,
    "unchecked": 10,
    "unvisited": 10,
    "not reached": 4,
    "worked at again": 4,
    "dissatisfied still": 4,
    "before the conference": 2,
    "unsorted": 4,
    "unanswered": 2,
}


def headline_closed(number: int, scale: float, rng: Random) -> list[Course]:
    """Deal the courses of so many closed cases of the five communities."""
    dealt = [closed.COURSES[name] for name, whole in _CLOSED.items() for _ in range(scaled(whole, scale))]
    straight = [closed.STRAIGHT] * max(0, number - len(dealt))
    return shuffled([*dealt[:number], *straight], rng)


def elsewhere_closed(number: int, rng: Random) -> list[Course]:
    """Deal the courses of closed cases of the other communities: the same ones as often."""
    weights = _CLOSED | {"straight": _WHOLE - sum(_CLOSED.values())}
    return _chosen(closed.COURSES, weights, number, rng)


def others_closed(number: int, rng: Random) -> list[Course]:
    """Deal the courses of what others have found; now and then one is refused."""
    return [
        unclosed.COURSES["refused"] if rng.random() < _REFUSED_OF_OTHERS else each
        for each in _chosen(closed.COURSES, _OF_OTHERS, number, rng)
    ]


def disputes_closed(number: int, rng: Random) -> list[Course]:
    """Deal the courses of settled disputes."""
    return _chosen(closed.COURSES, _DISPUTES, number, rng)


def headline_open(number: int, rng: Random) -> list[Left]:
    """Deal what the five communities have still in hand."""
    whole = [
        Left(unclosed.COURSES[name], category)
        for times, name, category in _HEADLINE_OPEN
        for _ in range(times)
    ]
    shuffled_ = shuffled(whole, rng)
    return [shuffled_[place % len(whole)] for place in range(number)]


def elsewhere_open(number: int, rng: Random) -> list[Left]:
    """Deal what the other communities have in hand."""
    return [Left(each) for each in _chosen(unclosed.COURSES, _ELSEWHERE_OPEN, number, rng)]


def shuffled(items: Sequence[T], rng: Random) -> list[T]:
    """Return the items in another order."""
    return rng.sample(items, len(items))


def _chosen(
    courses: Mapping[str, Course], weights: Mapping[str, int], number: int, rng: Random
) -> list[Course]:
    names = rng.choices(list(weights), list(weights.values()), k=number)
    return [courses[name] for name in names]
