"""The chassis's tables as a step of each service's first migration."""

from alembic.operations import Operations
from sqlalchemy.schema import CreateIndex, CreateTable

from chassis.data.epochs import epochs
from chassis.data.settled import NEVER_CHANGES, STANDS, message_settled
from chassis.data.tables import CELL_NOW, metadata
from chassis.data.working_years import working_years


def create_chassis_tables(op: Operations) -> None:
    """Create the outbox, the inbox, the command log and the cell clock.

    A later change of these tables is a new function beside this one, called by a new migration
    of every service.
    """
    for table in metadata.sorted_tables:
        op.execute(CreateTable(table))
        for index in table.indexes:
            op.execute(CreateIndex(index))
    op.execute("INSERT INTO cell_clock (ahead) VALUES ('0')")
    op.execute(CELL_NOW)


def create_epochs(op: Operations) -> None:
    """Create what a source knows of epochs: nothing, until a cell goes back to a backup."""
    op.execute(CreateTable(epochs))


def create_working_years(op: Operations) -> None:
    """Create the calendar of working time, for a service that counts by it."""
    op.execute(CreateTable(working_years))


def create_settled(op: Operations) -> None:
    """Create the record of what people did with parked messages, which nobody changes."""
    op.execute(CreateTable(message_settled))
    op.execute(STANDS)
    op.execute(NEVER_CHANGES)


def drop_settled(op: Operations) -> None:
    """Undo `create_settled`."""
    op.execute("DROP TABLE message_settled")
    op.execute("DROP FUNCTION message_settled_stands")
