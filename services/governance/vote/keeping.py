"""What every handler of votes does: find a vote as it is now, and keep it after a step."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from contracts.commands.votes import BallotMode, VoteReceipt
from services.governance import metrics
from services.governance.roll.repository import Rolls
from services.governance.roll.roll import Roll
from services.governance.vote.ballots import Shuffled, ballots_of
from services.governance.vote.counting import quorum_met
from services.governance.vote.errors import UnknownVote
from services.governance.vote.lifecycle import Row, State
from services.governance.vote.repository import Line, Timeline, Votes
from services.governance.vote.running import extension_undecided, run
from services.governance.vote.slips import waiting
from services.governance.vote.vote import Vote


def known(vote_id: UUID, uow: UnitOfWork) -> Vote:
    """Return a vote, locked and brought up to this time: the timer may be late. Raises: UnknownVote."""
    vote = uow.store(Votes).get(vote_id)
    if vote is None:
        raise UnknownVote
    return advance(vote, uow)


def advance(vote: Vote, uow: UnitOfWork) -> Vote:
    """Open, extend and close a vote as far as its announced times have come."""
    while True:
        enough = not extension_undecided(vote, uow.now) or quorum_met(
            vote,
            roll_of(vote, uow),
            ballots_of(uow.connection, vote),
            waiting=waiting(uow.connection, vote.id),
        )
        step = run(vote, quorum_met=enough, now=uow.now)
        if step is None:
            return vote
        vote = step.vote
        keep(vote, step.row, uow, by="system")
        if vote.state is State.CLOSED and vote.mode is BallotMode.SECRET:
            uow.store(Shuffled).append(vote.id)


def roll_of(vote: Vote, uow: UnitOfWork) -> Roll:
    """Return a vote's roll, locked."""
    roll = roll_if_any(vote, uow)
    assert roll is not None, "past its request a vote has a roll"
    return roll


def roll_if_any(vote: Vote, uow: UnitOfWork) -> Roll | None:
    """Return a vote's roll, None where it was not asked for yet."""
    return None if vote.roll_id is None else uow.store(Rolls).get(vote.roll_id)


def keep(vote: Vote, row: Row, uow: UnitOfWork, *, by: str) -> VoteReceipt:
    """Keep a vote after a step, and note the step."""
    uow.store(Votes).put(vote.id, vote)
    line = Line(
        vote_id=vote.id,
        at=uow.now,
        kind=row.kind.value,
        step=row.step.value,
        state=vote.state.value,
        by=by,
    )
    uow.store(Timeline).append(line)
    uow.after_commit(metrics.VOTE_STEPS.labels(row.step.value).inc)
    return VoteReceipt(vote_id=vote.id, state=vote.state.value, version=vote.version)
