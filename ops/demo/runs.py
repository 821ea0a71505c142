"""The two runs of the demo: the half-year with its table, and one day with a running commentary."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from contracts.events.registry import Tier
from ops.cell import Cell
from ops.demo import article
from ops.demo.commentary import Commentary, Names
from ops.demo.conductor import Watcher
from ops.demo.days import BEGIN, END
from ops.demo.one_day import DAY, one_day
from ops.demo.people import API
from ops.demo.plan import Plan, half_year
from ops.demo.reckoning import Reckoning, reckon
from ops.demo.showing import Days
from ops.demo.stage import play, started
from ops.display import Display
from ops.http_client import Client
from ops.ports import LOOPBACK
from services.registry import reference_data
from services.registry.reference_data import ReferenceData

_LIVE_S = 175.0


def live_half_a_year(folder: Path, display: Display, *, seed: int, scale: float) -> Reckoning:
    """Live and count the half-year. Raises: Unready, RefusedError."""
    began = time.monotonic()
    data = reference_data.read()
    cell, plan = _prepared(folder, display, lambda: half_year(seed, scale, data))
    display.say()
    with Days(plan, display.console) as days:
        play(cell, plan, Watcher(days.begun, days.done))
    with display.stage("Figures are published, and recomputed from the files"):
        reckoning = reckon(cell, plan, since=BEGIN, until=END)
    article.show(reckoning, names_of(data), display.console)
    display.say(f"[dim]{len(plan.cases):,} cases in {time.monotonic() - began:.0f} s.[/dim]")
    return reckoning


def live_one_day(folder: Path, display: Display, *, seed: int) -> None:
    """Live one day in three minutes, and tell of it. Raises: Unready, RefusedError."""
    data = reference_data.read()
    cell, plan = _prepared(folder, display, lambda: one_day(seed, data))
    display.say(f"\n[bold]{DAY.isoformat()}, 矿区一天 · a day of the district[/bold]\n")
    commentary = Commentary(display.console, Names.of(data))
    play(
        cell,
        plan,
        Watcher(commentary.begun, commentary.done),
        least_s=_LIVE_S / len(plan.slots),
        heard=commentary.heard,
    )
    _show_the_day(cell, display)


def _prepared(folder: Path, display: Display, make: Callable[[], Plan]) -> tuple[Cell, Plan]:
    with ThreadPoolExecutor(1) as planner:
        # It takes a second or two, which the servers need anyway.
        planning = planner.submit(make)
        return started(folder, display), planning.result()


def _show_the_day(cell: Cell, display: Display) -> None:
    period = f"since={DAY.isoformat()}&until={(DAY + timedelta(days=1)).isoformat()}"
    with closing(Client(LOOPBACK, cell.ports["gateway"])) as client:
        found = client.get(f"{API}/figures?{period}")["groups"][0]["figures"]
    figures = {each["figure"]: (each["numerator"], each["denominator"]) for each in found}
    closed, reported = figures["completion"]
    spot, _ = figures["spot"]
    others = figures["reporting"][1] - figures["reporting"][0]
    display.say(
        f"\n[bold]当日 that day[/bold]: 网格员上报 grid workers reported {reported}, 办结 closed {closed}; "
        f"他人反映 others {others}; 当场解决 on the spot {spot}."
    )


def names_of(data: ReferenceData) -> dict[str, tuple[str, str]]:
    """Return the name of each community, Chinese and English; fictional ones are marked."""
    found = {}
    for place in data.places:
        if place.tier is Tier.COMMUNITY:
            chinese = place.name_zh.removesuffix("(虚构)").removesuffix("社区")
            english = place.name_en.removesuffix(" (fictional)").removesuffix(" community")
            found[place.code] = (chinese, f"{english}{article.FICTIONAL if place.fictional else ''}")
    return found
