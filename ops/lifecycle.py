"""docs/lifecycle.md, made from the transition tables: `python -m ops.lifecycle [--check]`."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from contracts.vocabulary import Role
from ops.cell import REPOSITORY
from services.dispatch.work_order import lifecycle as work_order
from services.governance.assembly import lifecycle as assembly
from services.governance.hearing import lifecycle as hearing
from services.governance.meeting import lifecycle as agenda
from services.governance.topic import lifecycle as topic
from services.governance.vote import lifecycle as vote
from services.intake.case import lifecycle as case

PATH = REPOSITORY / "docs" / "lifecycle.md"
OUTSIDE = "[*]"
_CLOCK = "⏱"
_BREAK = "<br/>"
_COLUMNS = ("from", "kind", "step", "to", "who", "guard", "evidence", "limit", "emits")
_HEAD = f"""\
# Life cycles 生命周期

Made by `python -m ops.lifecycle` from the tables that the services decide by; `./qiaotou check` fails where
this page is stale. Change the table, never this page.

A **command** is asked by somebody, and refused with a public code where no row allows it. A **fact** is what
another service says has happened; where no row takes it, it is *late*: a line of the timeline, nothing else.
A **timer** ({_CLOCK}) takes its step when the time has come. Rows of one state and step are told apart by
*when*. A guard or a piece of evidence that is not there refuses the step. Limits: `h` hours, `wh` working
hours, `wd` working days, `d` days.
"""


class Machine(NamedTuple):
    """One life cycle: what it is called, and the module with its `TABLE`, its `State` and its `Step`."""

    title: str
    about: str
    module: ModuleType


MACHINES = (
    Machine("Case 案件", "Owned by intake, from report to archive.", case),
    Machine("Work order 工单", "Owned by dispatch: one for each cycle of a case.", work_order),
    Machine("Topic 议题", "Owned by governance: what residents want to decide.", topic),
    Machine("Hearing 居民听证会", "Owned by governance: everybody is heard, nothing is decided.", hearing),
    Machine("Assembly 居民会议", "Owned by governance: residents or representatives raise hands.", assembly),
    Machine("Agenda item 会议议题", "Owned by governance: what a joint conference decides on.", agenda),
    Machine("Vote 表决", "Owned by governance: a question put to a roll.", vote),
)


def document(machines: Sequence[Machine] = MACHINES) -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *map(_section, machines)])


def diagram(machine: Machine) -> str:
    """Return a life cycle in Mermaid's language; steps that join the same two states share an edge."""
    table: Sequence[Any] = machine.module.TABLE
    edges: dict[tuple[str, str], list[str]] = {}
    for row in table:
        steps = edges.setdefault((row.source or OUTSIDE, row.target), [])
        step = _named(row.step) + (f" {_CLOCK}" if row.kind == "timer" else "")
        if step not in steps:
            steps.append(step)
    states = [state for state in type(table[0].target) if any(state in edge for edge in edges)]
    left = {source for source, _ in edges}
    return "\n".join(
        [
            "stateDiagram-v2",
            *(f'    state "{_named(state)}" as {_plain(state)}' for state in states),
            *(f"    {_plain(a)} --> {_plain(b)} : {_BREAK.join(steps)}" for (a, b), steps in edges.items()),
            *(f"    {_plain(state)} --> {OUTSIDE}" for state in states if state not in left),
        ]
    )


def rows(machine: Machine) -> Iterator[tuple[str, ...]]:
    """Give the table's rows in words, in their own order."""
    for row in machine.module.TABLE:
        guard = [f"when: {_words(row.when)}"] if _chooses(row) else []
        guard += map(_words, getattr(row, "guard", ()))
        yield (
            _named(row.source) if row.source else "—",
            _plain(row.kind),
            _named(row.step),
            _named(row.target),
            ", ".join(_named(role) for role in _roles(row)),
            _BREAK.join(guard),
            _BREAK.join(map(_words, getattr(row, "evidence", ()))),
            getattr(row, "limit", ""),
            f"`{row.emits.type}`" if row.emits else "",
        )


def _section(machine: Machine) -> str:
    path = f"../{machine.module.__name__.replace('.', '/')}.py"
    lines = [
        f"## {machine.title}",
        f"{machine.about} [The table]({path}).",
        "",
        "```mermaid",
        diagram(machine),
        "```",
        "",
        _line(_COLUMNS),
        _line(["---"] * len(_COLUMNS)),
        *map(_line, rows(machine)),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _roles(row: Any) -> list[str]:
    """Return who may take a step, in the order in which they are declared."""
    if not hasattr(row, "roles"):
        return [row.role]
    return [role for role in type(next(iter(row.roles))) if role in row.roles]


def _chooses(row: Any) -> bool:
    return hasattr(row, "when") and row.when.__name__ != "always"


def _words(function: Callable[..., Any] | str) -> str:
    """Return the first sentence of what a function says of itself, its name where it says none."""
    if isinstance(function, str):
        return function
    said = inspect.cleandoc(function.__doc__ or "").partition("Raises:")[0]
    sentence = re.split(r"\.(?:\s|$)", " ".join(said.split()), maxsplit=1)[0]
    return sentence or function.__name__.replace("_", " ").capitalize()


def _named(word: str) -> str:
    """Return a word with the Chinese that stands behind it in its enumeration; plain words are roles."""
    chinese = chinese_words(type(word) if isinstance(word, Enum) else Role)
    return f"{_plain(word)} {chinese.get(_plain(word), '')}".strip()


def _plain(word: str) -> str:
    return str(word.value) if isinstance(word, Enum) else word


@cache
def chinese_words(words: type[Enum]) -> dict[str, str]:
    """Return the Chinese of an enumeration's values: the comment behind each, as far as there is one."""
    found = re.findall(r'^    \w+ = "([^"]+)"  # ([^#:;(\n]+)', inspect.getsource(words), re.MULTILINE)
    return {value: comment.strip() for value, comment in found}


def main(arguments: Sequence[str]) -> int:
    """Write the page, or say with `--check` whether it is current."""
    current = document()
    if "--check" not in arguments:
        PATH.write_text(current, encoding="utf-8")
        return 0
    if PATH.exists() and PATH.read_text(encoding="utf-8") == current:
        return 0
    print(f"{PATH.relative_to(REPOSITORY)} is stale: run python -m ops.lifecycle", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
