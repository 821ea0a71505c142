"""`./qiaotou`: the one front door."""

import json
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from ops import checks, doctor, logins
from ops.calendar import commands as calendar
from ops.cell import DEFAULT_FOLDER, Cell
from ops.clock import commands as clock
from ops.department import commands as department
from ops.departments import api_url, settings_path
from ops.display import Display
from ops.errors import Unready
from ops.parked import commands as parked
from ops.parked_view import show_open
from ops.people import commands as people
from ops.processes import STOP_STAGES
from ops.publish import publish
from ops.recovery.commands import backup, restore
from ops.startup import Startup
from ops.status import OK, Component, components
from ops.supervision import Supervisor
from ops.unhandled import unhandled_of
from ops.upgrade import upgrade

F = TypeVar("F", bound=Callable[..., Any])
_MODES = ("demo", "test")
_DAY = click.DateTime(("%Y-%m-%d",))


def _cell_option(function: F) -> F:
    return click.option(
        "--cell",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_FOLDER,
        envvar="QIAOTOU_FOLDER",
        help="The cell's folder; var/cell unless given.",
    )(function)


class _Group(click.Group):
    """Says what is missing in one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Unready as error:
            Display().trouble(str(error))
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Qiaotou 桥头: a district that governs its communities directly."""


@main.command()
@_cell_option
@click.option("--detach", is_flag=True, help="Return once everything is well.")
@click.option("--mode", type=click.Choice(_MODES), default="demo", hidden=True)
def up(folder: Path, mode: str, *, detach: bool) -> None:
    """Start everything and stay until Ctrl-C, then stop everything."""
    cell, display = Cell(folder), Display()
    _interrupt_on_sigterm()
    with cell.locked("cell"):
        if Supervisor(cell).is_running():
            display.say("It is running already.")
            _show(cell, display)
            return
        try:
            Startup(cell, display, mode=mode).run()
        except BaseException:
            display.say("Stopping what was started.")
            Supervisor(cell).shut_down(STOP_STAGES)
            raise
    try:
        _show(cell, display)
        if not detach:
            _stay(cell, display)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with cell.locked("cell"):
            _stop(cell, display)


@main.command()
@_cell_option
def down(folder: Path) -> None:
    """Stop everything, also what a crash has left."""
    cell, display = Cell(folder), Display()
    with cell.locked("cell"):
        _stop(cell, display)


@main.command("upgrade")
@_cell_option
def upgrade_(folder: Path) -> None:
    """Replace every process by the code that is here now, one after the other, while the cell works."""
    cell = Cell(folder)
    with cell.locked("cell"):
        upgrade(cell, Display())


@main.command()
@_cell_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(folder: Path, *, as_json: bool) -> None:
    """Show how each component is; exit 1 unless all are well."""
    cell = Cell(folder)
    found = components(cell)
    well = all(each.state == OK for each in found)
    if as_json:
        facts = {"ok": well, "api": api_url(cell), "components": msgspec.to_builtins(found)}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        display = Display()
        display.components(found)
        show_open(display, unhandled_of(cell))
    sys.exit(0 if well else 1)


@main.command("doctor")
@_cell_option
def doctor_(folder: Path) -> None:
    """Look for what could be wrong, and say what to do about it."""
    findings = doctor.examine(Cell(folder))
    display = Display()
    for finding in findings:
        display.finding(finding.verdict, finding.about, finding.text)
    sys.exit(1 if any(finding.verdict == doctor.BAD for finding in findings) else 0)


@main.command()
def check() -> None:
    """Lint, types, import rules, generated documents, unit tests."""
    sys.exit(checks.check(Display()))


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--all", "everything", is_flag=True, help="Also the slow ones: fresh start, faults, bench.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...], *, everything: bool) -> None:
    """Run the tests in a cell of their own; ARGUMENTS are pytest's, e.g. paths."""
    _interrupt_on_sigterm()
    sys.exit(checks.test(Display(), arguments=arguments, everything=everything))


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure closed loops: loops a second and CPU milliseconds a loop."""
    sys.exit(checks.module("bench", arguments))


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def fault(arguments: tuple[str, ...]) -> None:
    """Hurt a cell under load in every way, and prove that nothing was lost."""
    sys.exit(checks.module("fault", arguments))


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Live half a year, 1 June to 30 November 2012, and count it as the article does."""
    sys.exit(checks.module("ops.demo", arguments))


main.add_command(parked)
main.add_command(clock)
main.add_command(department)
main.add_command(people)
main.add_command(backup)
main.add_command(restore)


@main.command("publish")
@_cell_option
@click.option("--from", "since", type=_DAY, required=True, help="The first day of reporting.")
@click.option("--to", "until", type=_DAY, required=True, help="The day after the last.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder that is not there yet.")
def publish_(folder: Path, since: datetime, until: datetime, out: Path) -> None:
    """Write a period's events, figures, seals and signed log, for anyone to recompute."""
    written = publish(Cell(folder), since=since.date(), until=until.date(), folder=out)
    key = written.pop("key")
    rows = [(name, str(each["lines"]), str(each["sha256"])) for name, each in written.items()]
    display = Display()
    display.rows("Published", ("file", "lines", "SHA-256"), rows)
    display.say(f"\nKey        {key}")
    display.say(f"Check it   .venv/bin/qiaotou-verify publication {out} --key {key}")


main.add_command(calendar)


def _show(cell: Cell, display: Display) -> None:
    found = components(cell)
    display.say()
    display.components(found)
    display.say()
    display.rows("One login for each role", ("role", "login", "password", "may"), logins.rows())
    display.say()
    _show_next_steps(cell, display, found)


def _show_next_steps(cell: Cell, display: Display, found: list[Component]) -> None:
    api = api_url(cell)
    settings = settings_path(cell, "CGJ")
    sick = [each.name for each in found if each.state != OK]
    if sick:
        display.trouble(f"Not well: {', '.join(sick)}. ./qiaotou doctor says more.")
    display.say(f"API        {api}/api/v1     document  {api}/api/v1/openapi.json")
    display.say(f"Logs       {cell.logs}")
    display.say("Next       the five-minute tour in README.md, or")
    display.say(f"           . {settings} && .venv/bin/qiaotou-department listen")
    display.say("           ./qiaotou status | doctor | parked list | down")


def _stay(cell: Cell, display: Display) -> None:
    display.say("\nCtrl-C stops all of it.")
    while Supervisor(cell).is_running():
        threading.Event().wait(2)
    display.say("It was stopped from elsewhere.")


def _stop(cell: Cell, display: Display) -> None:
    supervisor = Supervisor(cell)
    was_running = supervisor.is_running()
    with display.stage("Everything is stopped"):
        left = supervisor.shut_down(STOP_STAGES)
    if left and not was_running:
        display.say(f"[yellow]![/yellow] {len(left)} processes had outlived their supervisor.")


def _interrupt_on_sigterm() -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
