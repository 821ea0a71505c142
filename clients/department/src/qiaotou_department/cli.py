"""`qiaotou-department`: a department's work from a terminal."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from qiaotou_department import steps
from qiaotou_department.department import Department
from qiaotou_department.errors import DepartmentError
from qiaotou_department.listening import Doing, Listener
from qiaotou_department.results import Contact
from qiaotou_department.texts import TEXTS, language, say

F = TypeVar("F", bound=Callable[..., Any])
NOT_TAKEN = 1
TROUBLE = 2


class Terminal:
    """Prints facts: a line for a person, or a JSON object."""

    def __init__(self, *, lang: str, as_json: bool) -> None:
        self.lang = lang
        self._as_json = as_json

    def report(self, event: str, **facts: object) -> None:
        """Print one event."""
        if self._as_json:
            click.echo(json.dumps({"event": event, **facts}, default=str, ensure_ascii=False))
            return
        named = {**facts, "part": say(self.lang, str(facts["part"]))} if "part" in facts else facts
        click.echo(say(self.lang, event, **named))

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


class _Group(click.Group):
    """Turns the kit's errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DepartmentError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(TROUBLE)


def _output(command: F) -> F:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(command)
    lang = click.Choice(sorted(TEXTS))
    return click.option("--lang", type=lang, default=language, help="Language of the lines.")(command)


def _result(command: F) -> F:
    command = click.option("--photo", "photos", multiple=True, help="A photo after (may be repeated).")(
        command
    )
    command = click.option("--paper", "papers", multiple=True, help="A signed paper (may be repeated).")(
        command
    )
    return click.option("--contact-channel", default="phone", help="How the reporter's side was told.")(
        command
    )


@click.group(cls=_Group)
@click.version_option(package_name="qiaotou-department")
def main() -> None:
    """Take orders of a Qiaotou cell and answer them.

    Reads QIAOTOU_DEPARTMENT, QIAOTOU_AMQP_URI, QIAOTOU_API and QIAOTOU_TOKEN.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command()
@click.option("--auto", is_flag=True, help="Sign and complete every order, for demonstrations.")
@click.option("--text", help="What --auto says was done.")
@click.option("--count", type=click.IntRange(min=1), help="End after this many orders and answers.")
@_result
@_output
def listen(
    *,
    auto: bool,
    text: str | None,
    count: int | None,
    photos: tuple[str, ...],
    papers: tuple[str, ...],
    contact_channel: str,
    lang: str,
    as_json: bool,
) -> None:
    """Print orders and answers as they come."""
    terminal = Terminal(lang=lang, as_json=as_json)
    department = Department.from_env()
    doing = Doing(text=text or say(lang, "done"), photos=photos, papers=papers, channel=contact_channel)
    listener = Listener(department, terminal.report, doing=doing if auto else None, count=count)
    department.on_order(listener.order)
    department.on_answer(listener.answer)
    terminal.report("listening", department=department.settings.department)
    department.run()


@main.command()
@click.argument("order_id", type=click.UUID)
@click.option("--timeout", "timeout_s", default=15.0, help="Seconds to wait for the outcome.")
@_output
def sign(*, order_id: UUID, timeout_s: float, lang: str, as_json: bool) -> None:
    """签收: take an order on."""
    outcome = steps.sign(Department.from_env(), order_id, timeout_s=timeout_s)
    Terminal(lang=lang, as_json=as_json).outcome("signed", outcome)


@main.command()
@click.argument("order_id", type=click.UUID)
@click.option("--text", required=True, help="What was done.")
@click.option("--contact-note", default="", help="What was said.")
@click.option("--timeout", "timeout_s", default=15.0, help="Seconds to wait for the outcome.")
@_result
@_output
def complete(
    *,
    order_id: UUID,
    text: str,
    contact_note: str,
    timeout_s: float,
    photos: tuple[str, ...],
    papers: tuple[str, ...],
    contact_channel: str,
    lang: str,
    as_json: bool,
) -> None:
    """办结: hand in the result and complete an order."""
    outcome = steps.complete(
        Department.from_env(),
        order_id,
        text=text,
        photos=photos,
        papers=papers,
        contact=Contact(channel=contact_channel, note=contact_note),
        timeout_s=timeout_s,
    )
    Terminal(lang=lang, as_json=as_json).outcome("completed", outcome)


@main.command()
@click.option("--state", help="Only orders in this state, e.g. offered.")
@_output
def orders(*, state: str | None, lang: str, as_json: bool) -> None:
    """List our orders, newest first."""
    terminal = Terminal(lang=lang, as_json=as_json)
    for order in Department.from_env().api.orders(state=state):
        terminal.report("order", **order)


@main.command()
@click.argument("order_id", type=click.UUID)
def show(*, order_id: UUID) -> None:
    """Show everything the cell tells us about one order."""
    order = Department.from_env().api.order(order_id)
    click.echo(json.dumps(order, indent=2, ensure_ascii=False))
