"""Keys that no text makes: whose a case is, what it is about, when it was reported. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple


def tag(name: str, code: object) -> str:
    """Return a key with a colon, which no word has."""
    return f"{name}:{code}"


def tags_of_time(at: datetime) -> Iterator[str]:
    """Yield the keys of the month and of the year in which a case was reported, in UTC."""
    month = _month(at)
    yield tag("month", month)
    yield tag("year", month // 12)


class Stretch(NamedTuple):
    """A part of a list: a case of it has one of `tags`; it lies before the instant `ends`, as one goes."""

    tags: list[str]
    ends: datetime


def stretches(here: datetime, end: datetime, *, forth: bool) -> list[Stretch]:
    """Return a list in parts: two months; the rest of their year and another; all the other years.

    What people often speak of fills a page from the first; what the second does not fill one of is
    so rare that the third holds little of it either.
    """
    way = 1 if forth else -1
    first, last = _month(here), _month(end)
    if (last - first) * way < 0:
        return []
    second, third = first + 2 * way, (first + way) // 12 + 2 * way
    begins, closes = (0, 11) if forth else (11, 0)
    same_year = range(second, (third - 2 * way) * 12 + closes + way, way)
    parts = [
        ([tag("month", month) for month in range(first, second, way)], second),
        ([*(tag("month", month) for month in same_year), tag("year", third - way)], third * 12 + begins),
        ([tag("year", year) for year in range(third, last // 12 + way, way)], last + way),
    ]
    return [Stretch(tags, _edge(beyond, forth=forth)) for tags, beyond in parts if tags]


def _month(at: datetime) -> int:
    utc = at.astimezone(UTC)
    return utc.year * 12 + utc.month - 1


def _edge(beyond: int, *, forth: bool) -> datetime:
    """Return the instant between the months before and the month `beyond`, as one goes."""
    begins = beyond if forth else beyond + 1
    return datetime(begins // 12, begins % 12 + 1, 1, tzinfo=UTC)
