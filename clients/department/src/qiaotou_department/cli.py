"""`qiaotou-department`: a department's work from a terminal."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from qiaotou_department import steps
from qiaotou_department.department import Department
from qiaotou_department.listening import Doing, Listener
from qiaotou_department.results import Contact
from qiaotou_department.terminal import Group, Terminal, files, output, step, work
from qiaotou_department.texts import say

SUSPENSION_REASONS = ("season", "court", "hearing", "budget", "third_party")


@click.group(cls=Group)
@click.version_option(package_name="qiaotou-department")
def main() -> None:
    """Take orders of a Qiaotou cell and answer them.

    Reads QIAOTOU_DEPARTMENT, QIAOTOU_AMQP_URI, QIAOTOU_API and QIAOTOU_TOKEN.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command()
@click.option("--auto", is_flag=True, help="Sign and complete every order, for demonstrations.")
@click.option("--text", help="What --auto says was done.")
@click.option("--count", type=click.IntRange(min=1), help="End after this many orders, changes and answers.")
@click.option("--reconcile", is_flag=True, help="First ask for every open order again.")
@files
@output
def listen(
    *,
    auto: bool,
    text: str | None,
    count: int | None,
    reconcile: bool,
    photos: tuple[str, ...],
    papers: tuple[str, ...],
    contact_channel: str,
    lang: str,
    as_json: bool,
) -> None:
    """Print orders, what is decided about them, and answers, as they come."""
    terminal = Terminal(lang=lang, as_json=as_json)
    department = Department.from_env()
    doing = Doing(text=text or say(lang, "done"), photos=photos, papers=papers, channel=contact_channel)
    listener = Listener(department, terminal.report, doing=doing if auto else None, count=count)
    department.on_order(listener.order)
    department.on_change(listener.change)
    department.on_answer(listener.answer)
    department.on_restored(listener.restored)
    terminal.report("listening", department=department.settings.department)
    department.run(reconcile=reconcile)


@main.command()
@step
def sign(*, order_id: UUID, timeout_s: float, lang: str, as_json: bool) -> None:
    """签收: take an order on."""
    outcome = steps.sign(Department.from_env(), order_id, timeout_s=timeout_s)
    Terminal(lang=lang, as_json=as_json).outcome("signed", outcome)


@main.command("return")
@click.option("--reason", required=True, help="Why it is not ours (10 to 2,000 characters).")
@click.option("--legal-basis", required=True, help="职责依据: by what rule.")
@click.option("--suggested", help="Code of the department whose it is.")
@step
def return_(
    *,
    order_id: UUID,
    reason: str,
    legal_basis: str,
    suggested: str | None,
    timeout_s: float,
    lang: str,
    as_json: bool,
) -> None:
    """退回: give an order back before it is signed."""
    outcome = steps.return_(
        Department.from_env(),
        order_id,
        reason=reason,
        legal_basis=legal_basis,
        suggested=suggested,
        timeout_s=timeout_s,
    )
    Terminal(lang=lang, as_json=as_json).outcome("returned", outcome)


@main.command()
@click.option("--days", required=True, type=click.IntRange(min=1), help="In days of the limit's own kind.")
@click.option("--reason", required=True, help="Why (10 to 2,000 characters).")
@click.option("--attempt", default=1, help="2, 3 … to ask the same once more.")
@step
def extend(
    *, order_id: UUID, days: int, reason: str, attempt: int, timeout_s: float, lang: str, as_json: bool
) -> None:
    """申请延期: ask for more time; the dispatcher decides."""
    outcome = steps.ask_extension(
        Department.from_env(), order_id, days=days, reason=reason, attempt=attempt, timeout_s=timeout_s
    )
    Terminal(lang=lang, as_json=as_json).outcome("extension_asked", outcome)


@main.command()
@click.option("--reason", required=True, type=click.Choice(SUSPENSION_REASONS), help="Of the closed list.")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Review date, e.g. 2012-07-01."
)
@click.option("--text", help="More than the list says (10 to 2,000 characters).")
@click.option("--attempt", default=1, help="2, 3 … to ask the same once more.")
@step
def suspend(
    *,
    order_id: UUID,
    reason: str,
    until: datetime,
    text: str | None,
    attempt: int,
    timeout_s: float,
    lang: str,
    as_json: bool,
) -> None:
    """申请挂起: ask that the clock stands; the dispatcher decides."""
    outcome = steps.ask_suspension(
        Department.from_env(),
        order_id,
        reason=reason,
        until=until.date(),
        text=text,
        attempt=attempt,
        timeout_s=timeout_s,
    )
    Terminal(lang=lang, as_json=as_json).outcome("suspension_asked", outcome)


@main.command("complete-part")
@work
@step
def complete_part(**given: Any) -> None:
    """协办办结: hand in our result and complete our part."""
    _complete(steps.complete_part, "part_completed", **given)


@main.command()
@work
@step
def complete(**given: Any) -> None:
    """办结: hand in the result and complete an order."""
    _complete(steps.complete, "completed", **given)


def _complete(
    take: Callable[..., steps.Outcome],
    event: str,
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
    outcome = take(
        Department.from_env(),
        order_id,
        text=text,
        photos=photos,
        papers=papers,
        contact=Contact(channel=contact_channel, note=contact_note),
        timeout_s=timeout_s,
    )
    Terminal(lang=lang, as_json=as_json).outcome(event, outcome)


@main.command()
@output
def reconcile(*, lang: str, as_json: bool) -> None:
    """对账: ask for every open order again; they come to whoever listens."""
    Department.from_env().reconcile()
    Terminal(lang=lang, as_json=as_json).report("reconciling")


@main.command()
@click.argument("category")
@output
def sandbox(*, category: str, lang: str, as_json: bool) -> None:
    """演练工单: have a test order made, e.g. of category 0202; the sandbox department alone may."""
    order = Department.from_env().api.make_sandbox_order(category)
    Terminal(lang=lang, as_json=as_json).report("made", **order)


@main.command()
@click.option("--state", help="Only orders in this state, e.g. offered.")
@output
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
