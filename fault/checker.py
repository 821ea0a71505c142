"""Judges a fault run by what its clients wrote down and by what the public API says at the end.

It imports nothing of what it judges, so that it cannot share a mistake with it. What counts as lost,
doubled, disordered, a false 201 or a false refusal is defined in docs/faults.md.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from fault.final_state import FinalState, load, save
from fault.history import entries, heard, restores
from fault.judging import hearing, life, reports, seals, steps
from fault.judging.findings import Figure, Finding, Kind, added_up
from fault.judging.run import Run
from fault.reading import Seen, read


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a run comes to: how many reports were accepted, each kind of violation, and what may be known.

    `notes` count what is no violation, e.g. how many unknown outcomes turned out to be done.
    """

    accepted: int
    lost: Figure
    doubled: Figure
    disordered: Figure
    false_201: Figure
    false_refusals: Figure
    notes: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """The figure of every kind of violation."""
        return {kind.value: getattr(self, kind.value).count for kind in Kind}

    @property
    def clean(self) -> bool:
        """Whether there is no violation at all."""
        return not any(self.counts.values())


def check(folder: Path, state: FinalState) -> Verdict:
    """Judge the histories in a run's folder by the state at its end."""
    run = Run(tuple(entries(folder)), tuple(heard(folder)), state, tuple(restores(folder)))
    figures = added_up(_judged(run))
    return Verdict(
        accepted=sum(op.accepted for op in run.reports.values()),
        lost=figures[Kind.LOST],
        doubled=figures[Kind.DOUBLED],
        disordered=figures[Kind.DISORDERED],
        false_201=figures[Kind.FALSE_201],
        false_refusals=figures[Kind.FALSE_REFUSAL],
        notes=_notes(run),
    )


def read_and_check(folder: Path, api: str, token: str, *, seen: Seen = lambda _done, _total: None) -> Verdict:
    """Read the final state as a dispatcher, keep it beside the histories, and judge.

    `api` is the gateway's address, e.g. `http://127.0.0.1:8080`. Raises: UnreadableError.
    """
    named = dict.fromkeys(each.case_id for each in entries(folder) if each.case_id)
    state = read(api, token, named=named, seen=seen)
    save(folder, state)
    return check(folder, state)


def _judged(run: Run) -> Iterator[Finding]:
    for room in (reports, life, steps, hearing, seals):
        yield from room.judged(run)


def _notes(run: Run) -> dict[str, int]:
    open_ends = [op for op in run.reports.values() if not op.accepted and not op.refused]
    done = sum(op.name in run.cases_of for op in open_ends)
    return {
        "reports": len(run.reports),
        "refused": sum(op.refused for op in run.reports.values()),
        "unknown_done": done,
        "unknown_not_done": len(open_ends) - done,
        "cases": len(run.state.cases),
        "cases_of_others": len(run.state.cases) - len(run.op_of),
        "numbers_left_out": reports.missing_numbers(run),
        "steps_nobody_asked_for": steps.unasked(run),
        "steps_of_no_case": steps.of_no_case(run),
        "heard_again": len(run.heard) - len({(each.department, each.event_id) for each in run.heard}),
        "answers_before_a_restore": sum(map(run.may_be_forgotten, run.entries)),
        "seals_not_in_the_log_yet": seals.unlogged(run),
    }


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--api", help="Read the final state here first; else what was kept is judged.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Holds a dispatcher's token.",
)
def main(folder: Path, api: str | None, token_file: Path | None) -> None:
    """Judge the run whose histories are in FOLDER; the last line is the verdict as JSON."""
    console = Console(stderr=True)
    if api is None:
        verdict = check(folder, load(folder))
    else:
        token = token_file.read_text().strip() if token_file else ""
        with Progress(console=console) as progress:
            task = progress.add_task("reading")
            verdict = read_and_check(
                folder,
                api,
                token,
                seen=lambda done, total: progress.update(task, completed=done, total=total),
            )
    for kind in Kind:
        for example in getattr(verdict, kind.value).examples:
            console.print(f"{kind.value}: {example}")
    sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
    sys.exit(0 if verdict.clean and verdict.accepted else 1)


if __name__ == "__main__":
    main()
