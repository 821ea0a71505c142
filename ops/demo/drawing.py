"""Drawing a case by chance: what it is about, in which grid, who reports it. Pure."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, Self

from ops.demo.days import Slots
from ops.demo.grounds import Ground, grounds_of, spot_in
from ops.demo.life import Life, Report
from ops.demo.matters import Matters, draw
from ops.demo.wanted import CLERK, WORKER, Wanted
from services.registry.reference_data import ReferenceData

_NAMED_BY_OTHERS = 0.4


class World(NamedTuple):
    """The district as the plan sees it: its moments, its matters, its grids by community."""

    slots: Slots
    matters: Matters
    grounds: Mapping[str, Sequence[Ground]]

    @classmethod
    def of(cls, data: ReferenceData, slots: Slots) -> Self:
        """Return the district of the reference data."""
        grounds: dict[str, list[Ground]] = {}
        for ground in grounds_of(data.places):
            grounds.setdefault(ground.community, []).append(ground)
        return cls(slots, Matters(data.categories), grounds)


def drawn(want: Wanted, start: int, world: World, rng: Random) -> Life | None:
    """Return a life that begins in this slot, None where nothing of what is wanted happens then."""
    fitting = [each for each in want.among if want.course.fits(each)]
    matter = draw(fitting, world.slots[start].day, rng)
    if matter is None:
        return None
    ground = rng.choice(world.grounds[want.community])
    names, weights = zip(*want.reporters, strict=True)
    who = rng.choices(names, weights)[0]
    knows = who in {WORKER, CLERK} or rng.random() < _NAMED_BY_OTHERS
    logins = {WORKER: f"worker-{ground.grid}", CLERK: f"clerk-{want.community}"}
    about = Report(
        key=want.key,
        matter=matter,
        community=want.community,
        grid=ground.grid,
        spot=spot_in(ground, rng),
        reporter=logins.get(who, who),
        counts_as=want.counts_as,
        named=want.course.named and knows,
        anonymous=want.course.anonymous,
    )
    return Life(about, start, world.slots, rng)
