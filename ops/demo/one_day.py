"""One working day of the district as a plan, ten minutes from one moment to the next. Pure."""

from datetime import date
from random import Random

from chassis.working_calendar import Calendar
from ops.demo import closed, unclosed
from ops.demo.acts import Count, PlannedCase
from ops.demo.days import Slots
from ops.demo.drawing import World, drawn
from ops.demo.life import HOTLINE, RESIDENT
from ops.demo.plan import Plan
from ops.demo.volumes import REFORMED
from ops.demo.wanted import CLERK, WORKER, Wanted
from services.registry.reference_data import ReferenceData

# A Monday in the first weeks of the reform.
DAY = date(2012, 6, 18)
CASES = 44
# Nothing new is reported in the last hours: what is there is worked off.
_REPORTED_WITHIN = 0.6
_REPORTERS = ((WORKER, 70), (RESIDENT, 14), (HOTLINE, 10), (CLERK, 6))
_COURSES = {
    "straight": 44,
    "returned": 6,
    "extended": 4,
    "reworked": 6,
    "dissatisfied": 6,
    "anonymous": 4,
    "asked": 5,
    "together": 5,
    "suspended": 3,
    "reopened": 3,
}
ON_THE_SPOT = 5


def one_day(seed: int, data: ReferenceData) -> Plan:
    """Return the plan of one day; what is not done by its end stays open."""
    world = World.of(data, Slots.of_day(Calendar.of(data.years), DAY))
    cases = [_case(number, seed, world) for number in range(CASES + ON_THE_SPOT)]
    return Plan(seed, 1.0, world.slots, tuple(sorted(cases, key=lambda each: (each.reported_in, each.key))))


def _case(number: int, seed: int, world: World) -> PlannedCase:
    """Draw one case; the last ones are settled on the spot."""
    rng = Random(f"{seed} one day {number}")
    want = _wanted(number, world, rng)
    start = rng.randrange(int(len(world.slots) * _REPORTED_WITHIN))
    life = drawn(want, start, world, rng)
    assert life is not None, "something is reported in every season"
    want.course.lives(life)
    return life.planned(want.course.name, want.course.end)


def _wanted(number: int, world: World, rng: Random) -> Wanted:
    usual = world.matters.usual()
    key, community = f"day-{number:03d}", rng.choice(REFORMED)
    if number >= CASES:
        small = [each for each in usual if each.small]
        return Wanted(key, community, Count.SPOT, unclosed.COURSES["settled on the spot"], small)
    course = closed.COURSES[rng.choices(list(_COURSES), list(_COURSES.values()))[0]]
    return Wanted(key, community, Count.HEADLINE, course, usual, _REPORTERS)
