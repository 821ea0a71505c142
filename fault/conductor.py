"""Conducts a run from an empty folder to its figures."""

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

from fault.checker import Verdict, read_and_check
from fault.deliveries import Deliveries
from fault.faults import plan
from fault.faults.messages import MESSAGE
from fault.figures import NEVER, Figures
from fault.history import Struck
from fault.judging.findings import Kind
from fault.leftovers import LeftOver
from fault.load.cast import assemble
from fault.load.loops import Loops, Tally
from fault.run import Found, Run
from fault.scale import SHORT, WHOLE
from fault.showing import Line
from fault.stage import staged
from fault.watchdog import Watchdog
from ops.cell import REPOSITORY, Cell
from ops.departments import api_url
from ops.display import Display
from ops.startup import empty

FOLDER = REPOSITORY / "var" / "fault"


class Asked(NamedTuple):
    """What run was asked for."""

    seed: int
    short: bool


class Waits(NamedTuple):
    """What somebody waited for longest: for how many seconds, and for what."""

    seconds: float
    what: str


def conduct(asked: Asked, display: Display) -> Figures:
    """Start a cell of its own, run every phase, judge. Raises: Unready, UnreadableError."""
    folder = FOLDER / str(asked.seed)
    _forget(folder)
    began = time.monotonic()
    with staged(Cell(folder / "cell"), display, random=Random(asked.seed)) as ground:
        cast, deliveries = assemble(ground.cell), Deliveries()
        loops = Loops(ground.cell.ports["gateway"], cast, folder, delivered=deliveries.taken)
        with (
            closing(loops),
            Watchdog(ground, cast.judge) as watchdog,
            Line(display.console, loops.tally) as line,
        ):
            loops.start()
            run = Run(
                ground, loops, deliveries, scale=SHORT if asked.short else WHOLE, line=line, folder=folder
            )
            _phases(run, asked, cast.offices)
            line.phase("judging 判定")
            verdict = read_and_check(folder, api_url(ground.cell), cast.judge, seen=line.read)
    run.found.troubles.extend(strange(verdict))
    longest = max((each.longest for each in (loops, watchdog)), key=lambda each: each.seconds)
    return _figures(
        asked,
        run.found,
        verdict,
        tally=loops.tally,
        longest=Waits(longest.seconds, longest.what),
        seconds=time.monotonic() - began,
    )


def _forget(folder: Path) -> None:
    """Take away what an earlier run of this seed has left."""
    empty(Cell(folder / "cell"))
    for history in folder.glob("*.jsonl"):
        history.unlink()


def _phases(run: Run, asked: Asked, departments: Iterable[str]) -> None:
    run.calm()
    run.storm(plan(run.ground.random, short=asked.short))
    run.rolling()
    run.top_up()
    run.backlog()
    run.settle()
    run.look_behind(departments)


def _figures(
    asked: Asked, found: Found, verdict: Verdict, *, tally: Tally, longest: Waits, seconds: float
) -> Figures:
    poison = sum(each.component == MESSAGE for each in found.faults)
    left = LeftOver(*[-1] * len(LeftOver._fields)) if found.left_over is None else found.left_over
    stopped = [each for each in found.faults if each.name.startswith("SIGTERM")]
    violations = {
        kind.value: list(getattr(verdict, kind.value).examples)
        for kind in Kind
        if getattr(verdict, kind.value).count
    }
    return Figures(
        seed=asked.seed,
        short=asked.short,
        seconds=round(seconds, 1),
        loops_per_s=_rate(tally),
        accepted=verdict.accepted,
        archived=len(tally.archived),
        faults=sum(each.was_injected for each in found.faults),
        **verdict.counts,
        **left._asdict(),
        parked=round(_sum(found.faults, "parked") / poison, 4) if poison else -1.0,
        exits=int(_most(found.faults, "exits", otherwise=-1)),
        exits_too_many=sum(map(exits_too_many, found.faults)),
        outbox_lag_p99_s=round(found.outbox_lag_p99_s, 3),
        backlog=found.backlog,
        drain_10000_s=found.drained_s,
        first_delivery_s=max(map(first_delivery_of, found.faults), default=NEVER),
        reconnected_s=_most(found.faults, "reconnected_s", otherwise=NEVER),
        longest_block_s=round(longest.seconds, 3),
        longest_block=longest.what,
        restarts=found.restarts,
        longest_stop_s=max(found.longest_stop_s, _most(stopped, "stopped_s", otherwise=0.0)),
        executed_twice=found.executed_twice,
        delivered_again=found.delivered_again,
        troubles=tuple(found.troubles),
        violations=violations,
        by_component=dict(Counter(each.component for each in found.faults)),
        notes=verdict.notes,
    )


def _sum(faults: list[Struck], name: str) -> int:
    return sum(int(each.facts.get(name, 0)) for each in faults)


def _most(faults: list[Struck], name: str, *, otherwise: float) -> float:
    """Return the most that any fault tells of this name."""
    return max((float(each.facts[name]) for each in faults if name in each.facts), default=otherwise)


def first_delivery_of(struck: Struck) -> float:
    """Return what counts as the first delivery: one that was not measured misses every goal."""
    return NEVER if struck.first_delivery_s is None else struck.first_delivery_s


def exits_too_many(struck: Struck) -> int:
    """Return how many exits a message has caused beyond those that it may."""
    return max(0, int(struck.facts.get("exits", 0)) - int(struck.facts.get("allowed_exits", 0)))


def strange(verdict: Verdict) -> list[str]:
    """Return in words what the checker only notes, and what cannot be in a cell that is this run's alone."""
    notes = ("cases_of_others", "steps_nobody_asked_for", "steps_of_no_case", "seals_not_in_the_log_yet")
    return [f"{verdict.notes[name]} {name}" for name in notes if verdict.notes[name]]


def _rate(tally: Tally) -> float:
    """Return how many loops ended a second, from the first acceptance to the last end."""
    if not tally.archived:
        return 0.0
    return round(len(tally.archived) / (max(tally.archived.values()) - min(tally.accepted.values())), 1)
