"""The bodies of a community and its resident groups. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from contracts.commands.people import BodyKind
from contracts.events.registry import Tier
from services.registry.organisation.place import Place

NAMES: dict[BodyKind, tuple[str, str]] = {
    BodyKind.PARTY_COMMITTEE: ("党委", "Party committee"),
    BodyKind.RESIDENTS_COMMITTEE: ("居民委员会", "residents' committee"),
    BodyKind.SERVICE_CENTRE: ("服务中心", "service centre"),
}


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A community's Party committee, residents' committee or service centre 一委一居一中心."""

    code: str
    community: str
    kind: BodyKind
    name_zh: str
    name_en: str
    valid_from: date


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A resident group 居民小组: the households that elect its head and its delegates."""

    code: str
    community: str
    name_zh: str
    name_en: str
    valid_from: date
    households: tuple[str, ...]


def bodies_of(places: Iterable[Place]) -> Iterator[Body]:
    """Give each community one body of each kind."""
    for place in places:
        if place.tier is Tier.COMMUNITY:
            for kind, (zh, en) in NAMES.items():
                yield Body(
                    code=f"{place.code}-{kind.replace('_', '-')}",
                    community=place.code,
                    kind=kind,
                    name_zh=f"{place.name_zh}{zh}",
                    name_en=f"{place.name_en}: {en}",
                    valid_from=place.valid_from,
                )


def groups_of(places: Iterable[Place]) -> Iterator[Group]:
    """Give the households of each building a group of their own, numbered within the community."""
    by_code = {place.code: place for place in places}
    living: dict[str, list[Place]] = defaultdict(list)
    for place in by_code.values():
        if place.tier is Tier.HOUSEHOLD:
            living[_above(place, Tier.BUILDING, by_code).code].append(place)
    numbers: dict[str, int] = defaultdict(int)
    for code, households in living.items():
        building = by_code[code]
        community = _above(building, Tier.COMMUNITY, by_code).code
        numbers[community] += 1
        yield Group(
            code=f"{community}-rg{numbers[community]:02d}",
            community=community,
            name_zh=f"{building.name_zh}居民小组",
            name_en=f"{building.name_en}: residents",
            valid_from=building.valid_from,
            households=tuple(each.code for each in households),
        )


def _above(place: Place, tier: Tier, by_code: dict[str, Place]) -> Place:
    while place.tier is not tier:
        assert place.parent is not None
        place = by_code[place.parent]
    return place
