"""Ballots. Nothing is kept of one but itself: no command, no hash, no answer, no line, no log."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.votes import BallotMode, BallotReceipt, CastBallot
from contracts.events.registry import RollEntry
from services.governance import metrics
from services.governance.election.repository import MandateStore
from services.governance.roll.repository import Electorate
from services.governance.standing import account_of
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
    entry = uow.store(Electorate).get(key)
    taken = cast(
        vote,
        entry,
        asked,
        uow.principal,
        used=uow.store(Participations).get(key),
        before=before,
        givers=_givers(vote.id, entry, uow),
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


def _givers(vote_id: UUID, entry: RollEntry | None, uow: UnitOfWork) -> frozenset[UUID]:
    """Return whose mandates the caller holds; nobody is asked where the entitlement is the caller's own."""
    account = account_of(uow.principal)
    if entry is None or account in entry.electors:
        return frozenset()
    mandates = uow.store(MandateStore).get(vote_id) or ()
    return frozenset(each.giver for each in mandates if each.holder == account)


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
