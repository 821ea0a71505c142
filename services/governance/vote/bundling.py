"""What a counted vote's bundle is made of, and the files that are handed out. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from contracts import roll as rolls
from contracts.commands.bundles import Audience
from contracts.commands.votes import BallotMode
from contracts.events.registry import RollEntry
from services.governance.roll.roll import Roll
from services.governance.vote.ballot import Ballot
from services.governance.vote.bundle import (
    Closed,
    Named,
    Object,
    Question,
    digest_of,
    without_ballots,
    written,
)
from services.governance.vote.bundle import Roll as Frozen
from services.governance.vote.tally import tally
from services.governance.vote.vote import Vote

PART_BYTES = 512 * 1024


class File(NamedTuple):
    """A bundle as it is kept for one audience: what stands on the notice board, and its bytes."""

    vote_id: UUID
    audience: Audience
    counted_at: datetime
    digest: str
    ballots_root: str
    key: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hex."""
        return sha256(self.content).hexdigest()

    @property
    def parts(self) -> Iterator[bytes]:
        """The bytes in pieces that a message carries."""
        for at in range(0, len(self.content), PART_BYTES):
            yield self.content[at : at + PART_BYTES]


def closed(
    vote: Vote, roll: Roll, entries: Sequence[RollEntry], ballots: Sequence[Ballot], *, participated: int
) -> Closed:
    """Return a counted vote as its bundle tells it."""
    assert vote.rule is not None, "a vote that was counted has its rule"
    assert vote.opens_at is not None, "its times"
    assert vote.closes_at is not None, "its times"
    assert vote.totals is not None, "and what was counted"
    assert vote.counts is not None, "and what was counted"
    assert vote.outcome is not None, "and what was counted"
    return Closed(
        id=vote.id,
        place=vote.place,
        mode=vote.mode,
        question=Question(title=vote.title, text=vote.text),
        options=vote.options,
        seats=vote.seats,
        candidates=tuple(Named(code=each.code, name=each.name) for each in vote.candidates),
        opened_at=vote.opens_at,
        closed_at=vote.closes_at,
        rule=vote.rule,
        roll=_frozen(roll, entries),
        ballots=tuple(ballots),
        participated=participated,
        quarantined=vote.totals.quarantined,
        tally=tally(ballots, vote.options),
        counts=vote.counts,
        outcome=vote.elected or vote.outcome,
    )


def files(vote: Vote, whole: Object) -> list[File]:
    """Return the files of a bundle: of an open vote one with the ballots and one without."""
    assert vote.counted_at is not None, "a bundle is of a vote that was counted"
    told = {Audience.PUBLIC: whole}
    if vote.mode is BallotMode.OPEN:
        told = {Audience.PUBLIC: without_ballots(whole), Audience.ELECTORS: whole}
    return [
        File(
            vote_id=vote.id,
            audience=audience,
            counted_at=vote.counted_at,
            digest=digest_of(whole),
            ballots_root=str(whole["ballots_root"]),
            key=str(whole["key"]),
            content=written(content),
        )
        for audience, content in told.items()
    ]


def _frozen(roll: Roll, entries: Sequence[RollEntry]) -> Frozen:
    return Frozen(
        kind=roll.kind,
        as_of=roll.as_of,
        count=roll.count or 0,
        area_hundredths_m2=roll.area_hundredths_m2 or 0,
        root=roll.root or "",
        leaves=tuple(rolls.leaves(entries)),
    )
