"""Papers: one function a message: load, decide, save."""

from secrets import token_hex
from uuid import UUID, uuid4

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.paper import (
    EnterSlip,
    HandInPaper,
    HandInReceipt,
    ResolveSlip,
    SlipReceipt,
)
from services.governance import metrics
from services.governance.roll.repository import Electorate
from services.governance.vote import paper, slips
from services.governance.vote.ballot import Ballot
from services.governance.vote.ballots import BallotBox, InBox, OpenBallots, Participations
from services.governance.vote.casting import OpenBallot
from services.governance.vote.errors import UnknownVote
from services.governance.vote.keeping import known
from services.governance.vote.paper import Entry, Slip
from services.governance.vote.repository import RunningVotes, Votes
from services.governance.vote.vote import Vote


def hand_in_paper(asked: HandInPaper, uow: UnitOfWork) -> HandInReceipt:
    """交票. Raises: UnknownVote, and as `paper.hand_in`."""
    vote = uow.store(RunningVotes).get(asked.vote_id)
    if vote is None:
        raise UnknownVote
    key = (asked.vote_id, asked.entitlement_id)
    taken = paper.hand_in(
        vote,
        uow.store(Electorate).get(key),
        asked,
        uow.principal,
        used=uow.store(Participations).get(key),
        now=uow.now,
    )
    uow.store(Participations).put(key, taken)
    return HandInReceipt(vote_id=vote.id, entitlement_id=asked.entitlement_id, channel=asked.channel)


def enter_slip(asked: EnterSlip, uow: UnitOfWork) -> SlipReceipt:
    """录票. Raises: UnknownVote, and as `paper.enter`."""
    vote = known(asked.vote_id, uow)
    used = None
    if asked.entitlement_id is not None:
        used = uow.store(Participations).get((vote.id, asked.entitlement_id))
    slip = paper.enter(
        vote,
        uow.store(slips.Slips).get(paper.slip_id_of(asked)),
        asked,
        uow.principal,
        handed_in=slips.progress(uow.connection, vote.id).handed_in,
        used=used,
    )
    return _keep(slip, vote, uow)


def resolve_slip(asked: ResolveSlip, uow: UnitOfWork) -> SlipReceipt:
    """核定. Raises: UnknownVote, and as `paper.resolve`."""
    vote = known(asked.vote_id, uow)
    slip = uow.store(slips.Slips).get(paper.slip_id_of(asked))
    return _keep(paper.resolve(vote, slip, asked, uow.principal), vote, uow)


def _keep(slip: Slip, vote: Vote, uow: UnitOfWork) -> SlipReceipt:
    uow.store(slips.Slips).put(slip.id, slip)
    if slip.counted is not None:
        _count(slip, slip.counted, vote, uow)
    return SlipReceipt(
        vote_id=vote.id, number=slip.number, entitlement_id=slip.entitlement_id, stage=slip.stage
    )


def _count(slip: Slip, counted: Entry, vote: Vote, uow: UnitOfWork) -> None:
    """Let a settled slip be a ballot. Nobody's device has made its id and nonce: they are drawn here."""
    ballot = Ballot(id=uuid4(), choice=counted.choice, nonce=token_hex(32))
    if slip.entitlement_id is None:
        uow.store(BallotBox).put(ballot.id, InBox(vote.id, ballot))
    else:
        uow.store(OpenBallots).put(
            (vote.id, slip.entitlement_id), (_named(ballot, slip.entitlement_id, counted, vote, uow),)
        )
    uow.after_commit(metrics.BALLOTS.labels(vote.mode.value).inc)


def _named(ballot: Ballot, entitlement_id: UUID, counted: Entry, vote: Vote, uow: UnitOfWork) -> OpenBallot:
    entry = uow.store(Electorate).get((vote.id, entitlement_id))
    assert entry is not None, "what was handed in is on the roll"
    weighed = Ballot(
        id=ballot.id,
        choice=ballot.choice,
        nonce=ballot.nonce,
        entitlement_id=entitlement_id,
        area_hundredths_m2=entry.area_hundredths_m2,
    )
    return OpenBallot(ballot=weighed, vote_id=vote.id, cast_by=counted.by, cast_at=uow.now)


_OF_VOTE = (Votes, lambda asked: asked.vote_id)
_OF_SLIP = (slips.Slips, paper.slip_id_of)

COMMANDS: tuple[CommandRoute, ...] = (
    command(
        HandInPaper,
        hand_in_paper,
        loads=(
            (RunningVotes, lambda asked: asked.vote_id),
            (Electorate, lambda asked: (asked.vote_id, asked.entitlement_id)),
            (Participations, lambda asked: (asked.vote_id, asked.entitlement_id)),
        ),
    ),
    command(EnterSlip, enter_slip, loads=(_OF_VOTE, _OF_SLIP)),
    command(ResolveSlip, resolve_slip, loads=(_OF_VOTE, _OF_SLIP)),
)
