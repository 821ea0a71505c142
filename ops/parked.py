"""`./qiaotou parked`: messages that nobody could handle, looked at and settled by a person."""

import getpass
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from contracts.envelope import utc_now
from contracts.topology import STREAMS
from ops.cell import DEFAULT_FOLDER, Cell
from ops.clock import Duration, Moment
from ops.display import Display
from ops.errors import Unready
from ops.parked_message import Parked, Wanted
from ops.parked_view import show_history, show_list
from ops.settled import lacking
from ops.unhandled import Unhandled, unhandled_of


class Since(click.ParamType[datetime]):
    """`2h`: so long ago; or `2026-11-28T09:00`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, aware. Raises: BadParameter."""
        if isinstance(value, datetime):
            return value
        if str(value)[:4].isdecimal():
            return Moment().convert(value, param, ctx) or utc_now()
        return utc_now() - Duration().convert(value, param, ctx)


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which messages are chosen, as one value `wanted`."""

    def chosen(*arguments: Any, **given: Any) -> None:
        wanted = Wanted(**{name: given.pop(name) for name in Wanted.__struct_fields__})
        command(*arguments, wanted=wanted, **given)

    chosen.__name__, chosen.__doc__ = command.__name__, command.__doc__
    options = (
        click.option("--service", type=click.Choice(tuple(STREAMS)), help="Parked by this service."),
        click.option("--department", metavar="CODE", help="Of this department: CGJ."),
        click.option("--aggregate", metavar="ID", help="That name this case or order."),
        click.option("--reason", metavar="TEXT", help="With this in the reason they were put aside for."),
        click.option("--since", type=Since(), help="Put aside since then: 2h, or 2026-11-28T09:00."),
    )
    for option in reversed(options):
        chosen = option(chosen)
    return chosen


@click.group("parked")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    envvar="QIAOTOU_FOLDER",
)
@click.pass_context
def commands(context: click.Context, folder: Path) -> None:
    """Messages that no service could handle, and departments' dead letters."""
    context.obj = unhandled_of(Cell(folder))


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, every message for itself.")
@click.option("--settled", is_flag=True, help="Also those that were replayed or skipped.")
@_choosing
@click.pass_obj
def list_(unhandled: Unhandled, *, wanted: Wanted, as_json: bool, settled: bool) -> None:
    """List them, the oldest first: for each case the one that it waits for."""
    found = unhandled.all(wanted, settled=settled)
    if as_json:
        click.echo(json.dumps([each.summary() for each in found], default=str, ensure_ascii=False))
    else:
        show_list(Display(), found, now=utc_now())


@commands.command()
@click.argument("key")
@click.pass_obj
def show(unhandled: Unhandled, key: str) -> None:
    """Show one whole, KEY being what `list` prints first."""
    each = unhandled.get(key)
    click.echo(
        json.dumps(each.summary() | {"headers": each.headers}, default=str, indent=2, ensure_ascii=False)
    )
    click.echo(each.body.decode(errors="replace"))


@commands.command()
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that the options below choose.")
@click.option("--because", required=True, help="What was mended; kept on record.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_choosing
@click.pass_obj
def replay(
    unhandled: Unhandled, keys: tuple[str, ...], *, wanted: Wanted, everything: bool, because: str, yes: bool
) -> None:
    """Put messages back where they came from, as they came: KEYS, or --all that are chosen."""
    if bool(keys) == everything or (keys and wanted != Wanted()):
        raise click.UsageError("Name KEYS, or give --all and what to choose by.")
    if everything:
        keys = _chosen(unhandled, wanted, yes=yes)
    for key in unhandled.replay(keys, by=_me(), because=because):
        click.echo(f"{key} replayed")


@commands.command()
@click.argument("key")
@click.option(
    "--because", "--reason", "because", required=True, help="Why it may be left out; kept on record."
)
@click.pass_obj
def skip(unhandled: Unhandled, key: str, because: str) -> None:
    """Leave a message out for good; what waited behind it goes on."""
    released = unhandled.skip(key, by=_me(), because=because)
    click.echo(f"{key} skipped" + (", what waited behind it goes on" if released else ""))


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--kept", metavar="HASH", multiple=True, help="That this said once and was kept elsewhere.")
@click.pass_obj
def history(unhandled: Unhandled, *, kept: tuple[str, ...], as_json: bool) -> None:
    """Say who has replayed and skipped what, when and why; exit 1 where the record was changed."""
    found = unhandled.history()
    rewritten = lacking(found, kept)
    if as_json:
        click.echo(json.dumps([each.summary() for each in found], default=str, ensure_ascii=False))
    else:
        show_history(Display(), found)
    for each in rewritten:
        click.echo(
            f"No entry that stands has the hash {each}: the record was written anew or cut off.", err=True
        )
    sys.exit(0 if all(each.stands for each in found) and not rewritten else 1)


def _chosen(unhandled: Unhandled, wanted: Wanted, *, yes: bool) -> tuple[str, ...]:
    """Return the keys of what can be put back, once a person has said yes. Raises: Unready."""
    found = unhandled.all(wanted)
    for each in found:
        if each.remedy:
            click.echo(f"{each.key} stays: {each.remedy}")
    chosen = [each for each in found if each.remedy is None]
    if not chosen:
        raise Unready("There is nothing of that kind to put back.")
    if not yes:
        click.confirm(f"Put back {len(chosen)}: {_counted(chosen)}?", abort=True)
    return tuple(dict.fromkeys(each.key for each in chosen))


def _counted(found: list[Parked]) -> str:
    places = [each.service for each in found]
    return ", ".join(f"{places.count(place)} of {place}" for place in dict.fromkeys(places))


def _me() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "somebody"
