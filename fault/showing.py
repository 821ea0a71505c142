"""What a person sees of a fault run: one live line, a line for each fault, a table at the end."""

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from fault.figures import NEVER, Figures, goals
from fault.history import Struck
from fault.load.loops import Tally

_EVERY_S = 0.5
_PLAIN_EVERY_S = 15.0


class Line:
    """Keeps one line at the bottom up to date; where there is no terminal, prints it now and then."""

    def __init__(self, console: Console, tally: Tally) -> None:
        self._console = console
        self._tally = tally
        self._began = time.monotonic()
        self._phase, self._doing = "", ""
        self._status = Status("", console=console)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._status.stop()

    def phase(self, name: str) -> None:
        """Another phase has begun."""
        self._phase, self._doing = name, ""
        self._console.print(f"\n[bold]{name}[/bold]")

    def doing(self, what: str) -> None:
        """Say what is going on within the phase."""
        self._doing = what

    def done(self, title: str, took: str = "") -> None:
        """Print one thing that went well."""
        self._console.print(f"[green]✓[/green] {title:<48} [dim]{took}[/dim]", soft_wrap=True)

    def trouble(self, words: str) -> None:
        """Print one thing that did not."""
        self._console.print(f"[red]✗[/red] {words}", markup=True)

    def read(self, done: int, total: int) -> None:
        """So many cases of so many were read."""
        self._doing = f"read {done:,} of {total:,}"

    def struck(self, number: int, total: int, fault: Struck) -> None:
        """Print a fault that is over."""
        stood = fault.healed_at - fault.injected_at
        words = [f"stood {stood:.1f} s"]
        if fault.first_delivery_s is not None:
            words.append(f"delivered after {fault.first_delivery_s:.1f} s")
        words += [f"{name} {value}" for name, value in fault.facts.items()]
        self.done(f"{number:>2}/{total} {fault.name}", ", ".join(words))

    def _run(self) -> None:
        said = time.monotonic()
        while not self._over.wait(_EVERY_S):
            if self._console.is_terminal:
                self._status.update(self._words())
            elif time.monotonic() - said > _PLAIN_EVERY_S:
                said = time.monotonic()
                self._console.print(f"  {self._words()}", soft_wrap=True)

    def _words(self) -> str:
        tally, minutes = self._tally, int(time.monotonic() - self._began)
        return (
            f"{minutes // 60:02}:{minutes % 60:02} [bold]{self._phase}[/bold]  "
            f"accepted 受理 [bold]{len(tally.accepted):,}[/bold]  "
            f"archived 归档 [bold green]{len(tally.archived):,}[/bold green]  "
            f"alive {tally.alive:,}  {self._doing}"
        )


def show(console: Console, figures: Figures) -> None:
    """Print the table of figures."""
    title = f"Seed {figures.seed}, {figures.seconds:.0f} s, {figures.loops_per_s} loops/s"
    table = Table(title=title, title_justify="left", header_style="bold")
    for name, side in (("figure", "left"), ("measured", "right"), ("goal", "right"), ("", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for goal in goals(short=figures.short):
        measured = getattr(figures, goal.name)
        sign = "[green]✓[/green]" if goal.is_met(measured) else "[red]✗[/red]"
        table.add_row(goal.name, _number(measured), goal.words, sign)
    console.print(table)
    for kind, examples in figures.violations.items():
        for words in examples:
            console.print(f"[red]✗[/red] {kind}: {escape(words)}")
    console.print(f"Longest block: {escape(figures.longest_block)}")


def _number(measured: float) -> str:
    if measured < 0 or measured >= NEVER:
        return "not measured"
    return f"{measured:,}" if isinstance(measured, int) else f"{measured:,.3f}".rstrip("0").rstrip(".")
