"""`./qiaotou calendar`: which days are worked, looked at and loaded."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click
import msgspec

from chassis.working_calendar import DAY, Calendar, Year, is_weekend
from chassis.working_time import working_days_between
from ops.cell import DEFAULT_FOLDER, Cell
from ops.cell_calendar import CellCalendar
from ops.display import Display
from ops.errors import Unready
from ops.servers import Servers
from services.registry.calendar.published import known_years, published_year, year_of_file
from services.registry.organisation.errors import ReferenceDataError

_MONTHS = 12
# Worked, a weekend, a holiday on a weekday, a weekend that is worked.
_SIGNS = {
    (True, False): "■",
    (False, True): "·",
    (False, False): "[red]○[/red]",
    (True, True): "[green]▣[/green]",
}
_YEAR = click.IntRange(1949, 2199)


@click.group("calendar")
@click.option(
    "--cell",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    envvar="QIAOTOU_FOLDER",
)
@click.pass_context
def commands(context: click.Context, folder: Path) -> None:
    """The working days 工作日 that limits are counted by; a year not published is provisional 暂定."""
    context.obj = CellCalendar(Servers(Cell(folder)).databases)


@commands.command()
@click.option("--year", type=_YEAR, help="One year of the installed chinesecalendar.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of one year with the columns date and works (yes, no), as its notice has it.",
)
@click.pass_obj
def load(calendar: CellCalendar, year: int | None, path: Path | None) -> None:
    """Publish years: all that chinesecalendar knows, one of them, or one from a file."""
    changed = calendar.load(_wanted(year, path))
    for each in changed:
        click.echo(_line(each))
    click.echo("What is due by now stays due." if changed else "Nothing has changed.")


@commands.command()
@click.argument("year", type=_YEAR, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(calendar: CellCalendar, year: int | None, *, as_json: bool) -> None:
    """Show every year that was loaded, or the days of one YEAR."""
    found = [each for each in calendar.years() if year in {None, each.year}]
    if as_json:
        click.echo(json.dumps([_facts(each) for each in found], default=str))
    elif year is None:
        for each in found:
            click.echo(_line(each))
    else:
        _picture(found[0] if found else Year(year=year, provisional=True))


def _wanted(year: int | None, path: Path | None) -> list[Year]:
    try:
        if path is not None:
            found = year_of_file(_text(path))
            if year not in {None, found.year}:
                raise Unready(f"{path} is of {found.year}, not of {year}.")
            return [found]
        return known_years() if year is None else [published_year(year)]
    except ReferenceDataError as error:
        raise Unready(f"Nothing was loaded: {error}.") from error


def _text(path: Path) -> str:
    """Read a file in UTF-8 or, as spreadsheets in China write it, in GB 18030."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unready(f"{path} is neither UTF-8 nor GB 18030.")


def _facts(year: Year) -> dict[str, object]:
    return msgspec.structs.asdict(year) | {"version": year.version, "working_days": _count(year)}


def _line(year: Year) -> str:
    state = "provisional" if year.provisional else "published"
    return (
        f"{year.year}  {state:<11}  {_count(year)} working days, {len(year.holidays)} weekdays off, "
        f"{len(year.working_weekends)} weekend days worked  {year.version}"
    )


def _count(year: Year) -> int:
    return working_days_between(date(year.year, 1, 1), date(year.year, 12, 31), Calendar.of([year]))


def _picture(year: Year) -> None:
    columns = ("", "from the first day to the last", "worked", "weekdays off", "weekends worked")
    Display().rows(_line(year), columns, [_month(year, month) for month in range(1, _MONTHS + 1)])


def _month(year: Year, month: int) -> tuple[str, ...]:
    calendar, days = Calendar.of([year]), list(_days(year.year, month))
    return (
        f"{days[0]:%b}",
        "".join(_SIGNS[calendar.works(day), is_weekend(day)] for day in days),
        str(working_days_between(days[0], days[-1], calendar)),
        _named(year.holidays, month),
        _named(year.working_weekends, month),
    )


def _named(days: Iterable[date], month: int) -> str:
    return " ".join(str(day.day) for day in days if day.month == month)


def _days(year: int, month: int) -> Iterator[date]:
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += DAY
