"""The figures and rankings, recomputed. Whole numbers until the very end."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cmp_to_key
from typing import NamedTuple

from qiaotou_verifier.cases import Case

PLACES = 6
RANKED = ("completion", "reporting")


class Ratio(NamedTuple):
    """A figure: two whole numbers."""

    numerator: int
    denominator: int

    @property
    def value(self) -> str | None:
        """The quotient, rounded half up to six places; None where there is nothing to divide by."""
        if self.denominator == 0:
            return None
        scaled = (2 * self.numerator * 10**PLACES + self.denominator) // (2 * self.denominator)
        return f"{scaled // 10**PLACES}.{scaled % 10**PLACES:06d}"


class Terms(NamedTuple):
    """What the figures depend on besides the cases; `grids` by community, then all in the district."""

    cut_off: datetime
    working_days: int
    minimum_volume: int
    community_of: Mapping[str, str]


class Rank(NamedTuple):
    """A community's place by one rate; None and `few` where there are too few cases."""

    figure: str
    community: str
    rank: int | None
    few: bool


Key = tuple[str, str, str]


def figures(cases: Iterable[Case], terms: Terms) -> dict[Key, Ratio]:
    """Return every figure by (scope, group, figure)."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for community in terms.community_of.values():
        groups["community", community] = []
    for grid in terms.community_of:
        groups["grid", grid] = []
    groups["district", "*"] = []
    for case in cases:
        if case.valid:
            for place in _groups_of(case):
                groups[place].append(case)
    return {
        (scope, group, name): ratio
        for (scope, group), members in groups.items()
        for name, ratio in _figures_of(members, terms, grids=_grids(scope, group, terms)).items()
    }


def _groups_of(case: Case) -> Iterator[tuple[str, str]]:
    yield "district", "*"
    yield "community", case.community
    yield "grid", case.grid
    if case.lead is not None:
        yield "department", case.lead
    if case.category is not None:
        yield "category", case.category


def _grids(scope: str, group: str, terms: Terms) -> int:
    if scope == "grid":
        return 1
    if scope == "community":
        return sum(community == group for community in terms.community_of.values())
    return len(terms.community_of)


def _figures_of(members: list[Case], terms: Terms, *, grids: int) -> dict[str, Ratio]:
    of = {name: [case for case in members if case.count == name] for name in COUNTS}
    headline, spot = of["headline"], of["spot"]
    common = [*headline, *of["others"]]
    visits = sum(case.visits for case in common)
    unreachable = sum(case.unreachable for case in common)
    due = [case for case in common if case.fell_due(terms.cut_off)]

    def part(of_which: list[Case], holds: Callable[[Case], bool]) -> Ratio:
        return Ratio(sum(map(holds, of_which)), len(of_which))

    return {
        "completion": part(headline, lambda case: case.closed),
        "reporting": Ratio(len(headline), len(common)),
        "intensity": Ratio(len(headline), grids * terms.working_days),
        "acceptance": part(common, lambda case: case.classified),
        "on_time": part(due, lambda case: case.on_time),
        "rework": part([c for c in common if c.answered], lambda case: case.reworked),
        "response": part([c for c in common if c.offered], lambda case: case.contacted_in_time),
        "resolution": Ratio(sum(case.resolved for case in common), visits),
        "satisfaction": Ratio(sum(case.satisfied for case in common), visits),
        "disputes": part(of["dispute"], lambda case: case.closed),
        "petitions": part(of["petition"], lambda case: case.closed),
        "spot": Ratio(len(spot), len(spot) + len(headline)),
        "unreachable": Ratio(unreachable, unreachable + visits),
    }


COUNTS = ("headline", "others", "dispute", "petition", "spot")


def rankings(found: Mapping[Key, Ratio], terms: Terms) -> list[Rank]:
    """Return every community's rank by each rate, in the order in which they are published."""
    communities = sorted(set(terms.community_of.values()))
    ranks: list[Rank] = []
    for name in sorted(RANKED):
        rates = {community: found["community", community, name] for community in communities}
        ranks += _ranked(name, rates, terms.minimum_volume)
    return ranks


def _ranked(name: str, rates: Mapping[str, Ratio], minimum_volume: int) -> Iterator[Rank]:
    enough = [each for each, rate in rates.items() if rate.denominator >= max(1, minimum_volume)]
    few = rates.keys() - set(enough)
    first = cmp_to_key(_compared)
    place = 1
    while enough:
        best = min(enough, key=lambda each: first(rates[each]))
        sharing = sorted(each for each in enough if _compared(rates[each], rates[best]) == 0)
        yield from (Rank(name, community, place, few=False) for community in sharing)
        place += len(sharing)
        enough = [each for each in enough if each not in sharing]
    yield from (Rank(name, each, None, few=True) for each in sorted(rates) if each in few)


def _compared(one: Ratio, other: Ratio) -> int:
    """Compare two rates, the higher one first, without dividing."""
    return other.numerator * one.denominator - one.numerator * other.denominator
