"""What a person sees of the demo while the days go by."""

import threading
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ops.demo.acts import Act, Deed, PlannedCase
from ops.demo.days import Slot
from ops.demo.plan import Plan

_WEEKDAYS = "一二三四五六日"
_CLOSING = frozenset({Deed.SPOT, Deed.SATISFIED, Deed.UNREACHABLE, Deed.DECLINE})


class Days:
    """A bar with the day, and what has been reported and closed by then."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self._plan = plan
        self._console = console
        self._counted: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._month = 0
        self._bar = Progress(
            TextColumn("[bold]{task.fields[day]}[/bold]"),
            BarColumn(bar_width=34, complete_style="green"),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        self._task = self._bar.add_task("", total=len(self._plan.slots), day="", counted="")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begun(self, slot: Slot) -> None:
        """A slot has come."""
        assert self._task is not None, "it is used as a context"
        day = f"{slot.day.isoformat()} 周{_WEEKDAYS[slot.day.weekday()]}"
        with self._lock:
            counted = self._words()
        self._bar.update(self._task, completed=slot.number, day=day, counted=counted)
        if slot.day.month != self._month and not self._console.is_terminal:
            self._console.print(f"{day}  {counted}")
        self._month = slot.day.month

    def done(self, _slot: Slot, case: PlannedCase, act: Act) -> None:
        """A deed was done."""
        with self._lock:
            self._counted["deeds"] += 1
            if act.deed in {Deed.REPORT, Deed.SPOT}:
                self._counted["reported"] += 1
            if act.deed in _CLOSING or (act.deed is Deed.PASS_CHECK and case.course == "anonymous"):
                self._counted["closed"] += 1
            if act.deed is Deed.REOPEN:
                self._counted["closed"] -= 1

    def _words(self) -> str:
        counted = self._counted
        return (
            f"全区 上报 reported [bold]{counted['reported']:,}[/bold]  "
            f"办结 closed [bold green]{counted['closed']:,}[/bold green]"
        )
