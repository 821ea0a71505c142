"""What can be asked about elections besides what is asked about any vote."""

from uuid import UUID

from chassis.data.engine import Database
from contracts.commands.elections import Mandates
from services.governance.election.repository import published
from services.governance.vote import reads
from services.governance.vote.errors import UnknownVote


def mandates(database: Database, vote_id: UUID) -> Mandates:
    """Return the list of a vote's mandates 委托投票名单; asked by anybody. Raises: UnknownVote."""
    with database.reading() as connection:
        if reads.vote(connection, vote_id) is None:
            raise UnknownVote
        return Mandates(vote_id=vote_id, items=published(connection, vote_id))
