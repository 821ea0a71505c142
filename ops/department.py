"""`./qiaotou department`: departments added, given other keys, removed, while the cell runs."""

import json
from pathlib import Path

import click
import msgspec

from ops.cell import DEFAULT_FOLDER, Cell
from ops.departments import settings_path
from ops.display import Display
from ops.enrolment import Enrolment, is_the_districts_own
from ops.errors import Unready


@click.group("department")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    envvar="QIAOTOU_FOLDER",
)
@click.pass_context
def commands(context: click.Context, folder: Path) -> None:
    """The departments 区直部门 of a running cell, and the access of their software."""
    context.obj = Cell(folder)


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(cell: Cell, *, as_json: bool) -> None:
    """List them, with what waits on each queue and who takes it."""
    found = Enrolment(cell, Display(quiet=True)).all()
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    columns = ("code", "中文", "English", "state", "waiting", "consumers")
    rows = [
        (each.code, each.name_zh, each.name_en, each.state, _number(each.waiting), str(each.consumers))
        for each in found
    ]
    Display().rows(f"{len(found)} departments", columns, rows)


@commands.command()
@click.argument("code")
@click.option("--zh", help="Its Chinese name; needed for a new one.")
@click.option("--en", help="Its English name; needed for a new one.")
@click.pass_obj
def add(cell: Cell, code: str, zh: str | None, en: str | None) -> None:
    """Add department CODE (three to eight of A to Z), or bring back one that was removed."""
    display = Display()
    Enrolment(cell, display).add(code, zh=zh, en=en)
    display.say(f"Its software starts with    . {settings_path(cell, code)}")


@commands.command()
@click.argument("code")
@click.pass_obj
def rotate(cell: Cell, code: str) -> None:
    """Give CODE another broker password and another token; the old ones stop working."""
    display = Display()
    Enrolment(cell, display).rotate(code)
    display.say(f"Its software starts anew with    . {settings_path(cell, code)}")


@commands.command()
@click.argument("code")
@click.option("--drop-queue", is_flag=True, help="Also a queue that is not empty: its orders stay on record.")
@click.option("--yes", is_flag=True, help="Also one of the district's own departments.")
@click.pass_obj
def remove(cell: Cell, code: str, *, drop_queue: bool, yes: bool) -> None:
    """Let nobody of CODE in any more; what it did stays on record."""
    if is_the_districts_own(code) and not yes:
        raise Unready(f"{code} is one of the district's own departments, and cases are routed to it: --yes.")
    display = Display()
    kept = Enrolment(cell, display).remove(code, drop_queue=drop_queue)
    if kept:
        display.say(f"{kept} messages stay on its queue; --drop-queue removes them with it.")


def _number(waiting: int | None) -> str:
    return "no queue" if waiting is None else str(waiting)
