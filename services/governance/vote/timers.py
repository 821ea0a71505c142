"""What time does to votes, and what is swept out after them."""

from uuid import UUID

from chassis.context import Context
from chassis.data.engine import Database
from chassis.principal import the_system
from contracts.envelope import uuid7
from services.governance.vote.keeping import known
from services.governance.vote.repository import Votes
from services.governance.vote.sweeping import sweep


def run_all(database: Database) -> None:
    """Open, extend and close what is due, each vote in a transaction of its own.

    Raises: what one of them has raised, once the others have had their turn.
    """
    with database.reading() as connection:
        due = Votes.due(connection)
    failed: list[Exception] = []
    for vote_id in due:
        try:
            _run(database, vote_id)
        except Exception as error:  # noqa: BLE001 - raised below: one vote keeps no other from its time
            failed.append(error)
    if failed:
        raise failed[0]


def _run(database: Database, vote_id: UUID) -> None:
    with database.writing(Context(principal=the_system(), correlation_id=str(uuid7()))) as uow:
        known(vote_id, uow)


def sweep_boxes(database: Database) -> None:
    """Leave nothing on the disk of what votes that are over have taken out of the box."""
    with database.engine.connect() as connection:
        sweep(connection.execution_options(isolation_level="AUTOCOMMIT"))
