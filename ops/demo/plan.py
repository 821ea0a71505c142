"""The whole half-year as a plan: a pure function of a seed and a scale. Nothing else decides anything."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from random import Random
from typing import NamedTuple

import msgspec

from chassis.working_calendar import Calendar
from ops.demo import steps
from ops.demo.acts import Count, Deed, End, PlannedCase
from ops.demo.days import Slots
from ops.demo.drawing import World, drawn
from ops.demo.grounds import spot_in
from ops.demo.life import RESIDENT, Life, Report
from ops.demo.volumes import REFORMED, Volume, volumes
from ops.demo.wanted import Wanted, wanted
from services.registry.reference_data import ReferenceData

_TRIES = 1000
# Nobody reports the same thing again once it is done: a duplicate needs a master that is worked at.
_ROOM_FOR_A_DUPLICATE = 4


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a plan: how many cases of each kind, and how many of them are closed."""

    reported: int
    closed: int
    others: int
    disputes: int
    disputes_closed: int
    petitions: int
    petitions_closed: int
    spot: int
    aside: int

    @property
    def open(self) -> int:
        """What is still in hand."""
        return self.reported - self.closed


class Plan(NamedTuple):
    """Every case, by the slot of its report, and the slots."""

    seed: int
    scale: float
    slots: Slots
    cases: tuple[PlannedCase, ...]

    def totals(self, communities: Container[str] | None = None) -> Totals:
        """Count what comes of it in these communities, or in all."""
        within = [each for each in self.cases if communities is None or each.community in communities]
        all_ = Counter(each.counts_as for each in within)
        closed = Counter(each.counts_as for each in within if each.end is End.CLOSED)
        return Totals(
            reported=all_[Count.HEADLINE],
            closed=closed[Count.HEADLINE],
            others=all_[Count.OTHERS],
            disputes=all_[Count.DISPUTE],
            disputes_closed=closed[Count.DISPUTE],
            petitions=all_[Count.PETITION],
            petitions_closed=closed[Count.PETITION],
            spot=all_[Count.SPOT],
            aside=all_[Count.NONE],
        )


def half_year(seed: int, scale: float, data: ReferenceData) -> Plan:
    """Return the plan of the half-year; at scale 1.0 it has the volumes of the source article."""
    return _Planner(seed, scale, data).plan()


class _Planner:
    def __init__(self, seed: int, scale: float, data: ReferenceData) -> None:
        self._seed = seed
        self._scale = scale
        self._world = World.of(data, Slots.of(Calendar.of(data.years)))
        others = sorted(self._world.grounds.keys() - set(REFORMED))
        self._volumes = volumes(others, scale, self._rng("volumes"))

    def plan(self) -> Plan:
        asked = wanted(self._volumes, self._world.matters, scale=self._scale, rng_of=self._rng)
        made = [self._made(each) for each in asked]
        merged = [
            each
            for community, volume in self._volumes.items()
            for each in self._duplicates(community, volume, made)
        ]
        cases = sorted((*made, *merged), key=lambda each: (each.reported_in, each.key))
        return Plan(self._seed, self._scale, self._world.slots, tuple(cases))

    def _rng(self, name: str) -> Random:
        # One of its own for each case: one case more or less changes no other.
        return Random(f"{self._seed} {self._scale} {name}")

    def _made(self, want: Wanted) -> PlannedCase:
        """Try days until the whole course fits into the half-year, each try earlier than the last."""
        rng = self._rng(want.key)
        days = self._world.slots.within(*(want.within or want.course.within))
        start = days.stop
        for _ in range(_TRIES):
            start = rng.randrange(days.start, start if start > days.start else days.stop)
            life = drawn(want, start, self._world, rng)
            if life is None:
                continue
            want.course.lives(life)
            if life.fits:
                return life.planned(want.course.name, want.course.end)
        raise AssertionError(f"{want.key}: no day fits the course {want.course.name}")

    def _duplicates(
        self, community: str, volume: Volume, made: Sequence[PlannedCase]
    ) -> Iterator[PlannedCase]:
        """并案: residents report once more what somebody is already working at."""
        rng = self._rng(f"duplicates of {community}")
        masters = [each for each in made if each.community == community and _has_room(each)]
        for place, master in enumerate(rng.sample(masters, min(volume.merged, len(masters)))):
            yield self._duplicate(f"m-{community}-{place:04d}", master)

    def _duplicate(self, key: str, master: PlannedCase) -> PlannedCase:
        rng, world = self._rng(key), self._world
        ground = next(each for each in world.grounds[master.community] if each.grid == master.grid)
        about = Report(
            key=key,
            matter=world.matters[master.category],
            community=master.community,
            grid=master.grid,
            spot=spot_in(ground, rng),
            reporter=RESIDENT,
            counts_as=Count.NONE,
            named=False,
        )
        life = Life(about, world.slots.after(master.reported_in), world.slots, rng)
        steps.report(life)
        steps.merge(life, master.key)
        return life.planned("merged", End.ASIDE)


def _has_room(case: PlannedCase) -> bool:
    done = next((act.slot for act in case.acts if act.deed is Deed.COMPLETE), 0)
    return case.counts_as is Count.HEADLINE and done - case.reported_in >= _ROOM_FOR_A_DUPLICATE
