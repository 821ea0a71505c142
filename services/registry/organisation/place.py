"""The district's tree: district, community, grid, building, doorway, household. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from contracts.events.registry import PlaceDefined, Tier
from services.registry.organisation.errors import MisplacedError

_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
LONGEST_CODE = 32

# 两级: there is no street between the district and its communities.
ABOVE: dict[Tier, Tier | None] = {
    Tier.DISTRICT: None,
    Tier.COMMUNITY: Tier.DISTRICT,
    Tier.GRID: Tier.COMMUNITY,
    Tier.BUILDING: Tier.GRID,
    Tier.DOORWAY: Tier.BUILDING,
    Tier.HOUSEHOLD: Tier.DOORWAY,
}
# What only this service needs to know is told to nobody.
_UNTOLD = (Tier.DOORWAY, Tier.HOUSEHOLD)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the tree, from `valid_from` up to, not including, `valid_to`.

    A unit is never dropped: it ends, and `successor` names the unit that takes its place.
    """

    code: str
    tier: Tier
    parent: str | None
    name_zh: str
    name_en: str
    fictional: bool
    valid_from: date
    valid_to: date | None = None
    successor: str | None = None

    def exists_on(self, day: date) -> bool:
        """Return whether this unit exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def event(self) -> PlaceDefined | None:
        """Return what the other services are told: nothing of doorways and households."""
        if self.tier in _UNTOLD:
            return None
        return PlaceDefined(
            code=self.code,
            tier=self.tier,
            parent=self.parent,
            name_zh=self.name_zh,
            name_en=self.name_en,
            fictional=self.fictional,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


def is_code(text: str) -> bool:
    """Return whether `text` can be the code of anything here."""
    return len(text) <= LONGEST_CODE and _CODE.fullmatch(text) is not None


def check_tree(places: Iterable[Place]) -> None:
    """Check that the places make one tree. Raises: MisplacedError."""
    by_code: dict[str, Place] = {}
    for place in places:
        if place.code in by_code:
            raise MisplacedError(place.code, "is defined twice")
        by_code[place.code] = place
    for place in by_code.values():
        _check_period(place)
        _check_parent(place, by_code)
        _check_successor(place, by_code)


def _check_period(place: Place) -> None:
    if not is_code(place.code):
        raise MisplacedError(place.code, "is no code")
    if place.valid_to is not None and place.valid_to <= place.valid_from:
        raise MisplacedError(place.code, "ends before it begins")


def _check_parent(place: Place, by_code: Mapping[str, Place]) -> None:
    above = ABOVE[place.tier]
    if above is None:
        if place.parent is not None:
            raise MisplacedError(place.code, "is a district and has nothing above it")
        return
    parent = by_code.get(place.parent or "")
    if parent is None or parent.tier is not above:
        raise MisplacedError(place.code, f"needs a {above} above it")
    ends_later = parent.valid_to is not None and (place.valid_to is None or place.valid_to > parent.valid_to)
    if place.valid_from < parent.valid_from or ends_later:
        raise MisplacedError(place.code, "exists when what is above it does not")


def _check_successor(place: Place, by_code: Mapping[str, Place]) -> None:
    if place.successor is None:
        return
    successor = by_code.get(place.successor)
    if place.valid_to is None or successor is None or successor.tier is not place.tier:
        raise MisplacedError(place.code, "has a successor that cannot take its place")
    if not successor.exists_on(place.valid_to):
        raise MisplacedError(place.code, "has a successor that does not exist when it ends")
