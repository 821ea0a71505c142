"""What the timer does after a count: the vote's bundle is made and signed, once a count."""

from uuid import UUID

import structlog

from chassis.context import Context
from chassis.data.engine import Database
from chassis.data.unit_of_work import UnitOfWork
from chassis.principal import the_system
from chassis.processing.faults import is_of_the_house
from chassis.signing import SigningKey
from contracts.envelope import uuid7
from services.governance.roll.repository import Entries
from services.governance.vote import bundles, reads
from services.governance.vote.ballots import ballots_of
from services.governance.vote.bundle import bundle
from services.governance.vote.bundling import File, closed, files
from services.governance.vote.keeping import roll_of
from services.governance.vote.repository import Votes
from services.governance.vote.vote import Vote

log = structlog.get_logger()


def sign_all(database: Database, key: SigningKey) -> int:
    """Make the bundle of every count that has none, each in a transaction of its own; return how many.

    One that cannot be made, as of ballots that somebody has changed, keeps no other from its own.
    """
    with database.reading() as connection:
        waiting = bundles.unsigned(connection)
    return sum(_signed(database, key, vote_id) for vote_id in waiting)


def _signed(database: Database, key: SigningKey, vote_id: UUID) -> bool:
    try:
        with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
            vote = uow.store(Votes).get(vote_id)
            assert vote is not None, "a vote is never removed"
            bundles.keep(uow.connection, _files(vote, uow, key))
    except Exception as error:
        if is_of_the_house(error):
            raise
        log.exception("vote.bundle_failed", vote_id=str(vote_id))
        return False
    log.info("vote.bundle_signed", vote_id=str(vote_id))
    return True


def _files(vote: Vote, uow: UnitOfWork, key: SigningKey) -> list[File]:
    roll = roll_of(vote, uow)
    told = closed(
        vote,
        roll,
        uow.store(Entries).all_of(roll.id),
        ballots_of(uow.connection, vote),
        participated=reads.participated(uow.connection, vote.id),
    )
    return files(vote, bundle(told, district=key.district, key=key.public, sign=key.sign))
