"""What is to be planned: every case of each community with its course, before it has a day. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from ops.demo import dealing, unclosed
from ops.demo.acts import Count
from ops.demo.closed import STRAIGHT
from ops.demo.courses import Course
from ops.demo.days import BEGIN, DAY
from ops.demo.life import HOTLINE, RESIDENT
from ops.demo.matters import BACKLOG, DISPUTES, Matter, Matters
from ops.demo.volumes import REFORMED, Volume

WORKER, CLERK = "worker", "clerk"
Reporters = tuple[tuple[str, int], ...]
_WORKERS: Reporters = ((WORKER, 1),)
_CLERKS: Reporters = ((CLERK, 1),)
_RESIDENTS: Reporters = ((RESIDENT, 1),)
_OTHERS: Reporters = ((RESIDENT, 45), (HOTLINE, 30), (CLERK, 25))
_OF_DISPUTES: Reporters = ((WORKER, 55), (CLERK, 30), (HOTLINE, 15))
# The backlog is written down when the centres open.
_FIRST_WEEK = (BEGIN, BEGIN + 8 * DAY)

RngOf = Callable[[str], Random]


class Wanted(NamedTuple):
    """A case that is to be planned: about one of `among`, reported by one of `reporters` (with weights).

    `within` are the days on which it may begin, where not those of its course.
    """

    key: str
    community: str
    counts_as: Count
    course: Course
    among: Sequence[Matter]
    reporters: Reporters = _WORKERS
    within: tuple[date, date] | None = None


def wanted(
    volumes: Mapping[str, Volume], matters: Matters, *, scale: float, rng_of: RngOf
) -> Iterator[Wanted]:
    """Give all that is to be planned, but the duplicates, which need their masters first."""
    yield from _headline(volumes, matters, scale=scale, rng=rng_of("the five"))
    for community, volume in volumes.items():
        rng = rng_of(community)
        if community not in REFORMED:
            yield from _elsewhere(community, volume, matters, rng)
        yield from _found(community, volume, matters, rng)
        yield from _disputes(community, volume, matters, rng)
        yield from _backlog(community, volume, matters)
        yield from _spot(community, volume, matters)
        yield from _taken_back(community, volume, matters)


def _headline(
    volumes: Mapping[str, Volume], matters: Matters, *, scale: float, rng: Random
) -> Iterator[Wanted]:
    """The five communities together, so that each course comes as often as it should."""
    closed = [each for each in REFORMED for _ in range(volumes[each].reported - volumes[each].open)]
    for place, course in enumerate(dealing.headline_closed(len(closed), scale, rng)):
        yield Wanted(f"h{place:04d}", closed[place], Count.HEADLINE, course, matters.usual())
    left = [each for each in REFORMED for _ in range(volumes[each].open)]
    for place, still in enumerate(dealing.headline_open(len(left), rng)):
        among = matters.usual() if still.category is None else (matters[still.category],)
        yield Wanted(f"o{place:04d}", left[place], Count.HEADLINE, still.course, among)


def _elsewhere(community: str, volume: Volume, matters: Matters, rng: Random) -> Iterator[Wanted]:
    courses = [
        *dealing.elsewhere_closed(volume.reported - volume.open, rng),
        *(still.course for still in dealing.elsewhere_open(volume.open, rng)),
    ]
    for place, course in enumerate(courses):
        yield Wanted(f"e-{community}-{place:04d}", community, Count.HEADLINE, course, matters.usual())


def _found(community: str, volume: Volume, matters: Matters, rng: Random) -> Iterator[Wanted]:
    for place, course in enumerate(dealing.others_closed(volume.found, rng)):
        key = f"f-{community}-{place:04d}"
        yield Wanted(key, community, Count.OTHERS, course, matters.usual(), _OTHERS)


def _disputes(community: str, volume: Volume, matters: Matters, rng: Random) -> Iterator[Wanted]:
    in_progress = unclosed.COURSES["in progress"]
    left = min(volume.disputes_open, volume.disputes)
    courses = [*dealing.disputes_closed(volume.disputes - left, rng), *[in_progress] * left]
    among = matters.of(DISPUTES)
    for place, course in enumerate(courses):
        key = f"d-{community}-{place:04d}"
        yield Wanted(key, community, Count.DISPUTE, course, among, _OF_DISPUTES)


def _backlog(community: str, volume: Volume, matters: Matters) -> Iterator[Wanted]:
    left = min(volume.backlog_open, volume.backlog)
    courses = [*[STRAIGHT] * (volume.backlog - left), *[unclosed.COURSES["given more time"]] * left]
    for place, course in enumerate(courses):
        key, among = f"p-{community}-{place:04d}", (matters[BACKLOG],)
        yield Wanted(key, community, Count.PETITION, course, among, _CLERKS, _FIRST_WEEK)


def _spot(community: str, volume: Volume, matters: Matters) -> Iterator[Wanted]:
    small = [each for each in matters.usual() if each.small]
    for place in range(volume.spot):
        key = f"s-{community}-{place:04d}"
        yield Wanted(key, community, Count.SPOT, unclosed.COURSES["settled on the spot"], small)


def _taken_back(community: str, volume: Volume, matters: Matters) -> Iterator[Wanted]:
    courses = [
        *[unclosed.COURSES["withdrawn"]] * volume.withdrawn,
        *[unclosed.COURSES["given up"]] * volume.given_up,
    ]
    for place, course in enumerate(courses):
        key = f"w-{community}-{place:04d}"
        yield Wanted(key, community, Count.NONE, course, matters.usual(), _RESIDENTS)
