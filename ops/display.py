"""What a person at the terminal sees."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.status import Component

_SIGNS = {"ok": "[green]●[/green]", "starting": "[yellow]●[/yellow]", "failing": "[red]●[/red]"}


class Display:
    """Prints stages as they are done, tables and advice; says nothing when `quiet`.

    What it prints is kept where it is to be saved as a picture.
    """

    def __init__(self, *, quiet: bool = False, kept: bool = False) -> None:
        # A pipe or a log has no width of its own; tables would be squeezed into 80 columns.
        width = None if sys.stdout.isatty() else 110
        self.console = Console(highlight=False, quiet=quiet, width=width, record=kept)

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Show what is being done and, once it is, how many seconds it took."""
        began = time.monotonic()
        with self.console.status(f"{title} …"):
            yield
        self.console.print(f"[green]✓[/green] {title:<58} [dim]{time.monotonic() - began:5.1f} s[/dim]")

    def say(self, text: str = "") -> None:
        """Print a line."""
        self.console.print(text)

    def trouble(self, text: str) -> None:
        """Print what is wrong and what to do about it."""
        self.console.print(f"[red]✗[/red] {escape(text)}")

    def finding(self, verdict: str, about: str, text: str) -> None:
        """Print one thing that was looked at."""
        sign = {"good": "[green]✓[/green]", "warn": "[yellow]![/yellow]"}.get(verdict, "[red]✗[/red]")
        self.console.print(f"{sign} {about:<18} {escape(text)}")

    def components(self, components: Sequence[Component]) -> None:
        """Print the health table."""
        table = Table(title="Qiaotou 桥头", title_justify="left", header_style="bold")
        for column in (" ", "component", "state", "address", "pid", "since"):
            table.add_column(column, no_wrap=column != "state", overflow="fold")
        for each in components:
            table.add_row(
                _SIGNS.get(each.state, "[red]○[/red]"),
                each.name,
                each.state if not each.detail else f"{each.state} ({each.detail})",
                each.address,
                str(each.pid or ""),
                _since(each.since),
            )
        self.console.print(table)

    def rows(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print any other table."""
        table = Table(title=title, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)


def _since(start: float | None) -> str:
    return datetime.fromtimestamp(start).astimezone().strftime("%m-%d %H:%M:%S") if start else ""
