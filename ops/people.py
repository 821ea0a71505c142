"""`./qiaotou people`: the keys that persons are sealed under."""

from pathlib import Path

import click

from ops.cell import DEFAULT_FOLDER, Cell


@click.group("people")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    envvar="QIAOTOU_FOLDER",
)
@click.pass_context
def commands(context: click.Context, folder: Path) -> None:
    """What the cell keeps of persons 居民信息."""
    context.obj = Cell(folder)


@commands.command("rotate-key")
@click.pass_obj
def rotate_key(cell: Cell) -> None:
    """Seal persons under a new key from the next start on; those on record follow by themselves."""
    version = cell.raise_sealing_version()
    click.echo(f"Persons are sealed under key {version} from the next start on: ./qiaotou down, then up.")
    click.echo("Who is on record is sealed again within minutes, a thousand persons a minute.")
