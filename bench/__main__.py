"""`./qiaotou bench`: closed loops over HTTP and AMQP, or questions, or ballots, in a cell of their own.

Everything that a production cell has stays on: confirms, quorum queues, fsync, synchronous
commit, order per case, idempotency, authorization.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

from bench import figures as figuring
from bench import search as searching
from bench import votes as voting
from bench.cast import DEPARTMENT, assemble
from bench.measure import Figures, measure
from ops.cell import REPOSITORY, Cell
from ops.departments import settings
from ops.display import Display
from ops.errors import Unready
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES
from ops.servers import Servers
from ops.startup import Startup
from ops.status import components
from ops.supervision import Supervisor
from services.registry.demo import PASSWORD

SMOKE_LOOPS, LOOPS = 600, 3000
WARM_UP = 150
FOLDER = REPOSITORY / "var" / "bench"
SEARCH_FOLDER = REPOSITORY / "var" / "bench-search"
FIGURES_FOLDER = REPOSITORY / "var" / "bench-figures"
VOTE_FOLDER = REPOSITORY / "var" / "bench-vote"
Shown = TypeVar("Shown")


@click.command()
@click.option("--smoke", is_flag=True, help=f"{SMOKE_LOOPS} loops instead of {LOOPS}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--search", is_flag=True, help="Measure lists and searches instead.")
@click.option("--figures", is_flag=True, help="Measure figures, rankings and the cases behind them instead.")
@click.option("--vote", is_flag=True, help="Measure the ballots of 3,050 households instead.")
@click.option(
    "--cases",
    type=int,
    help=f"How many there are: {searching.CASES:,} with --search, {figuring.CASES:,} with --figures.",
)
@click.option("--in-flight", default=64, show_default=True, help="Loops alive at a time.")
@click.option(
    "--cell", "folder", type=click.Path(file_okay=False, path_type=Path), help="A running cell to measure."
)
def main(
    folder: Path | None,
    in_flight: int,
    cases: int | None,
    *,
    smoke: bool,
    search: bool,
    figures: bool,
    vote: bool,
    as_json: bool,
) -> None:
    """Measure closed loops: loops a second and CPU milliseconds a loop; or how long questions take."""
    if vote:
        voted = _voting(quiet=as_json)
        _say(voted, _show_vote, as_json=as_json)
        sys.exit(0 if voted.counted == voted.households else 1)
    elif search:
        found = _searching(cases or searching.CASES, quiet=as_json)
        _say(found, _show_search, as_json=as_json)
    elif figures:
        _say(_figuring(cases or figuring.CASES, quiet=as_json), _show_figures, as_json=as_json)
    else:
        _loops(folder, in_flight, smoke=smoke, as_json=as_json)


def _loops(folder: Path | None, in_flight: int, *, smoke: bool, as_json: bool) -> None:
    loops = SMOKE_LOOPS if smoke else LOOPS
    cell = Cell(folder or FOLDER)
    if folder is not None:
        found = _measure(cell, loops=loops, in_flight=in_flight)
    else:
        with _running(cell, Display(quiet=as_json)):
            found = _measure(cell, loops=loops, in_flight=in_flight)
    _say(found, _show, as_json=as_json)
    sys.exit(0 if found.loops == loops else 1)


def _figuring(cases: int, *, quiet: bool) -> figuring.FigureFigures:
    cell, display = Cell(FIGURES_FOLDER), Display(quiet=quiet)
    with (
        _running(cell, display),
        display.stage(f"{figuring.CONNECTIONS} connections have asked about {cases:,} cases"),
    ):
        return figuring.measure(Servers(cell).databases.url("intake"), cases=cases)


def _voting(*, quiet: bool) -> voting.VoteFigures:
    cell, display = Cell(VOTE_FOLDER), Display(quiet=quiet)
    with _running(cell, display):
        pids = {each.name: each.pid for each in components(cell) if each.pid}
        with display.stage(f"{voting.CONNECTIONS} connections have brought the ballots of an estate"):
            return voting.measure(cell, pids)


def _searching(cases: int, *, quiet: bool) -> searching.SearchFigures:
    # Of its own: a hundred thousand cases more would change what a loop costs.
    cell, display = Cell(SEARCH_FOLDER), Display(quiet=quiet)
    with _running(cell, display):
        return searching.measure(
            cell, display, cases=cases, connections=searching.CONNECTIONS, seconds=searching.SECONDS
        )


@contextmanager
def _running(cell: Cell, display: Display) -> Iterator[None]:
    try:
        Startup(cell, display, mode="demo").run()
        yield
    except Unready as error:
        sys.exit(str(error))
    finally:
        Supervisor(cell).shut_down(STOP_STAGES)


def _say(figures: Shown, show: Callable[[Shown], None], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(figures), ensure_ascii=False))
    else:
        show(figures)


def _measure(cell: Cell, *, loops: int, in_flight: int) -> Figures:
    port = cell.ports["gateway"]
    cast = assemble(LOOPBACK, port, PASSWORD, settings(cell, DEPARTMENT))
    pids = {each.name: each.pid for each in components(cell) if each.pid}
    return measure(LOOPBACK, port, cast, pids, loops=loops, in_flight=in_flight, warm_up=WARM_UP)


def _show(figures: Figures) -> None:
    console = Console(highlight=False)
    table = Table(title="CPU milliseconds a loop", title_justify="left", header_style="bold")
    table.add_column("part")
    table.add_column("ms", justify="right")
    for name, spent in figures.cpu_ms_per_loop.items():
        style = "bold" if name == "total" else ""
        table.add_row(name, f"{spent:.2f}", style=style)
    console.print(table)
    console.print(
        f"[bold]{figures.loops_per_s} loops/s[/bold]  ({figures.loops} loops in {figures.seconds} s, "
        f"{figures.in_flight} alive at a time, {figures.errors} errors)"
    )
    console.print(f"A loop took {figures.loop_seconds_p50} s (median), {figures.loop_seconds_p95} s (95%).")
    for error in figures.first_errors:
        console.print(error, markup=False, style="red")


def _show_vote(figures: voting.VoteFigures) -> None:
    rows = [(name, f"{spent:.2f}") for name, spent in figures.cpu_ms_per_vote.items()]
    display = Display()
    display.rows("CPU milliseconds a vote", ("part", "ms"), rows)
    console = Console(highlight=False)
    console.print(
        f"[bold]{figures.votes_per_s} votes/s[/bold] (goal: {voting.GOAL_PER_S}), p50 {figures.p50_ms} ms, "
        f"p99 {figures.p99_ms} ms: {figures.counted} of {figures.households} households counted, "
        f"{figures.connections} connections"
    )
    for error in figures.errors:
        console.print(error, markup=False, style="red")


def _show_search(figures: searching.SearchFigures) -> None:
    console = Console(highlight=False)
    for way, latencies in figures.latencies.items():
        title = f"{way}: milliseconds, {figures.connections} connections, {figures.cases} cases"
        table = Table(title=title, title_justify="left", header_style="bold")
        table.add_column("what is asked")
        for name in ("asked", "p50", "p95", "p99"):
            table.add_column(name, justify="right")
        for each in latencies:
            style = "red" if each.p95_ms >= searching.GOAL_MS else ""
            numbers = (f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}", f"{each.p99_ms:.1f}")
            table.add_row(each.kind, str(each.asked), *numbers, style=style)
        console.print(table)
        console.print(
            f"[bold]{figures.questions_per_s[way]} questions/s[/bold], the slowest kind's p95 "
            f"{figures.worst_p95_ms[way]} ms (goal: {searching.GOAL_MS:.0f})"
        )


def _show_figures(figures: figuring.FigureFigures) -> None:
    rows = [
        (each.kind, f"{each.asked}", f"{each.p50_ms}", f"{each.p95_ms}", f"{each.p99_ms}")
        for each in figures.latencies
    ]
    title = f"Milliseconds, {figures.connections} connections, {figures.cases:,} cases"
    Display().rows(title, ("what is asked", "asked", "p50", "p95", "p99"), rows)


if __name__ == "__main__":
    main(prog_name="./qiaotou bench")
