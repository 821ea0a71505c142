"""`./qiaotou demo`: half a year of the district, lived day by day in a cell of its own."""

import json
import signal
import sys
from pathlib import Path

import click
import msgspec

from ops import logins
from ops.cell import REPOSITORY, Cell
from ops.demo.reckoning import Reckoning
from ops.demo.runs import live_half_a_year, live_one_day
from ops.demo.snapshot import svg
from ops.departments import api_url
from ops.display import Display
from ops.errors import Unready
from ops.http_client import RefusedError
from ops.processes import STOP_STAGES
from ops.supervision import Supervisor

FOLDER = REPOSITORY / "var" / "demo"
THE_ARTICLES_YEAR = 2012


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", default=THE_ARTICLES_YEAR, show_default=True, help="Another seed, another half-year.")
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.01, 3.0),
    help="Other volumes; at 1.0 they are the article's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as the last line.")
@click.option("--live", is_flag=True, help="One day in three minutes, with a running commentary.")
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    hidden=True,
    help="Save what is shown as SVG.",
)
@click.option("--keep", is_flag=True, help="Leave the cell running, to look around in it.")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    help="Its folder, var/demo unless given. The data in it is taken away first.",
)
def main(
    seed: int, scale: float, folder: Path, picture: Path | None, *, as_json: bool, live: bool, keep: bool
) -> None:
    """Live half a year, 1 June to 30 November 2012, and count it as the article does."""
    signal.signal(signal.SIGTERM, _interrupt)
    display = Display(quiet=as_json, kept=picture is not None)
    reckoning: Reckoning | None = None
    kept = False
    try:
        with Cell(folder).locked("cell"):
            if live:
                live_one_day(folder, display, seed=seed)
            else:
                reckoning = live_half_a_year(folder, display, seed=seed, scale=scale)
        kept = keep
    except (Unready, RefusedError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        if not kept:
            Supervisor(Cell(folder)).shut_down(STOP_STAGES)
    if picture is not None:
        picture.write_text(svg(display.console, title="./qiaotou demo"), encoding="utf-8")
    if kept:
        _show_around(Cell(folder), display)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(reckoning), ensure_ascii=False))
    sys.exit(0 if reckoning is None or reckoning.well else 1)


def _show_around(cell: Cell, display: Display) -> None:
    display.say()
    display.rows("One login for each role", ("role", "login", "password", "may"), logins.rows())
    display.say(f"\nAPI   {api_url(cell)}/api/v1")
    display.say(f"      ./qiaotou status --cell {cell.folder}    ./qiaotou clock --cell {cell.folder} show")
    display.say(f"      ./qiaotou down --cell {cell.folder}")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(prog_name="./qiaotou demo")
