"""What time does to votes, and what is swept out after them."""

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from contracts.envelope import uuid7
from services.governance.vote.keeping import known
from services.governance.vote.repository import Votes
from services.governance.vote.sweeping import sweep


def run_all(database: Database) -> None:
    """Open, extend and close what is due, each vote in a transaction of its own."""
    with database.reading() as connection:
        due = Votes.due(connection)
    for vote_id in due:
        with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
            known(vote_id, uow)


def sweep_boxes(database: Database) -> None:
    """Leave nothing on the disk of what votes that are over have taken out of the box."""
    with database.engine.connect() as connection:
        sweep(connection.execution_options(isolation_level="AUTOCOMMIT"))
