"""`./qiaotou clock`: a demo cell's time, looked at and moved."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from ops import cell_clock
from ops.cell import DEFAULT_FOLDER, Cell
from ops.cell_clock import CellClock, Reading

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "min": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d{1,6})(w|d|h|min|s)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")
NOW = "now"


class Duration(click.ParamType[timedelta]):
    """`3d`, `90min`, `1d12h`: weeks, days, hours, minutes, seconds by the wall clock."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the time. Raises: BadParameter."""
        text = str(value)
        if not _WHOLE.fullmatch(text):
            self.fail(f"{text!r} is no duration: 3d, 12h, 90min, 1d12h; w, d, h, min, s.", param, ctx)
        return sum(
            (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text)), timedelta()
        )


class Moment(click.ParamType[datetime | None]):
    """`2012-06-18T09:00+08:00`, without an offset in Asia/Shanghai; `now` (None) is real time."""

    name = "moment"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | None:
        """Return the moment, aware. Raises: BadParameter."""
        text = str(value)
        if text == NOW:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no time: 2012-06-18T09:00+08:00, or now.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


@click.group("clock")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    envvar="QIAOTOU_FOLDER",
)
@click.pass_context
def commands(context: click.Context, folder: Path) -> None:
    """The cell's own time 业务时钟; demo and test cells alone can move it."""
    context.obj = cell_clock.of(Cell(folder))


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(clock: CellClock, *, as_json: bool) -> None:
    """Show what it says, and how far it stands from real time."""
    _print(clock.read(), as_json=as_json)


@commands.command()
@click.argument("by", type=Duration())
@click.pass_obj
def advance(clock: CellClock, by: timedelta) -> None:
    """Move it forward by BY (3d, 12h, 90min) once nothing is under way."""
    _print(clock.advance(by))


@commands.command("set")
@click.argument("at", type=Moment())
@click.option("--backwards", is_flag=True, help="Also to a time that it has passed.")
@click.pass_obj
def set_(clock: CellClock, at: datetime | None, *, backwards: bool) -> None:
    """Let it show AT (2012-06-18T09:00+08:00), or real time again (now), once nothing is under way."""
    _print(clock.put_back(backwards=backwards) if at is None else clock.set(at, backwards=backwards))


def _print(reading: Reading, *, as_json: bool = False) -> None:
    shown = reading.now.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if as_json:
        click.echo(json.dumps({"now": shown, "ahead_s": reading.ahead.total_seconds()}))
        return
    words = "real time" if not reading.ahead else f"{abs(reading.ahead)} {_side(reading.ahead)} real time"
    click.echo(f"{shown}  {words}")


def _side(ahead: timedelta) -> str:
    return "ahead of" if ahead > timedelta() else "behind"
