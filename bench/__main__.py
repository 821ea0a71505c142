"""`./qiaotou bench`: closed loops over HTTP and AMQP in a cell of their own.

Everything that a production cell has stays on: confirms, quorum queues, fsync, synchronous
commit, order per case, idempotency, authorization.
"""

import json
import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from bench.cast import DEPARTMENT, assemble
from bench.measure import Figures, measure
from ops.cell import REPOSITORY, Cell
from ops.departments import settings
from ops.display import Display
from ops.errors import Unready
from ops.ports import LOOPBACK
from ops.processes import STOP_STAGES
from ops.startup import Startup
from ops.status import components
from ops.supervision import Supervisor
from services.registry.demo import PASSWORD

SMOKE_LOOPS, LOOPS = 600, 3000
WARM_UP = 150
FOLDER = REPOSITORY / "var" / "bench"


@click.command()
@click.option("--smoke", is_flag=True, help=f"{SMOKE_LOOPS} loops instead of {LOOPS}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--in-flight", default=64, show_default=True, help="Loops alive at a time.")
@click.option(
    "--cell", "folder", type=click.Path(file_okay=False, path_type=Path), help="A running cell to measure."
)
def main(folder: Path | None, in_flight: int, *, smoke: bool, as_json: bool) -> None:
    """Measure closed loops: loops a second and CPU milliseconds a loop."""
    loops = SMOKE_LOOPS if smoke else LOOPS
    cell = Cell(folder or FOLDER)
    try:
        if folder is None:
            Startup(cell, Display(quiet=as_json), mode="demo").run()
        figures = _measure(cell, loops=loops, in_flight=in_flight)
    except Unready as error:
        sys.exit(str(error))
    finally:
        if folder is None:
            Supervisor(cell).shut_down(STOP_STAGES)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(figures), ensure_ascii=False))
    else:
        _show(figures)
    sys.exit(0 if figures.loops == loops else 1)


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


if __name__ == "__main__":
    main(prog_name="./qiaotou bench")
