"""`qiaotou-verify vote`: recount a vote from its bundle."""

import json
import sys
from pathlib import Path

import click

from qiaotou_verifier import texts
from qiaotou_verifier.bundle import read, read_object
from qiaotou_verifier.files import Unreadable
from qiaotou_verifier.votes import Asked, Kept, Line, State, VoteReport, verify_vote

DIFFERS, TROUBLE = 1, 2
_SIGNS = {State.HOLDS: "✓", State.FAILS: "✗", State.NOT_DONE: "–"}


@click.command()
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--receipt", "receipts", multiple=True, help="A receipt (64 hex digits), or the kept ballot's file."
)
@click.option("--key", help="The public key (hex) that the district has made known.")
@click.option("--root", help="The ballots' root as the notice board shows it.")
@click.option("--digest", help="The whole bundle's digest as the notice board shows it.")
@click.option("--roll-root", help="The roll's root as it was shown before opening.")
@click.option("--rule-hash", help="The rule's hash as it was shown before opening.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Else what the environment says.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def vote(
    bundle: Path,
    *,
    receipts: tuple[str, ...],
    key: str | None,
    lang: str | None,
    as_json: bool,
    **printed: str | None,
) -> None:
    """Recount a vote: roll, ballots, totals, what the rule says, signature, receipts.

    Exit status: 0 everything agrees, 1 something differs, 2 the bundle cannot be read.
    """
    lang = lang or texts.language()
    shown = tuple((name, value) for name, value in printed.items() if value is not None)
    try:
        asked = Asked(key=key, printed=shown, receipts=tuple(map(_kept, receipts)))
        report = verify_vote(read(bundle), asked)
    except Unreadable as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(TROUBLE)
    click.echo(_as_json(report, lang) if as_json else _as_text(report, lang))
    sys.exit(0 if report.holds else DIFFERS)


def _kept(given: str) -> Kept:
    """Return what a voter gives: the receipt itself, or the file that holds it with the ballot's leaf.

    Raises: Unreadable.
    """
    path = Path(given)
    if not path.is_file():
        return Kept(given.strip())
    content = read_object(path)
    if not isinstance(content.get("receipt"), str) or not isinstance(content.get("leaf"), dict):
        raise Unreadable(f"{path.name}: no receipt with its leaf")
    return Kept(content["receipt"], content["leaf"])


def _as_json(report: VoteReport, lang: str) -> str:
    lines = [
        {
            "check": line.check,
            "state": line.state.value,
            "findings": [{"finding": each.name, "values": each.values} for each in line.texts],
            "text": _said(line, lang),
        }
        for line in report.lines
    ]
    return json.dumps(
        {"holds": report.holds, "digest": report.digest, "checks": lines}, ensure_ascii=False, default=str
    )


def _as_text(report: VoteReport, lang: str) -> str:
    lines = [
        f"{_SIGNS[line.state]} {texts.name_of(line.check, lang)}: {_said(line, lang)}"
        for line in report.lines
    ]
    return "\n".join([*lines, texts.say(lang, "holds" if report.holds else "does_not_hold")])


def _said(line: Line, lang: str) -> str:
    text = "; ".join(texts.say(lang, each.name, **each.values) for each in line.texts)
    # What a bundle says goes to a terminal, and may have been written to deceive one.
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
