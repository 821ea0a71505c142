"""What the command line prints, and how it ends."""

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import click

from qiaotou_department import steps
from qiaotou_department.errors import DepartmentError
from qiaotou_department.texts import TEXTS, language, say

F = TypeVar("F", bound=Callable[..., Any])
NOT_TAKEN = 1
TROUBLE = 2
DISTRICT_TIME = timezone(timedelta(hours=8))  # China keeps one time and no summer time


class Terminal:
    """Prints facts: a line for a person, or a JSON object."""

    def __init__(self, *, lang: str, as_json: bool) -> None:
        self.lang = lang
        self._as_json = as_json

    def report(self, event: str, **facts: object) -> None:
        """Print one event."""
        if self._as_json:
            click.echo(json.dumps({"event": event, **facts}, default=_plain, ensure_ascii=False))
            return
        click.echo(say(self.lang, event, **{**facts, **self._in_words(facts)}))

    def outcome(self, event: str, outcome: steps.Outcome) -> None:
        """Print what became of one step and end the process accordingly."""
        if not outcome.taken:
            event = "unchanged"
        elif outcome.already:
            event = "already"
        facts = {key: outcome.order[key] for key in ("order_id", "number", "state")}
        self.report(event, **facts)
        if not outcome.taken:
            sys.exit(NOT_TAKEN)

    def _in_words(self, facts: dict[str, Any]) -> dict[str, str]:
        words = {name: self._due(facts.get(name)) for name in ("due_at", "known_until")}
        if "part" in facts:
            words["part"] = say(self.lang, facts["part"])
        if "change" in facts:
            # A later cell may decide what this kit has no words for.
            words["change"] = TEXTS[self.lang].get(f"change_{facts['change']}", facts["change"])
        return words

    def _due(self, due_at: datetime | str | None) -> str:
        if due_at is None:
            return say(self.lang, "no_due")
        moment = datetime.fromisoformat(due_at) if isinstance(due_at, str) else due_at
        return moment.astimezone(DISTRICT_TIME).strftime("%Y-%m-%d %H:%M")


class Group(click.Group):
    """Turns the kit's errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except DepartmentError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(TROUBLE)


def output(command: F) -> F:
    """Let a command print in either language, or for machines."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(command)
    lang = click.Choice(sorted(TEXTS))
    return click.option("--lang", type=lang, default=language, help="Language of the lines.")(command)


def step(command: F) -> F:
    """Let a command take one step of one order."""
    timeout = click.option("--timeout", "timeout_s", default=15.0, help="Seconds to wait for the outcome.")
    return click.argument("order_id", type=click.UUID)(timeout(output(command)))


def files(command: F) -> F:
    """Let a command name files and how the reporter's side was told."""
    photo = click.option("--photo", "photos", multiple=True, help="A photo after (may be repeated).")
    paper = click.option("--paper", "papers", multiple=True, help="A signed paper (may be repeated).")
    channel = click.option("--contact-channel", default="phone", help="How the reporter's side was told.")
    return photo(paper(channel(command)))


def work(command: F) -> F:
    """Let a command hand in a result."""
    text = click.option("--text", required=True, help="What was done (10 to 5,000 characters).")
    note = click.option("--contact-note", default="", help="What was said.")
    return text(files(note(command)))


def _plain(fact: object) -> str:
    return fact.isoformat() if isinstance(fact, datetime) else str(fact)
