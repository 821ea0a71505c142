"""`python -m bench.recount`: how long, and in how much memory, a large secret vote is verified.

The bundle is made here by the service's own pure functions; the verifier is a process of its own that sees
the file and nothing else.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

import click
from rich.console import Console

from chassis.signing import SigningKey
from contracts import roll as rolls
from contracts.commands.rules import Counts
from contracts.commands.votes import BallotMode
from contracts.events.registry import RollEntry
from contracts.vocabulary import RollKind
from services.governance.rule.deciding import decide
from services.governance.rule.rules import rule_of
from services.governance.vote.ballot import Ballot
from services.governance.vote.bundle import Closed, Question, Roll, bundle, root_of, written
from services.governance.vote.tally import tally

BALLOTS, GOAL_S = 200_000, 15.0
OPTIONS = ("yes", "no", "abstain")
VERIFY = Path(sys.executable).with_name("qiaotou-verify")


class Spent(NamedTuple):
    """What a process took: seconds of wall and CPU, MB of memory at most, what it said."""

    seconds: float
    cpu_s: float
    memory_mb: int
    status: int


@click.command()
@click.option("--ballots", default=BALLOTS, show_default=True, help="How many ballots were cast.")
def main(ballots: int) -> None:
    """Verify a secret vote in which four of five entitlements were used."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.json"
        with console.status(f"making a bundle of {ballots} ballots"):
            path.write_bytes(a_bundle(ballots))
        size_mb = path.stat().st_size / 1e6
        with console.status("verifying it"):
            spent = verified(path)
    console.print(
        f"{ballots} ballots, {size_mb:.0f} MB: [bold]{spent.seconds:.1f} s[/bold] (goal: {GOAL_S:.0f}), "
        f"{spent.cpu_s:.1f} s of CPU, {spent.memory_mb} MB"
    )
    sys.exit(spent.status)


def verified(path: Path) -> Spent:
    """Run the verifier over a bundle."""
    begun = time.monotonic()
    child = subprocess.Popen([VERIFY, "vote", path], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu_s = usage.ru_utime + usage.ru_stime
    return Spent(seconds, cpu_s, usage.ru_maxrss // 1024, child.returncode)


def a_bundle(ballots: int) -> bytes:
    """Return a signed bundle of so many secret ballots."""
    drawn = Random(1)
    roll = _roll(ballots * 5 // 4, drawn)
    cast = tuple(
        Ballot(id=_uuid4(drawn), choice=(drawn.choice(OPTIONS),), nonce=drawn.randbytes(32).hex())
        for _ in range(ballots)
    )
    counted, rule = tally(cast, OPTIONS), rule_of("CN-2026.residents")
    counts = Counts(n=roll.count, p=counted.all.heads, y=counted.options["yes"].heads)
    closed = Closed(
        id=_uuid4(drawn),
        place="c01",
        mode=BallotMode.SECRET,
        question=Question(title="公交候车亭", text="是否同意?"),
        options=OPTIONS,
        seats=1,
        candidates=(),
        opened_at=datetime(2026, 3, 12, 0, 30, tzinfo=UTC),
        closed_at=datetime(2026, 3, 14, 10, 0, tzinfo=UTC),
        rule=rule,
        roll=roll,
        ballots=cast,
        participated=ballots,
        quarantined=0,
        tally=counted,
        counts=counts,
        outcome=decide(rule, counts),
    )
    key = SigningKey(drawn.randbytes(32).hex(), district="140303")
    return written(bundle(closed, district=key.district, key=key.public, sign=key.sign))


def _roll(count: int, drawn: Random) -> Roll:
    entries = [RollEntry(entitlement_id=_uuid4(drawn), electors=(_uuid4(drawn),)) for _ in range(count)]
    leaves = tuple(rolls.leaves(entries))
    return Roll(
        kind=RollKind.HOUSEHOLDS,
        as_of=date(2026, 2, 28),
        count=count,
        area_hundredths_m2=0,
        root=root_of(leaves),
        leaves=leaves,
    )


def _uuid4(drawn: Random) -> UUID:
    return UUID(bytes=drawn.randbytes(16), version=4)


if __name__ == "__main__":
    main(prog_name="python -m bench.recount")
