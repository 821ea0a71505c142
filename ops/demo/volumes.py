"""How many cases of which kind each community has: exact totals, spread by chance. Pure."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

REFORMED = ("c01", "c02", "c03", "c04", "c05")
# The article's figures: 1151 reported, 1116 of them closed; about 200 disputes, 9 old petitions, 8 closed.
REPORTED, STILL_OPEN = 1151, 35
DISPUTES, DISPUTES_OPEN = 205, 2
BACKLOG, BACKLOG_OPEN = 9, 1
FOUND_BY_OTHERS = 62
SETTLED_ON_SPOT = 36
# The other 33 communities of the district, of which the article says only that five are among the first ten.
ELSEWHERE, ELSEWHERE_ON_SPOT, ELSEWHERE_DISPUTES = 1500, 24, 33
_MERGED, _WITHDRAWN, _GIVEN_UP = 20, 8, 5

_EVENLY = (0.93, 1.07)
_UNEVENLY = (0.78, 1.28)
_CLOSED_ELSEWHERE = (0.86, 0.945)
_FOUND_ELSEWHERE = (0.72, 0.92)
_BETTER_AT_CLOSING, _BETTER_AT_FINDING = 4, 3


class Volume(NamedTuple):
    """What one community has; `open` and `disputes_open` are among those before them."""

    reported: int
    open: int
    found: int
    disputes: int = 0
    disputes_open: int = 0
    backlog: int = 0
    backlog_open: int = 0
    spot: int = 0
    merged: int = 0
    withdrawn: int = 0
    given_up: int = 0


def volumes(others: Sequence[str], scale: float, rng: Random) -> dict[str, Volume]:
    """Return the volume of each community: of the five, and of the `others`."""
    return _reformed(scale, rng) | _elsewhere(list(others), scale, rng)


def scaled(number: int, scale: float) -> int:
    """Return a number at a scale, rounded half up."""
    return int(number * scale + 0.5)


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Share whole numbers out by weight, the largest remainders first; they add up to the total."""
    exact = [total * weight / sum(weights) for weight in weights]
    given = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda each: given[each] - exact[each])
    for each in by_remainder[: total - sum(given)]:
        given[each] += 1
    return given


def _reformed(scale: float, rng: Random) -> dict[str, Volume]:
    def spread(number: int) -> list[int]:
        return shares(scaled(number, scale), [rng.uniform(*_EVENLY) for _ in REFORMED])

    rows = zip(
        spread(REPORTED),
        # Evenly: one more or less would move a community by half a per cent.
        shares(scaled(STILL_OPEN, scale), [1.0] * len(REFORMED)),
        spread(FOUND_BY_OTHERS),
        spread(DISPUTES),
        spread(DISPUTES_OPEN),
        spread(BACKLOG),
        spread(BACKLOG_OPEN),
        spread(SETTLED_ON_SPOT),
        spread(_MERGED),
        spread(_WITHDRAWN),
        spread(_GIVEN_UP),
        strict=True,
    )
    return {community: Volume(*row) for community, row in zip(REFORMED, rows, strict=True)}


def _elsewhere(others: list[str], scale: float, rng: Random) -> dict[str, Volume]:
    weights = [rng.uniform(*_UNEVENLY) for _ in others]
    reported = shares(scaled(ELSEWHERE, scale), weights)
    closers = set(rng.sample(others, _BETTER_AT_CLOSING))
    finders = set(rng.sample(others, _BETTER_AT_FINDING))
    spot = shares(scaled(ELSEWHERE_ON_SPOT, scale), weights)
    disputes = shares(scaled(ELSEWHERE_DISPUTES, scale), weights)
    found = {}
    for place, community in enumerate(others):
        number = reported[place]
        found[community] = Volume(
            reported=number,
            open=rng.randint(0, 1) if community in closers else _left_open(number, rng),
            found=rng.randint(1, 2) if community in finders else _found(number, rng),
            disputes=disputes[place],
            spot=spot[place],
        )
    return found


def _left_open(number: int, rng: Random) -> int:
    return int(number * (1 - rng.uniform(*_CLOSED_ELSEWHERE)) + 0.5)


def _found(number: int, rng: Random) -> int:
    return int(number * (1 / rng.uniform(*_FOUND_ELSEWHERE) - 1) + 0.5)
