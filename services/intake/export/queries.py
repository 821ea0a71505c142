"""What can be asked about exports: by whoever asked for them, and nobody else."""

from uuid import UUID

from chassis.data.engine import Database
from chassis.principal import Principal
from chassis.refusal import NotFound
from contracts.commands.exports import ExportChunk, ExportView
from services.intake.case.authority import own_account
from services.intake.export import repository


def export_state(database: Database, principal: Principal, export_id: UUID) -> ExportView:
    """Return how far an export has come. Raises: NotFound for another's, and for an expired one."""
    with database.reading() as connection:
        export = repository.export_of(connection, export_id, own_account(principal))
    if export is None:
        raise NotFound
    return export.view()


def export_chunk(database: Database, principal: Principal, export_id: UUID, number: int) -> ExportChunk:
    """Return a part of an export's file. Raises: NotFound."""
    with database.reading() as connection:
        export = repository.export_of(connection, export_id, own_account(principal))
        content = None if export is None else repository.part(connection, export_id, number)
    if content is None:
        raise NotFound
    return ExportChunk(content=content)
