"""`./qiaotou parked`: messages that no service could handle, looked at and settled by a person."""

import getpass
import json
from pathlib import Path

import click

from ops.cell import DEFAULT_FOLDER, Cell
from ops.display import Display
from ops.parking_lot import Parked, ParkingLot
from ops.servers import Servers


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
    """Messages that no service could handle. Each holds back its own aggregate alone."""
    servers = Servers(Cell(folder))
    context.obj = ParkingLot(databases=servers.databases, broker=servers.broker)


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--settled", is_flag=True, help="Also those that were replayed or skipped.")
@click.pass_obj
def list_(lot: ParkingLot, *, as_json: bool, settled: bool) -> None:
    """List them, the oldest first."""
    found = lot.all(settled=settled)
    if as_json:
        click.echo(json.dumps([each.summary() for each in found], default=str, ensure_ascii=False))
        return
    columns = ("key", "since", "type", "aggregate", "seq", "held back", "reason")
    Display().rows(f"{len(found)} parked", columns, [_row(each) for each in found])


@commands.command()
@click.argument("key")
@click.pass_obj
def show(lot: ParkingLot, key: str) -> None:
    """Show one whole, KEY being what `list` prints first."""
    each = lot.get(key)
    click.echo(
        json.dumps(each.summary() | {"headers": each.headers}, default=str, indent=2, ensure_ascii=False)
    )
    click.echo(each.body.decode(errors="replace"))


@commands.command()
@click.argument("keys", nargs=-1, required=True)
@click.pass_obj
def replay(lot: ParkingLot, keys: tuple[str, ...]) -> None:
    """Put messages back on their service's inbox, as they came."""
    for key in keys:
        lot.replay(key, by=_me())
        click.echo(f"{key} replayed")


@commands.command()
@click.argument("key")
@click.option("--reason", required=True, help="Why it may be left out; kept with the message.")
@click.pass_obj
def skip(lot: ParkingLot, key: str, reason: str) -> None:
    """Leave a message out for good; what waited behind it goes on."""
    released = lot.skip(key, by=_me(), reason=reason)
    click.echo(f"{key} skipped" + (", what waited behind it goes on" if released else ""))


def _me() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "somebody"


def _row(each: Parked) -> tuple[str, ...]:
    return (
        each.key,
        f"{each.parked_at:%m-%d %H:%M:%S}",
        each.type or "?",
        each.aggregate or "?",
        str(each.sequence or ""),
        str(each.held_back),
        each.reason if each.state == "parked" else f"{each.state}: {each.reason}",
    )
