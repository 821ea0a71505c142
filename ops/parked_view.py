"""What a person sees of messages that were put aside, and of what was done with them."""

from datetime import datetime

import psycopg
from rich.markup import escape

from ops.display import Display
from ops.errors import Unready
from ops.parked_message import DEAD, Line, Parked, lines, spoken
from ops.settled import Settled
from ops.unhandled import Unhandled


def show_list(display: Display, found: list[Parked], *, now: datetime) -> None:
    """Print how much stands still and for how long, then each aggregate's first in line."""
    display.say(_heading([each for each in found if each.is_open], now))
    for line in lines(found):
        display.say()
        for text in _lines_of(line, now):
            display.say(text)


def show_open(display: Display, unhandled: Unhandled) -> None:
    """Print a line where something waits for a person, as far as the cell answers."""
    try:
        parked, dead = unhandled.parked(), sum(unhandled.dead().values())
    except (Unready, psycopg.OperationalError):
        return
    if parked or dead:
        display.say(f"[yellow]![/yellow] {parked} parked, {dead} dead letters: ./qiaotou parked list")


def show_history(display: Display, found: list[Settled]) -> None:
    """Print the record, the oldest first, and whether it stands."""
    columns = ("when", "who", "what", "message", "because")
    display.rows(f"Settled · 已处置 · {len(found)}", columns, [_entry(each) for each in found])
    changed = [each for each in found if not each.stands]
    if changed:
        display.trouble(
            f"The record was changed, at the latest at {changed[0].settled_at:%Y-%m-%d %H:%M:%S} "
            f"in {changed[0].service}."
        )
    for service in dict.fromkeys(each.service for each in found if not changed):
        *_, last = (each for each in found if each.service == service)
        display.say(f"[green]✓[/green] {service:<10} unbroken up to [dim]{last.hash.hex()}[/dim]")


def _heading(found: list[Parked], now: datetime) -> str:
    if not found:
        return "[green]✓[/green] Nothing is parked and there are no dead letters · 无搁置消息，无死信"
    dead = sum(each.state == DEAD for each in found)
    held = [line for line in lines(found) if line.first.holds]
    text = f"[bold]搁置 · {len(found) - dead} parked    死信 · {dead} dead letters[/bold]"
    if held:
        longest = max(now - line.first.parked_at for line in held)
        text += (
            f"\n停滞 · {len(held)} {'stands' if len(held) == 1 else 'stand'} still, up to {spoken(longest)}"
        )
    return text


def _lines_of(line: Line, now: datetime) -> list[str]:
    each = line.first
    age = spoken(now - each.parked_at)
    sign = "[green]✓[/green]" if not each.is_open else "[red]●[/red]" if each.holds else "[yellow]●[/yellow]"
    number = f" #{each.sequence}" if each.sequence else ""
    about = f"{each.type or 'nothing that could be read'}{number}"
    of = f" of {each.aggregate}" if each.aggregate else ""
    if sender := each.headers.get("user-id"):
        of += f" from {sender}"
    said = [
        f"{sign} [bold]{escape(each.key)}[/bold]  [dim]{age} ago[/dim]",
        f"  {escape(about)}{escape(of)}",
        f"  {escape(each.reason)}",
        f"  {_behind(line, now)}",
        f"  [cyan]→[/cyan] {escape(_advice(each))}",
    ]
    return said if each.is_open else [*said[:3], said[-1]]


def _behind(line: Line, now: datetime) -> str:
    each = line.first
    if not each.holds:
        return "[dim]holds nothing up[/dim]"
    if not line.behind or line.since is None:
        return "its aggregate stands still, nothing has come after it yet"
    verb = "waits" if line.behind == 1 else "wait"
    return f"[bold]{line.behind}[/bold] {verb} behind it, for {spoken(now - line.since)}"


def _advice(each: Parked) -> str:
    if not each.is_open:
        return f"{each.state} by {each.settled_by}"
    if each.remedy:
        return f"not to be replayed, {each.remedy}"
    if each.state == DEAD:
        return "mend it with the department, then replay; or skip"
    return "mend the cause, then replay; or skip, and this service never takes it"


def _entry(each: Settled) -> tuple[str, ...]:
    what = each.action if each.stands else f"{each.action} (changed)"
    when = each.settled_at.astimezone().strftime("%m-%d %H:%M:%S")
    about = f"{each.key}\n{each.type or '?'}\n{each.reason}"
    return (when, each.settled_by, what, escape(about), escape(each.because))
