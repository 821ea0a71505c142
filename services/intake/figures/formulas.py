"""The figures: which counters each divides by which. Pure; docs/publication.md says them in words."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cmp_to_key
from typing import NamedTuple

PLACES = 6
_ONE = 10**PLACES
OVERDUE = "overdue"  # 逾期未结: no counter, asked for by the clock
CAPACITY = "capacity"  # grids times working days


class Figure(StrEnum):
    """A figure, by its name in the API and in publications."""

    COMPLETION = "completion"  # 办结率
    REPORTING = "reporting"  # 上报率
    INTENSITY = "intensity"  # 上报强度
    ACCEPTANCE = "acceptance"  # 受理率
    ON_TIME = "on_time"  # 按期办结率
    REWORK = "rework"  # 返工率
    RESPONSE = "response"  # 响应率
    RESOLUTION = "resolution"  # 解决率
    SATISFACTION = "satisfaction"  # 满意率
    DISPUTES = "disputes"  # 矛盾纠纷
    PETITIONS = "petitions"  # 信访
    SPOT = "spot"  # 当场解决
    UNREACHABLE = "unreachable"  # 未联系上


class Formula(NamedTuple):
    """A figure's two sums of counters."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]


FORMULAS: dict[Figure, Formula] = {
    Figure.COMPLETION: Formula(("headline_closed",), ("headline",)),
    Figure.REPORTING: Formula(("headline",), ("headline", "others")),
    Figure.INTENSITY: Formula(("headline",), (CAPACITY,)),
    Figure.ACCEPTANCE: Formula(("classified",), ("headline", "others")),
    Figure.ON_TIME: Formula(("on_time",), ("fell_due", OVERDUE)),
    Figure.REWORK: Formula(("reworked",), ("answered",)),
    Figure.RESPONSE: Formula(("contacted",), ("offered",)),
    Figure.RESOLUTION: Formula(("resolved",), ("visits",)),
    Figure.SATISFACTION: Formula(("satisfied",), ("visits",)),
    Figure.DISPUTES: Formula(("disputes_closed",), ("disputes",)),
    Figure.PETITIONS: Formula(("petitions_closed",), ("petitions",)),
    Figure.SPOT: Formula(("spot",), ("spot", "headline")),
    Figure.UNREACHABLE: Formula(("unreachable",), ("unreachable", "visits")),
}
RANKED = (Figure.COMPLETION, Figure.REPORTING)


class Ratio(NamedTuple):
    """A figure's two whole numbers."""

    numerator: int
    denominator: int

    @property
    def value(self) -> str | None:
        """The quotient, rounded half up to six places; None, never 100%, where nothing divides."""
        if self.denominator == 0:
            return None
        scaled = (2 * self.numerator * _ONE + self.denominator) // (2 * self.denominator)
        whole, rest = divmod(scaled, _ONE)
        return f"{whole}.{rest:06d}"


class Ranked(NamedTuple):
    """A community's place; None and `few` where its denominator is below the minimum."""

    community: str
    ratio: Ratio
    rank: int | None
    few: bool


def ratio(figure: Figure, counted: Mapping[str, int]) -> Ratio:
    """Return a figure of one group from its counters."""
    formula = FORMULAS[figure]
    return Ratio(_sum(formula.numerator, counted), _sum(formula.denominator, counted))


def _sum(names: tuple[str, ...], counted: Mapping[str, int]) -> int:
    # Mostly one name; the figures of 248 grids come here 6,448 times.
    return counted.get(names[0], 0) if len(names) == 1 else sum([counted.get(name, 0) for name in names])


def ranked(rates: Mapping[str, Ratio], *, minimum_volume: int) -> Iterator[Ranked]:
    """Give communities best first: equal rates share a rank, and the next one is skipped (1, 2, 2, 4)."""
    enough = {each: rate for each, rate in rates.items() if rate.denominator >= max(1, minimum_volume)}
    better = cmp_to_key(_compared)
    order: Callable[[str], object] = lambda each: (better(enough[each]), each)  # noqa: E731
    rank, before = 0, None
    for place, community in enumerate(sorted(enough, key=order), 1):  # type: ignore[arg-type]
        rate = enough[community]
        if before is None or _compared(rate, before) != 0:
            rank, before = place, rate
        yield Ranked(community, rate, rank, few=False)
    for community in sorted(rates.keys() - enough.keys()):
        yield Ranked(community, rates[community], None, few=True)


def _compared(one: Ratio, other: Ratio) -> int:
    """Compare two rates by cross-multiplication, the higher one first."""
    return other.numerator * one.denominator - one.numerator * other.denominator
