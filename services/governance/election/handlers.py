"""One function a message about elections: load, decide, save. No SQL, no broker call."""

from uuid import UUID

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from contracts.commands.elections import GiveMandate, NameCandidates
from contracts.commands.votes import VoteReceipt
from services.governance.election import mandating, naming
from services.governance.election.repository import MandateStore, electors_among
from services.governance.roll.repository import Entries
from services.governance.vote.keeping import keep, known
from services.governance.vote.repository import Votes
from services.governance.vote.vote import Vote


def name_candidates(asked: NameCandidates, uow: UnitOfWork) -> VoteReceipt:
    """公布候选人. Raises: UnknownVote, and as `naming.name_candidates`."""
    vote = known(asked.vote_id, uow)
    vote, row = naming.name_candidates(
        vote,
        asked,
        uow.principal,
        electors=_electors(vote, uow),
        holders={each.holder for each in uow.store(MandateStore).get(vote.id) or ()},
        election=None if vote.run_off_of is None else known(vote.run_off_of, uow),
        now=uow.now,
    )
    return keep(vote, row, uow, by=uow.principal.subject)


def give_mandate(asked: GiveMandate, uow: UnitOfWork) -> VoteReceipt:
    """登记委托. Raises: UnknownVote, and as `mandating.give_mandate`."""
    vote = known(asked.vote_id, uow)
    given = uow.store(MandateStore).get(vote.id) or ()
    both = (asked.giver, asked.holder)
    electors = () if vote.roll_id is None else electors_among(uow.connection, vote.roll_id, both)
    vote, row, mandate = mandating.give_mandate(
        vote, asked, uow.principal, given=given, electors=electors, now=uow.now
    )
    uow.store(MandateStore).put(vote.id, (*given, mandate))
    return keep(vote, row, uow, by=uow.principal.subject)


def _electors(vote: Vote, uow: UnitOfWork) -> frozenset[UUID]:
    entries = [] if vote.roll_id is None else uow.store(Entries).all_of(vote.roll_id)
    return frozenset(account for entry in entries for account in entry.electors)


_OF_VOTE = (Votes, lambda asked: asked.vote_id)

COMMANDS: tuple[CommandRoute, ...] = (
    command(NameCandidates, name_candidates, loads=(_OF_VOTE,)),
    command(GiveMandate, give_mandate, loads=(_OF_VOTE,)),
)
