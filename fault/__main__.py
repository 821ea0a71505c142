"""`./qiaotou fault`: a cell under load whose parts are killed, cut off and poisoned; what became of it."""

import json
import signal
import sys

import click
import msgspec

from fault.conductor import Asked, conduct
from fault.figures import missed
from fault.reading import UnreadableError
from fault.showing import show
from ops.display import Display
from ops.errors import Unready


@click.command()
@click.option("--short", is_flag=True, help="One fault of each component, in four minutes.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which faults, and in what order.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(seed: int, *, short: bool, as_json: bool) -> None:
    """Hurt a cell under load in every way, and prove that nothing was lost."""
    # Whoever ends a run ends its cell with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("It was ended before its end."))
    display = Display(quiet=as_json)
    try:
        figures = conduct(Asked(seed, short), display)
    except (Unready, UnreadableError) as error:
        sys.exit(str(error))
    show(display.console, figures)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(figures), ensure_ascii=False))
    sys.exit(1 if missed(figures) or figures.troubles else 0)


if __name__ == "__main__":
    main(prog_name="./qiaotou fault")
