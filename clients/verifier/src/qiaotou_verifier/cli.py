"""`qiaotou-verify`: recompute what a cell has published."""

import json
import sys
from pathlib import Path
from typing import BinaryIO, TextIO

import click

from qiaotou_verifier.check import FIRST_EPOCH, Report, shown, verify
from qiaotou_verifier.cli_vote import vote
from qiaotou_verifier.draw import redraw
from qiaotou_verifier.figures import Ratio
from qiaotou_verifier.files import Unreadable
from qiaotou_verifier.questions import answers, table

DIFFERS, TROUBLE = 1, 2


@click.group()
@click.version_option(package_name="qiaotou-verifier")
def main() -> None:
    """Recompute what a Qiaotou cell publishes. Needs the published files and nothing else."""


main.add_command(vote)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", help="The public key (hex) that the district has made known.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def publication(folder: Path, *, key: str | None, as_json: bool) -> None:
    """Recompute every figure, ranking and seal of a published folder.

    Exit status: 0 everything agrees, 1 something differs, 2 the folder cannot be read.
    """
    try:
        report = verify(folder, key=key)
    except (Unreadable, KeyError, ValueError, TypeError) as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(TROUBLE)
    click.echo(_as_json(report) if as_json else _as_text(report))
    sys.exit(0 if report.holds else DIFFERS)


@main.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--list", "listed", is_flag=True, help="Show every rule with its inequalities, and stop.")
def rule(file: BinaryIO, *, listed: bool) -> None:
    """Say what a rule makes of counts: lines of {"rule": ..., "counts": {...}}, from FILE or standard input.

    One line of JSON comes out for each that can be judged: `demand` and `outcome`, each with the inequality
    that decided and both its sides. Exit status: 0 every line was judged, 2 some could not be.
    """
    troubled = False
    for each in table() if listed else ():
        click.echo(json.dumps(each, ensure_ascii=False))
    for number, answer, trouble in () if listed else answers(file):
        if answer is None:
            troubled = True
            click.echo(f"line {number}: {trouble}", err=True)
        else:
            click.echo(json.dumps(answer, ensure_ascii=False))
    sys.exit(TROUBLE if troubled else 0)


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def draw(file: TextIO, *, as_json: bool) -> None:
    """Repeat the draw of a hearing's panel, from the JSON of GET /hearings/{id}/draw.

    Exit status: 0 the panel is the one that was drawn, 1 it is another, 2 the file cannot be read.
    """
    try:
        again = redraw(json.load(file))
    except (KeyError, ValueError, TypeError) as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(TROUBLE)
    if as_json:
        click.echo(json.dumps({"holds": again.holds, "seed": again.seed, "panel": again.panel}))
    else:
        mark = "✓ The draw was repeated and agrees." if again.holds else "✗ The draw gives another panel."
        click.echo("\n".join([f"seed {again.seed}", *again.panel, mark]))
    sys.exit(0 if again.holds else DIFFERS)


def _as_json(report: Report) -> str:
    facts = report._asdict() | {
        "holds": report.holds,
        "findings": [finding._asdict() for finding in report.findings],
        "totals": _shown(report.totals),
        "communities": {code: _shown(found) for code, found in report.communities.items()},
        "ranks": [rank._asdict() for rank in report.ranks],
    }
    return json.dumps(facts, ensure_ascii=False)


def _shown(figures: dict[str, Ratio]) -> dict[str, list[object]]:
    return {name: [*ratio, ratio.value] for name, ratio in figures.items()}


def _went_back(report: Report) -> str:
    """Say that another publication of the district may hold what this one does not, and why."""
    return (
        f"! Epoch {report.epoch}: the district's cell went back to a backup. What it published in a lower "
        "epoch may hold cases and leaves of the log that are not here."
    )


def _as_text(report: Report) -> str:
    completion, reporting = report.totals["completion"], report.totals["reporting"]
    read = f"{report.cases} cases, {report.events} events, {report.figures} figures"
    rates = f"办结率 completion {completion.value}   上报率 reporting {reporting.value}"
    good = "✓ Every figure, ranking and seal was recomputed and agrees."
    lines = [
        f"{read}, {report.seals} seals, a log of {report.log_size}",
        f"上报 reported {completion.denominator}   办结 closed {completion.numerator}   {rates}",
        *([_went_back(report)] if report.epoch > FIRST_EPOCH else []),
        *(f"✗ {line}" for line in shown(report.findings)),
        good if report.holds else "✗ It does not hold.",
    ]
    return "\n".join(lines)
