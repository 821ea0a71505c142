"""Ballots. Nothing is kept of one but itself: no command, no hash, no answer, no line, no log."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.votes import BallotMode, BallotReceipt, CastBallot
from services.governance import metrics
from services.governance.roll.repository import Electorate
from services.governance.vote.ballots import BallotBox, InBox, OpenBallots, Participations
from services.governance.vote.casting import Cast, cast
from services.governance.vote.errors import BallotExists, UnknownVote
from services.governance.vote.repository import RunningVotes


def cast_ballot(asked: CastBallot, uow: UnitOfWork) -> BallotReceipt:
    """投票. Raises: UnknownVote, BallotExists, and as `casting.cast`."""
    vote = uow.store(RunningVotes).get(asked.vote_id)
    if vote is None:
        raise UnknownVote
    key = _key(asked)
    before = uow.store(OpenBallots).get(key) or () if vote.mode is BallotMode.OPEN else ()
    taken = cast(
        vote,
        uow.store(Electorate).get(key),
        asked,
        uow.principal,
        used=uow.store(Participations).get(key),
        before=before,
        now=uow.now,
    )
    _put(taken, vote.id, uow)
    if taken.named is not None:
        uow.store(OpenBallots).put(key, (*before, taken.named))
    uow.after_commit(metrics.BALLOTS.labels(vote.mode.value).inc)
    return BallotReceipt(vote_id=vote.id, entitlement_id=asked.entitlement_id, standing=taken.standing)


def _put(taken: Cast, vote_id: UUID, uow: UnitOfWork) -> None:
    if taken.secret is not None:
        box = uow.store(BallotBox)
        if box.get(taken.secret.id) is not None:
            raise BallotExists
        box.put(taken.secret.id, InBox(vote_id, taken.secret))
    if taken.participation is not None:
        used = taken.participation
        uow.store(Participations).put((used.vote_id, used.entitlement_id), used)


def _key(asked: CastBallot) -> tuple[UUID, UUID]:
    return (asked.vote_id, asked.entitlement_id)


COMMANDS: tuple[CommandRoute, ...] = (
    command(
        CastBallot,
        cast_ballot,
        kept=False,
        loads=(
            (RunningVotes, lambda asked: asked.vote_id),
            (Electorate, _key),
            (Participations, _key),
            (BallotBox, lambda asked: asked.ballot_id),
        ),
    ),
)
